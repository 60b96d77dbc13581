package io.weir.serve;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;

/**
 * What HTTP may ask of the capture. Called on the event loop of the service; the futures may complete anywhere.
 *
 * <p>A refusal is a future failed with {@link RefusedException}; its message reaches the person who asked. Any other
 * failure is our own error and is answered with 500.
 */
public interface CaptureControl {
    /** Sources, back-ends, filter, and the ledger of each source. */
    Future<JsonObject> state();

    /** Starts what is stopped; completes with the new state. */
    Future<JsonObject> start();

    /** Stops the live sources; open streams end. Completes with the new state. */
    Future<JsonObject> stop();

    /**
     * Replaces the capture filter of every live source.
     *
     * @param expression pcap-filter language, empty for none
     * @return the new state; or refused with libpcap's own words, and the old filter stays
     */
    Future<JsonObject> filter(String expression);

    /** What can be captured on, as {@code weir interfaces} lists it. */
    Future<JsonArray> interfaces();

    /**
     * Replays a capture beside the live one; its streams are marked.
     *
     * @param file uploaded, deleted by the caller once the future completes
     * @return frames and streams read, once all of it is; refused if it is not a capture, or if another one runs
     */
    Future<JsonObject> replay(Path file);

    /** The request cannot be granted. */
    final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;

        /** Who has to change something. */
        public enum Reason {
            /** The request is wrong: a filter that does not compile, a file that is no capture. */
            WRONG,
            /** It collides with what runs now. */
            NOT_NOW,
            /** This machine or configuration cannot do it. */
            NOT_AVAILABLE,
            /** A part of the probe does not do its share. */
            NO_ANSWER
        }

        private final Reason reason;

        public RefusedException(Reason reason, String message) {
            super(message, null, false, false);
            this.reason = reason;
        }

        public Reason reason() {
            return reason;
        }
    }
}
