package io.weir.reassemble;

import io.weir.decode.Segment;

/** Makes the streams. */
@FunctionalInterface
public interface StreamFactory {
    /**
     * Called once for each new connection, on the assembler's thread, before anything else of that connection.
     *
     * @param first the segment that made the connection; valid during the call only
     * @param connection lives until {@link Stream#complete}; its roles may still change until {@link Stream#opened}
     * @return what will receive the connection's bytes, or null to ignore this segment (the next one asks again), as when
     *     this throws, see {@link Stream}
     */
    Stream open(Segment first, Connection connection);
}
