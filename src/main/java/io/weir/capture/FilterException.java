package io.weir.capture;

/** A filter cannot be used. For a wrong expression the message has libpcap's own words. */
public final class FilterException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean wrongExpression;

    FilterException(String message, boolean wrongExpression) {
        super(message);
        this.wrongExpression = wrongExpression;
    }

    /** True if another expression would help, false if libpcap is missing or the kernel refuses. */
    public boolean wrongExpression() {
        return wrongExpression;
    }
}
