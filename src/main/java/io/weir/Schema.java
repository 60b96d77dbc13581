package io.weir;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Every key of the configuration, in the order of the data flow. File, environment variables, flags, the commented
 * default file and {@code weir config} all follow this one list.
 */
final class Schema {
    static final Setting NODE_NAME = Setting.text(
            "node.name", "", "Name of this node in stream ids, metrics and logs. Empty takes the host's name.");

    static final Setting INTERFACES = Setting.list(
            "capture.interfaces",
            "Interfaces to capture on: names, globs such as eth*, or any. Empty takes the default route's interface.");
    static final Setting BACKEND = Setting.choice(
            "capture.backend",
            List.of("auto", "afpacket", "pcap"),
            "How frames are read: afpacket (Linux packet ring), pcap (libpcap), or auto, the first that works.");
    static final Setting FILTER = Setting.text(
            "capture.filter",
            "",
            "A pcap-filter expression such as 'port 80'. Empty captures everything. Needs libpcap.");
    static final Setting SNAP_LENGTH = Setting.bytes(
            "capture.snap-length",
            "256KiB",
            "64",
            "1MiB",
            "Bytes captured of each frame. Below 64KiB, large frames leave gaps (cause truncated).");
    static final Setting PROMISCUOUS = Setting.onOff(
            "capture.promiscuous",
            false,
            "Also capture frames that are addressed to other machines, at a mirror port for example.");
    static final Setting RING_BYTES = Setting.bytes(
            "capture.ring-bytes",
            "32MiB",
            "2MiB",
            "1GiB",
            "Kernel memory between the network and weir, for each interface. When full, the kernel drops and counts.");

    static final Setting PARTITIONS = Setting.number(
            "partition.count", "0", "0", "64", "Threads that reassemble. 0 takes one for each processor, at most 8.");
    static final Setting LANE_BYTES = Setting.bytes(
            "partition.lane-bytes",
            "8MiB",
            "1MiB",
            "1GiB",
            "Memory between capture and each partition. When full, frames are dropped and counted.");

    static final Setting OVERLAP = Setting.choice(
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
            "Whose bytes win where waiting segments overlap: as that system's kernel decides.");
    static final Setting CHECKSUM = Setting.choice(
            "reassembly.checksum",
            List.of("auto", "on", "off"),
            "Wrong TCP checksums: auto refuses them unless the sending host offloads, on refuses all, off accepts all.");
    static final Setting WAITING_BYTES = Setting.bytes(
            "reassembly.max-waiting-bytes",
            "64MiB",
            "1MiB",
            "64GiB",
            "Bytes of the whole probe that wait for a hole to fill. When full, the direction with most gives up a hole.");
    static final Setting WAITING_BYTES_PER_DIRECTION = Setting.bytes(
            "reassembly.max-waiting-bytes-per-direction",
            "256KiB",
            "2KiB",
            "1GiB",
            "The same for one direction of a stream. When full, its first hole becomes a gap.");
    static final Setting ISLANDS = Setting.number(
            "reassembly.max-islands-per-direction",
            "256",
            "1",
            "65536",
            "Separate pieces that may wait in one direction. When exceeded, its first hole becomes a gap.");
    static final Setting STREAMS = Setting.number(
            "reassembly.max-streams",
            "65536",
            "16",
            "16777216",
            "Open streams of the whole probe. When full, the oldest half-open one, then the oldest idle one is closed.");
    static final Setting HOLE_TIMEOUT = Setting.duration(
            "reassembly.hole-timeout", "5s", "1ms", "1h", "Longest wait for missing bytes before a gap is told.");
    static final Setting ACKED_HOLE_GRACE = Setting.duration(
            "reassembly.acked-hole-grace",
            "50ms",
            "0s",
            "1h",
            "The same for bytes that their receiver has already acknowledged: the capture lost them.");
    static final Setting START_GRACE = Setting.duration(
            "reassembly.start-grace",
            "50ms",
            "0s",
            "1h",
            "How long data waits for its SYN before the stream is taken up midstream.");
    static final Setting HALF_OPEN_TIMEOUT = Setting.duration(
            "reassembly.half-open-timeout", "10s", "100ms", "24h", "A SYN that nobody answers closes after this time.");
    static final Setting IDLE_TIMEOUT = Setting.duration(
            "reassembly.idle-timeout", "300s", "1s", "168h", "A stream without packets closes after this time.");
    static final Setting AFTER_CLOSE = Setting.duration(
            "reassembly.after-close",
            "30s",
            "0s",
            "1h",
            "How long a closed stream is remembered, so that its stragglers open no new one.");
    static final Setting HISTORY_BYTES = Setting.bytes(
            "reassembly.history-bytes",
            "1MiB",
            "0",
            "1GiB",
            "Delivered bytes that each partition remembers, to compare with what is sent again.");

