package io.weir.reassemble;

/** The two directions of a connection, named by who sends. */
public enum FlowDirection {
    CLIENT_TO_SERVER("client"),
    SERVER_TO_CLIENT("server");

    private final String sender;

    FlowDirection(String sender) {
        this.sender = sender;
    }

    /** {@code client} or {@code server}. */
    public String sender() {
        return sender;
    }

    public FlowDirection reverse() {
        return this == CLIENT_TO_SERVER ? SERVER_TO_CLIENT : CLIENT_TO_SERVER;
    }

    @Override
    public String toString() {
        return this == CLIENT_TO_SERVER ? "client->server" : "server->client";
    }
}
