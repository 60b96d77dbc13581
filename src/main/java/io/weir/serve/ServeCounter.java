package io.weir.serve;

/**
 * Counters of the service. For the readers of events: offered + resumed = sent + lost + unsent + those that still wait.
 */
enum ServeCounter {
    EVENTS_OFFERED("events that matched a reader while it was there"),
    EVENTS_RESUMED("events that matched a reader while it was away, offered once it came back"),
    EVENTS_SENT("events written to a reader"),
    EVENTS_ENCODED("frames made of events; readers that want the same frame share it"),
    EVENTS_LOST("events that a reader was too slow or too late for; the reader was told"),
    EVENTS_UNSENT("events that waited for a reader that went away"),
    EVENTS_DROPPED_BEFORE(
            "events that a partition could not send because its window was exhausted; every reader concerned was told"),
    SENT_BYTES("bytes of events written to readers, before any encryption"),
    READERS("readers that were accepted"),
    READERS_RESUMED("readers that came back with Last-Event-ID and found their subscription"),
    READERS_REFUSED("readers refused because all places were taken"),
    READERS_CUT("readers disconnected because they were slow and had asked for it"),
    REQUESTS("requests of any kind"),
    FAILURES("requests answered with 500"),
    REFUSED_HOST("requests under an unknown host name"),
    REFUSED_ORIGIN("requests of a page from another origin"),
    UNAUTHENTICATED("requests without valid credentials"),
    FORBIDDEN("requests by somebody without the role"),
    ANSWERS_REFUSED("answers refused because too many were being made, or too much waited for slow clients"),
    CONNECTIONS_REFUSED("connections closed because too many were open"),
    AUDIT_SUPPRESSED("audit records of denied requests that were left out because there were too many");

    private final String sentence;

    ServeCounter(String sentence) {
        this.sentence = sentence;
    }

    String sentence() {
        return sentence;
    }
}