    static final Setting FRAGMENT_BYTES = Setting.bytes(
            "fragments.max-bytes",
            "4MiB",
            "64KiB",
            "1GiB",
            "Bytes of IP fragments that wait for the rest of their datagram. When full, they are dropped and counted.");
    static final Setting FRAGMENT_DATAGRAMS = Setting.number(
            "fragments.max-datagrams", "1024", "1", "1048576", "Datagrams that may be incomplete at a time.");
    static final Setting FRAGMENTS_PER_DATAGRAM =
            Setting.number("fragments.max-fragments", "64", "2", "8192", "Fragments of one datagram.");
    static final Setting FRAGMENT_TIMEOUT =
            Setting.duration("fragments.timeout", "30s", "100ms", "1h", "How long a datagram may stay incomplete.");

    static final Setting RETAINED_BYTES = Setting.bytes(
            "retention.max-bytes",
            "64MiB",
            "0",
            "64GiB",
            "Payload of the whole probe kept for late readers. When full, the oldest closed stream goes first.");
    static final Setting FIRST_BYTES =
            Setting.bytes("retention.first-bytes", "64KiB", "0", "1GiB", "Kept from the beginning of each direction.");
    static final Setting NEWEST_BYTES = Setting.bytes(
            "retention.newest-bytes", "64KiB", "0", "1GiB", "Kept of the newest bytes of each direction.");
    static final Setting CLOSED_STREAMS = Setting.number(
            "retention.max-closed-streams",
            "4096",
            "0",
            "16777216",
            "Closed streams of the whole probe that the catalogue still shows. When full, the oldest goes.");

    static final Setting HOST = Setting.text(
            "serve.host",
            "127.0.0.1",
            "Address of page and API. Anything but loopback needs serve.tokens-file or serve.tls-client-ca.");
    static final Setting PORT =
            Setting.number("serve.port", "9347", "0", "65535", "TCP port of page and API. 0 takes a free one.");
    static final Setting TOKENS_FILE = Setting.text(
            "serve.tokens-file",
            "",
            "File with one bearer token and its roles on each line (metadata, payload, control). Empty: no credentials.");
    static final Setting TLS_CERTIFICATE =
            Setting.text("serve.tls-certificate", "", "PEM file with the certificate chain. Empty: plain HTTP.");
    static final Setting TLS_KEY = Setting.text("serve.tls-key", "", "PEM file with the certificate's private key.");
    static final Setting TLS_CLIENT_CA = Setting.text(
            "serve.tls-client-ca",
            "",
            "PEM file with the authorities whose client certificates are asked for and accepted.");
    static final Setting SUBSCRIBERS = Setting.number(
            "serve.max-subscribers", "32", "1", "32", "Event readers at a time. One more gets status 503.");
    static final Setting SUBSCRIBER_BYTES = Setting.bytes(
            "serve.subscriber-bytes",
            "1MiB",
            "64KiB",
            "1GiB",
            "Events that wait for one slow reader. When full, events are lost to it, and it is told.");

    static final Setting LOG_FORMAT =
            Setting.choice("log.format", List.of("text", "json"), "Form of the log on standard error.");
    static final Setting LOG_LEVEL =
            Setting.choice("log.level", List.of("info", "debug", "warn", "error"), "Least severity that is logged.");

    /** All of them, in order. */
    static final List<Setting> ALL = List.of(
            NODE_NAME,
            INTERFACES,
            BACKEND,
            FILTER,
            SNAP_LENGTH,
            PROMISCUOUS,
            RING_BYTES,
            PARTITIONS,
            LANE_BYTES,
            OVERLAP,
            CHECKSUM,
            WAITING_BYTES,
            WAITING_BYTES_PER_DIRECTION,
            ISLANDS,
            STREAMS,
            HOLE_TIMEOUT,
            ACKED_HOLE_GRACE,
            START_GRACE,
            HALF_OPEN_TIMEOUT,
            IDLE_TIMEOUT,
            AFTER_CLOSE,
            HISTORY_BYTES,
            FRAGMENT_BYTES,
            FRAGMENT_DATAGRAMS,
            FRAGMENTS_PER_DATAGRAM,
            FRAGMENT_TIMEOUT,
            RETAINED_BYTES,
            FIRST_BYTES,
            NEWEST_BYTES,
            CLOSED_STREAMS,
            HOST,
            PORT,
            TOKENS_FILE,
            TLS_CERTIFICATE,
            TLS_KEY,
            TLS_CLIENT_CA,
            SUBSCRIBERS,
            SUBSCRIBER_BYTES,
            LOG_FORMAT,
            LOG_LEVEL);

    private Schema() {}

    static Optional<Setting> find(String key) {
        return ALL.stream().filter(setting -> setting.key().equals(key)).findFirst();
    }

    /** A key that somebody who wrote {@code wrong} may have meant. */
    static Optional<Setting> nearest(String wrong) {
        return ALL.stream()
                .min(Comparator.comparingInt(setting -> distance(setting.key(), wrong)))
                .filter(setting -> distance(setting.key(), wrong) <= 1 + wrong.length() / 4);
    }

    /** Edits that turn one text into the other (Levenshtein). */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int column = 0; column < row.length; column++) {
            row[column] = column;
        }
        for (int line = 1; line <= one.length(); line++) {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column < row.length; column++) {
                int replaced = diagonal + (one.charAt(line - 1) == other.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(replaced, 1 + Math.min(row[column], row[column - 1]));
            }
        }
        return row[other.length()];
    }
}
