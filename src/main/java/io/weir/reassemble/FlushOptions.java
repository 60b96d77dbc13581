package io.weir.reassemble;

/**
 * What {@link Assembler#flush} flushes.
 *
 * @param dataOlderThanNs gives up holes whose first waiting byte is older than this; 0 for none
 * @param closeOlderThanNs closes connections not seen since; 0 for none
 */
public record FlushOptions(long dataOlderThanNs, long closeOlderThanNs) {}
