package io.weir.reassemble;

import io.weir.decode.FlowHash;

/** The table of connections of one assembler. */
public final class StreamPool {
    public StreamPool(StreamFactory factory, FlowHash hash) {}
    /** Connections in the table, closed ones that are kept and tombstones not counted. */
    public int size() { throw new UnsupportedOperationException(); }
}
