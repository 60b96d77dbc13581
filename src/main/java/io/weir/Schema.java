package io.weir;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Every key of the configuration, in the order of the data flow. File, environment variables, flags, the commented
 * default file and {@code weir config} all follow this one list.
 */
final class Schema {
    /** Each constant below adds itself, so that the order is written once. */
    private static final List<Setting> DEFINED = new ArrayList<>();

    static final Setting NODE_NAME = define(
            Setting.text(
                    "node.name",
                    "",
                    "Name of this node. Only makes its stream ids differ from those of other nodes. Empty takes the host's name."));

    static final Setting INTERFACES = define(Setting.list(
            "capture.interfaces",
            "Interfaces to capture on: names, globs such as eth*, either behind ! to leave it out, or any alone."
                    + " Empty takes the default route's interface."));
    static final Setting BACKEND = define(Setting.choice(
            "capture.backend",
            List.of("auto", "afpacket", "pcap"),
            "How frames are read: afpacket (Linux packet ring), pcap (libpcap), or auto, the first that works."));
    static final Setting FILTER = define(Setting.text(
            "capture.filter",
            "",
            "A pcap-filter expression such as 'port 80'. Empty captures everything. Needs libpcap."));
    static final Setting SNAP_LENGTH = define(Setting.bytes(
            "capture.snap-length",
            "128KiB",
            "64",
            "512KiB",
            "Bytes captured of each frame. Below 64KiB, large frames leave gaps (cause truncated)."));
    static final Setting PROMISCUOUS = define(Setting.onOff(
            "capture.promiscuous",
            false,
            "Also capture frames that are addressed to other machines, at a mirror port for example."));
    static final Setting RING_BYTES = define(
            Setting.bytes(
                    "capture.ring-bytes",
                    "32MiB",
                    "128KiB",
                    "1GiB",
                    "Kernel memory between the network and weir, of all capture workers together. When full, the kernel drops frames and counts them."));
    static final Setting CAPTURE_WORKERS = define(Setting.number(
            "capture.workers",
            "1",
            "1",
            "16",
            "Threads that capture, each with a packet ring of its own (afpacket only), for more than one can read. Frames are"
                    + " dealt out by their outermost IP addresses, so that conversations, fragments and tunnels stay"
                    + " together; by the kernel's own hash, which looks at ports, they would not. partition.count must"
                    + " be a multiple."));
    static final Setting LATENCY = define(Setting.duration(
            "capture.latency", "8ms", "1ms", "1s", "Longest wait before the kernel hands on frames that it collects."));
    static final Setting DUPLICATE_WINDOW = define(Setting.duration(
            "capture.duplicate-window",
            "10ms",
            "0s",
            "1s",
            "Where several interfaces are captured: the same segment on two of them within this time counts once. 0s"
                    + " counts each. The pcap backend cannot tell interfaces apart on any."));

    static final Setting PARTITIONS = define(Setting.number(
            "partition.count", "0", "0", "64", "Threads that reassemble. 0 takes one for each processor, at most 4."));
    static final Setting LANE_BYTES = define(Setting.bytes(
            "partition.lane-bytes",
            "8MiB",
            "256KiB",
            "1GiB",
            "Memory between capture and each partition, a power of two. When full, frames are dropped and counted."));
    static final Setting WINDOW_BYTES = define(Setting.bytes(
            "partition.event-bytes",
            "8MiB",
            "256KiB",
            "1GiB",
            "Events of each partition on their way to the readers. When full, events are dropped, counted and told."));

