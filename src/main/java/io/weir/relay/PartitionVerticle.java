package io.weir.relay;

import io.vertx.core.VerticleBase;

/** One partition. */
public final class PartitionVerticle extends VerticleBase {}
