package io.weir;

import io.weir.relay.PartitionFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of the defects that partitions survived. Any thread. */
final class PartitionLog {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionLog.class);

    private PartitionLog() {}

    static void failed(PartitionFailure failure) {
        OutOfMemory.endIf(failure.cause());
        LOG.error(
                "partition {} failed while {} and goes on: {} ({} so far)",
                failure.partition(),
                failure.where(),
                failure.cause(),
                failure.count(),
                failure.cause());
    }
}