    static final Setting OVERLAP = define(Setting.choice(
            "reassembly.overlap",
            List.of(
                    "linux",
                    "first",
                    "last",
                    "bsd",
                    "bsd-right",
                    "windows",
                    "solaris",
                    "old-linux",
                    "irix",
                    "hpux10",
                    "hpux11",
                    "vista",
                    "macos"),
            "Whose bytes win where waiting segments overlap: as that system's kernel decides."));
    static final Setting CHECKSUM = define(
            Setting.choice(
                    "reassembly.checksum",
                    List.of("auto", "on", "off"),
                    "Wrong TCP checksums: auto refuses them unless the sending host offloads, on refuses all, off accepts all."));
    static final Setting WAITING_BYTES = define(
            Setting.bytes(
                    "reassembly.max-waiting-bytes",
                    "64MiB",
                    "1MiB",
                    "64GiB",
                    "Bytes of the whole probe that wait for a hole to fill. When full, the direction with most gives up a hole."));
    static final Setting WAITING_BYTES_PER_DIRECTION = define(
            Setting.bytes(
                    "reassembly.max-waiting-bytes-per-direction",
                    "4MiB",
                    "2KiB",
                    "1GiB",
                    "The same for one direction of a stream: about what a Linux receiver holds above a hole, as less would cost a lossy transfer its bytes. When full, its first hole becomes a gap."));
    static final Setting ISLANDS = define(Setting.number(
            "reassembly.max-islands-per-direction",
            "256",
            "1",
            "65536",
            "Separate pieces that may wait in one direction. When exceeded, its first hole becomes a gap."));
    static final Setting STREAMS = define(
            Setting.number(
                    "reassembly.max-streams",
                    "65536",
                    "16",
                    "16777216",
                    "Open streams of the whole probe. When full, the oldest half-open one, then the oldest idle one is closed."));
    static final Setting HOLE_TIMEOUT = define(Setting.duration(
            "reassembly.hole-timeout", "5s", "1ms", "1h", "Longest wait for missing bytes before a gap is told."));
    static final Setting ACKED_HOLE_GRACE = define(Setting.duration(
            "reassembly.acked-hole-grace",
            "50ms",
            "0s",
            "1h",
            "The same for bytes that their receiver has already acknowledged: the capture lost them."));
    static final Setting START_GRACE = define(Setting.duration(
            "reassembly.start-grace",
            "50ms",
            "0s",
            "1h",
            "How long data waits for its SYN before the stream is taken up midstream."));
    static final Setting HALF_OPEN_TIMEOUT = define(Setting.duration(
            "reassembly.half-open-timeout",
            "10s",
            "100ms",
            "24h",
            "A SYN that nobody answers closes after this time."));
    static final Setting IDLE_TIMEOUT = define(Setting.duration(
            "reassembly.idle-timeout", "300s", "1s", "168h", "A stream without packets closes after this time."));
    static final Setting AFTER_CLOSE = define(Setting.duration(
            "reassembly.after-close",
            "30s",
            "0s",
            "1h",
            "How long a closed stream is remembered, so that its stragglers open no new one."));
    static final Setting HISTORY_BYTES = define(Setting.bytes(
            "reassembly.history-bytes",
            "1MiB",
            "0",
            "1GiB",
            "Delivered bytes that each partition remembers, to compare with what is sent again."));

    static final Setting FRAGMENT_OVERLAP = define(Setting.choice(
            "fragments.overlap",
            List.of("linux", "first", "last", "bsd", "bsd-right", "windows", "solaris"),
            "What fragments that overlap become, as that system's kernel decides; linux drops the datagram."));
    static final Setting FRAGMENT_BYTES = define(
            Setting.bytes(
                    "fragments.max-bytes",
                    "4MiB",
                    "64KiB",
                    "64MiB",
                    "Bytes of IP fragments that wait, in each capture worker, for the rest of their datagram. When full, the oldest datagram is dropped."));
    static final Setting FRAGMENT_DATAGRAMS = define(Setting.number(
            "fragments.max-datagrams",
            "1024",
            "1",
            "16384",
            "Datagrams that may be incomplete at a time. When full, the oldest is dropped."));
    static final Setting FRAGMENTS_PER_DATAGRAM = define(Setting.number(
            "fragments.max-fragments", "64", "2", "256", "Fragments of one datagram. One more drops the datagram."));
    static final Setting FRAGMENT_TIMEOUT = define(
            Setting.duration("fragments.timeout", "30s", "100ms", "1h", "How long a datagram may stay incomplete."));
    static final Setting REFUSE_TINY_FIRST = define(Setting.onOff(
            "fragments.refuse-tiny-first",
            false,
            "Drop IPv4 datagrams whose first fragment has no whole TCP header (RFC 1858). Linux delivers them."));

