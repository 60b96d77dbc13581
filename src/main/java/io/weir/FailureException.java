package io.weir;

/** A command cannot be done. The message tells a person what happened, where, and what to do next. */
final class FailureException extends Exception {
    private static final long serialVersionUID = 1;

    FailureException(String message) {
        super(message);
    }

    FailureException(String message, Throwable cause) {
        super(message, cause);
    }
}
