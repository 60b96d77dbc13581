package io.weir.serve;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How the service listens and what it allows. Checked as a whole by {@link #check}, before anything starts.
 *
 * @param host address to listen on
 * @param port 0 takes any free one
 * @param hostNames names, besides the loopback ones and the address that was connected to, under which a request may ask
 * @param tokensFile bearer tokens and their roles, see {@link Credentials}; null for none
 * @param tls null for plain HTTP
 * @param maxSubscribers readers of events at one time; one more is answered with 503
 * @param queueBytes how far a reader may lag behind; past it events are lost to that reader and counted
 * @param ringBytes newest events kept for all readers together, at least {@code queueBytes}
 * @param heartbeat silence after which a reader gets a comment
 * @param linger how long a subscription outlives its last reader, so that the reader can resume
 * @param limits of single requests and connections
 */
public record ServeOptions(
        String host,
        int port,
        List<String> hostNames,
        Path tokensFile,
        Tls tls,
        int maxSubscribers,
        int queueBytes,
        int ringBytes,
        Duration heartbeat,
        Duration linger,
        Limits limits) {
    /** Slots of subscriptions that a partition distinguishes. */
    public static final int MAX_SUBSCRIBERS = 64;

    public static final ServeOptions DEFAULTS = new ServeOptions(
            "127.0.0.1",
            9347,
            List.of(),
            null,
            null,
            32,
            1 << 20,
            8 << 20,
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            Limits.DEFAULTS);

    /**
     * PEM files.
     *
     * @param clientCa certificates that sign client certificates; null if clients have none
     */
    public record Tls(Path certificate, Path key, Path clientCa) {}

    /**
     * @param bodyBytes of a request, except an uploaded capture
     * @param replayBytes of an uploaded capture
     * @param headerBytes all headers of a request together
     * @param uriBytes the request line
     * @param connections at one time; one more is closed at once
     * @param subscribersPerCaller readers of events at one time with the same credentials; where none are configured,
     *     everybody is the same caller and this does not apply
     * @param idle a connection without traffic is closed; longer than the heartbeat
     */
    public record Limits(
            int bodyBytes,
            long replayBytes,
            int headerBytes,
            int uriBytes,
            int connections,
            int subscribersPerCaller,
            Duration idle) {
        public static final Limits DEFAULTS =
                new Limits(16 << 10, 64 << 20, 8 << 10, 4 << 10, 128, 4, Duration.ofSeconds(30));
    }

    /** @throws IllegalArgumentException saying which relation does not hold and what to configure */
    public void check() {
        require(port >= 0 && port <= 65535, "port is " + port + "; allowed: 0 to 65535");
        require(
                maxSubscribers >= 1 && maxSubscribers <= MAX_SUBSCRIBERS,
                "the number of subscribers is " + maxSubscribers + "; allowed: 1 to " + MAX_SUBSCRIBERS);
        require(
                limits.subscribersPerCaller >= 1,
                "the number of subscribers of one caller is " + limits.subscribersPerCaller + "; allowed: 1 or more");
        require(
                queueBytes >= 16 << 10 && queueBytes <= ringBytes,
                "the queue of a subscriber is " + queueBytes + " bytes; allowed: 16384 to the ring's " + ringBytes);
        require(
                !heartbeat.isNegative() && !heartbeat.isZero() && heartbeat.compareTo(limits.idle) < 0,
                "the heartbeat is " + heartbeat.toMillis() + " ms; allowed: less than the idle time-out of "
                        + limits.idle.toMillis() + " ms, which would otherwise cut silent readers");
        require(!linger.isNegative(), "linger is negative");
        require(
                tls == null || tls.certificate != null && tls.key != null,
                "TLS needs both a certificate and its key, as PEM files");
        require(
                loopback() || credentials(),
                "will not listen on " + host + " without credentials, because everybody who reaches that address could"
                        + " read the captured traffic; configure a tokens file, or TLS with a CA for client"
                        + " certificates, or listen on 127.0.0.1");
    }

    /** The most memory that events take on their way to the readers: the ring, frames that readers share, and their writes. */
    public long eventMemoryBytes() {
        return (long) ringBytes
                + EventRing.INDEX_BYTES
                + FrameWriter.SHARED_BYTES
                + (long) maxSubscribers * Reader.MEMORY_BYTES;
    }

    /**
     * The most memory that whole answers take, until the clients have them.
     *
     * @param retainedBytes of one stream at most
     */
    public static long answerMemoryBytes(long retainedBytes) {
        return StreamsEndpoint.MEMORY_BYTES + ContentEndpoint.MAX_COPIES * 2 * retainedBytes + Unsent.MAX_BYTES;
    }

    /** Whether requests must show who asks. */
    boolean credentials() {
        return tokensFile != null || tls != null && tls.clientCa != null;
    }

    boolean loopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException unknown) {
            throw new IllegalArgumentException("the address to listen on is '" + host + "', which is not an address"
                    + " of this machine; 127.0.0.1 is the default");
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    public ServeOptions withPort(int other) {
        return new ServeOptions(
                host,
                other,
                hostNames,
                tokensFile,
                tls,
                maxSubscribers,
                queueBytes,
                ringBytes,
                heartbeat,
                linger,
                limits);
    }
}