    static final Setting RETAINED_BYTES = define(Setting.bytes(
            "retention.max-bytes",
            "64MiB",
            "0",
            "64GiB",
            "Payload of the whole probe kept for late readers. When full, the oldest closed stream goes first."));
    static final Setting FIRST_BYTES = define(
            Setting.bytes("retention.first-bytes", "64KiB", "0", "1GiB", "Kept from the beginning of each direction."));
    static final Setting NEWEST_BYTES = define(Setting.bytes(
            "retention.newest-bytes", "64KiB", "0", "1GiB", "Kept of the newest bytes of each direction."));
    static final Setting CLOSED_STREAMS = define(Setting.number(
            "retention.max-closed-streams",
            "4096",
            "0",
            "16777216",
            "Closed streams of the whole probe that the catalogue still shows. When full, the oldest goes."));

    static final Setting HOST = define(Setting.text(
            "serve.host",
            "127.0.0.1",
            "Address of page and API. Anything but loopback needs serve.tokens-file or serve.tls-client-ca."));
    static final Setting PORT =
            define(Setting.number("serve.port", "9347", "0", "65535", "TCP port of page and API. 0 takes a free one."));
    static final Setting HOST_NAMES = define(Setting.list(
            "serve.host-names",
            "Names under which requests may ask, besides loopback's and the address itself; others are refused."));
    static final Setting TOKENS_FILE = define(
            Setting.text(
                    "serve.tokens-file",
                    "",
                    "File with one bearer token and its roles on each line (metadata, payload, control). Empty: no credentials."));
    static final Setting TLS_CERTIFICATE = define(
            Setting.text("serve.tls-certificate", "", "PEM file with the certificate chain. Empty: plain HTTP."));
    static final Setting TLS_KEY =
            define(Setting.text("serve.tls-key", "", "PEM file with the certificate's private key."));
    static final Setting TLS_CLIENT_CA = define(Setting.text(
            "serve.tls-client-ca",
            "",
            "PEM file with the authorities whose client certificates are asked for and accepted. Without a tokens file"
                    + " every such certificate has every role."));
    static final Setting SUBSCRIBERS = define(Setting.number(
            "serve.max-subscribers", "32", "1", "64", "Event readers at a time. One more gets status 503."));
    static final Setting SUBSCRIBERS_PER_CALLER = define(Setting.number(
            "serve.max-subscribers-per-caller",
            "4",
            "1",
            "32",
            "The same for one token or client certificate. Where no credentials are configured, there is one caller"
                    + " and this does not apply."));
    static final Setting SUBSCRIBER_BYTES = define(Setting.bytes(
            "serve.subscriber-bytes",
            "1MiB",
            "64KiB",
            "1GiB",
            "Events that wait for one slow reader. When full, events are lost to it, and it is told."));

    static final Setting EVENT_BYTES = define(Setting.bytes(
            "serve.event-bytes",
            "8MiB",
            "64KiB",
            "1GiB",
            "Newest events kept for all readers together, so that a reader can resume where it stopped."));
    static final Setting HEARTBEAT = define(Setting.duration(
            "serve.heartbeat", "15s", "1s", "10m", "Silence after which a reader gets a comment line."));
    static final Setting LINGER = define(Setting.duration(
            "serve.linger", "30s", "0s", "10m", "How long events are still kept for a reader that went away."));
    static final Setting CONNECTIONS = define(Setting.number(
            "serve.max-connections",
            "128",
            "1",
            "65535",
            "Connections at a time, at most half of them from one address. One more is closed at once, unless it comes"
                    + " from this machine: 8 more places are kept for its health checks."));
    static final Setting CONNECTION_IDLE = define(Setting.duration(
            "serve.idle-timeout", "30s", "2s", "1h", "A connection without traffic is closed after this time."));
    static final Setting REPLAY_BYTES = define(Setting.bytes(
            "serve.max-replay-bytes", "64MiB", "1KiB", "64GiB", "Size of a capture file that may be uploaded."));

    static final Setting LOG_FORMAT =
            define(Setting.choice("log.format", List.of("text", "json"), "Form of the log on standard error."));
    static final Setting LOG_LEVEL = define(
            Setting.choice("log.level", List.of("info", "debug", "warn", "error"), "Least severity that is logged."));

    /** All of them, in order. */
    static final List<Setting> ALL = List.copyOf(DEFINED);

    private Schema() {}

    static Optional<Setting> find(String key) {
        return ALL.stream().filter(setting -> setting.key().equals(key)).findFirst();
    }

    private static Setting define(Setting setting) {
        DEFINED.add(setting);
        return setting;
    }
}
