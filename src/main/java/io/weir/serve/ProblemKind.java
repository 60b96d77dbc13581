package io.weir.serve;

/** What can go wrong with a request; each is a problem type of RFC 9457. */
enum ProblemKind {
    PARAMETER(400, "Wrong parameter"),
    FILTER(400, "Wrong filter expression"),
    BODY(400, "Wrong body"),
    REQUEST(400, "Wrong request"),
    CREDENTIALS(401, "Credentials needed"),
    ORIGIN(403, "Request from another origin"),
    ROLE(403, "Role missing"),
    NOT_FOUND(404, "Not found"),
    METHOD(405, "Method not allowed"),
    CONFLICT(409, "Not possible now"),
    TOO_LARGE(413, "Body too large"),
    URI_TOO_LONG(414, "Request line too long"),
    MEDIA_TYPE(415, "Media type not supported"),
    RANGE(416, "Range not satisfiable"),
    HOST(421, "Unknown host name"),
    HEADERS_TOO_LARGE(431, "Headers too large"),
    INTERNAL(500, "Internal error"),
    NOT_AVAILABLE(501, "Not available here"),
    BUSY(503, "Not now");

    private final int status;
    private final String title;

    ProblemKind(int status, String title) {
        this.status = status;
        this.title = title;
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }

    /** As the {@code type} member spells it. */
    String type() {
        return "urn:weir:problem:" + name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
