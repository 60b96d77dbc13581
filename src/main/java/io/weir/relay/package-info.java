/**
 * Drains a lane through an assembler and puts stream events on the event bus; owns the streams' catalogue and their
 * retained bytes.
 *
 * <p>One {@link io.weir.relay.PartitionVerticle} per partition, each on its own event loop, single writer of everything
 * about its streams. HTTP asks it over the event bus, with the messages of {@link io.weir.relay.Bus}; time is the
 * packet's, and nothing here reads a clock.
 */
package io.weir.relay;
