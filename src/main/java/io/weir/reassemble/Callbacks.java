package io.weir.reassemble;

import io.weir.decode.Segment;

/**
 * Every call to the user's code goes through here. What it throws is kept until the assembler has done all that it was about
 * to do, so that a stream's defect costs that one call and nothing else: see {@link Stream}.
 */
final class Callbacks {
    /** More would fill the memory when every stream of a table fails at its end. */
    private static final int MAX_SUPPRESSED = 16;

    private Throwable first;

    /** @return null if the factory gives no stream, or throws */
    Stream open(StreamFactory factory, Segment segment, Connection connection) {
        try {
            return factory.open(segment, connection);
        } catch (RuntimeException | Error failure) {
            failed(failure);
            return null;
        }
    }

    Stream.Acceptance accept(Connection connection, Segment segment, FlowDirection direction, long nextSequence) {
        try {
            return connection.stream.accept(segment, direction, nextSequence);
        } catch (RuntimeException | Error failure) {
            failed(failure);
            return Stream.Acceptance.REFUSE;
        }
    }

    void opened(Connection connection) {
        try {
            connection.stream.opened(connection);
        } catch (RuntimeException | Error failure) {
            failed(failure);
        }
    }

    void reassembled(Connection connection, ScatterGather data) {
        try {
            connection.stream.reassembled(data);
        } catch (RuntimeException | Error failure) {
            failed(failure);
        }
    }

    void anomaly(Connection connection, AnomalyReport report) {
        try {
            connection.stream.anomaly(report);
        } catch (RuntimeException | Error failure) {
            failed(failure);
        }
    }

    boolean complete(Connection connection, Ending ending, long timeNs) {
        try {
            return connection.stream.complete(connection, ending, timeNs);
        } catch (RuntimeException | Error failure) {
            failed(failure);
            return true;
        }
    }

    private void failed(Throwable failure) {
        if (first == null) {
            first = failure;
        } else if (first != failure && first.getSuppressed().length < MAX_SUPPRESSED) {
            first.addSuppressed(failure);
        }
    }

    /** Throws what was thrown since the last time, if anything was. */
    void rethrow() {
        if (first != null) {
            throwFirst();
        }
    }

    private void throwFirst() {
        Throwable failure = first;
        first = null;
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }
}
