package io.weir.capture;

/** A source cannot be opened or broke. The message tells a person what happened, where, and what to do next. */
public final class CaptureException extends Exception {
    private static final long serialVersionUID = 1;

    public CaptureException(String message) {
        super(message);
    }

    public CaptureException(String message, Throwable cause) {
        super(message, cause);
    }
}
