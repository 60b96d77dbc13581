package io.weir.capture;

/** A source cannot be opened or broke. The message tells a person what happened, where, and what to do next. */
public final class CaptureException extends Exception {
    private static final long serialVersionUID = 1;

    /** What a caller may want to tell apart. */
    public enum Kind {
        /** The process may not capture; trying again does not help. */
        PERMISSION,
        /** No such interface, or none that a pattern matches; it may appear later. */
        NO_INTERFACE,
        /** The interface went away while it was captured; it may come back. */
        INTERFACE_GONE,
        /** A native library or kernel feature that the backend needs is missing; trying again does not help. */
        UNSUPPORTED,
        /** Anything else; the message says it. */
        OTHER
    }

    private final Kind kind;

    public CaptureException(String message) {
        this(Kind.OTHER, message, null);
    }

    public CaptureException(String message, Throwable cause) {
        this(Kind.OTHER, message, cause);
    }

    public CaptureException(Kind kind, String message) {
        this(kind, message, null);
    }

    public CaptureException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
