package io.weir.serve;

import static io.weir.serve.Streams.START_NS;
import static io.weir.serve.Streams.closed;
import static io.weir.serve.Streams.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.relay.Bus;
import io.weir.relay.StreamEvent.Open;
import io.weir.relay.StreamSummary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opens the capture files that streams are written to with tshark, which knows nothing of weir. */
class StreamPcapTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void needsTshark() {
        assumeTrue(tsharkIsThere(), "tshark is not installed; the files cannot be opened by an independent program");
    }

    @Test
    void tsharkFindsTheSameBytesInBothDirections() throws Exception {
        byte[] request = random(3_001);
        byte[] answer = random(70_000);

        Path file = write(
                closed(open("s1")),
                List.of(piece(0, slice(request, 0, 1_000), 1), piece(1_000, slice(request, 1_000, 3_001), 2)),
                List.of(piece(0, slice(answer, 0, 65_536), 3), piece(65_536, slice(answer, 65_536, 70_000), 4)));

        assertThat(payload(file, "tcp.srcport==40000")).isEqualTo(hex(request));
        assertThat(payload(file, "tcp.srcport==80")).isEqualTo(hex(answer));
        assertThat(complaints(file)).isEmpty();
    }

    @Test
    void theSameHoldsForIpv6() throws Exception {
        byte[] request = random(5_000);
        Open open = open("s1", "2001:db8::1", 40_000, "2001:db8::2", 443);

        Path file = write(closed(open), List.of(piece(0, request, 1)), List.of());

        assertThat(payload(file, "ipv6.src==2001:db8::1 && tcp.srcport==40000")).isEqualTo(hex(request));
        assertThat(complaints(file)).isEmpty();
    }

    @Test
    void aGapIsSeenAsALostSegment() throws Exception {
        Path file = write(closed(open("s1")), List.of(piece(0, random(10), 1), piece(100, random(10), 2)), List.of());

        assertThat(tshark(
                        "-r",
                        file.toString(),
                        "-Y",
                        "tcp.analysis.lost_segment && tcp.len>0",
                        "-T",
                        "fields",
                        "-e",
                        "tcp.seq"))
                .containsExactly("101");
    }

    @Test
    void timesAndHandshakeAreThere() throws Exception {
        Path file = write(closed(open("s1")), List.of(piece(0, random(10), 1_234)), List.of());

        assertThat(tshark("-r", file.toString(), "-T", "fields", "-e", "tcp.flags.str", "-e", "frame.time_epoch"))
                .containsExactly(
                        "··········S·\t1795305600.000000000",
                        "·······A··S·\t1795305600.000000000",
                        "·······A····\t1795305600.000000000",
                        "·······AP···\t1795305600.000001234",
                        "·······A···F\t1795305600.000005000",
                        "·······A···F\t1795305600.000005000",
                        "·······A····\t1795305600.000005000");
    }

    @Test
    void theFileSaysThatItsHeadersAreMadeUp() {
        StreamSummary stream = closed(open("s1"));
        byte[] file = new StreamPcap(new Bus.Content(stream, List.of(), 30), new Bus.Content(stream, List.of(), 0))
                .toBuffer()
                .getBytes();

        assertThat(new String(file, StandardCharsets.ISO_8859_1))
                .contains("headers are made up")
                .contains("Not retained from client: bytes 0-29");
    }

    private Path write(StreamSummary stream, List<Bus.Piece> client, List<Bus.Piece> server) throws IOException {
        StreamPcap pcap = new StreamPcap(content(stream, client), content(stream, server));
        return Files.write(folder.resolve("stream.pcapng"), pcap.toBuffer().getBytes());
    }

    private static Bus.Content content(StreamSummary stream, List<Bus.Piece> pieces) {
        Bus.Piece last = pieces.isEmpty() ? null : pieces.get(pieces.size() - 1);
        return new Bus.Content(stream, pieces, last == null ? 0 : last.offset() + last.bytes().length);
    }

    private static Bus.Piece piece(long offset, byte[] bytes, long afterNs) {
        return new Bus.Piece(offset, bytes, START_NS + afterNs);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] slice(byte[] bytes, int from, int to) {
        return java.util.Arrays.copyOfRange(bytes, from, to);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private String payload(Path file, String filter) throws Exception {
        return String.join(
                "", tshark("-r", file.toString(), "-Y", filter + " && tcp.len>0", "-T", "fields", "-e", "tcp.payload"));
    }

    /** Whatever tshark finds malformed, lost, repeated, out of order, or with a wrong checksum. */
    private List<String> complaints(Path file) throws Exception {
        return tshark(
                "-r",
                file.toString(),
                "-o",
                "tcp.check_checksum:TRUE",
                "-o",
                "ip.check_checksum:TRUE",
                "-Y",
                "_ws.malformed || tcp.analysis.flags || tcp.checksum.status != 1" + " || ip.checksum.status == 0");
    }

    private static List<String> tshark(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("tshark", "-n"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output.lines().toList();
    }

    private static boolean tsharkIsThere() {
        try {
            return new ProcessBuilder("tshark", "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException | InterruptedException absent) {
            return false;
        }
    }
}
