package io.weir.relay;

/** How a data event shows its bytes. */
public enum PayloadForm {
    /** RFC 4648 section 4, with padding. */
    BASE64("base64"),
    /**
     * Decoded as UTF-8. What is not UTF-8 becomes U+FFFD, also the halves of a character that two events share, so that
     * the bytes cannot be had back from it.
     */
    TEXT("text"),
    /** Two lower-case digits for each byte. */
    HEX("hex"),
    /** Not at all: the field {@code payload} is absent. */
    NONE("none");

    private final String label;

    PayloadForm(String label) {
        this.label = label;
    }

    /** As commands and queries spell it. */
    public String label() {
        return label;
    }
}
