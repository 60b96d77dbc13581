package io.weir;

import static io.weir.CommandLineRun.weir;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadCommandTest {
    private static final byte[] EXCHANGE = new PcapBuilder()
            .exchange("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nfish")
            .bytes();

    @TempDir
    private Path folder;

    @Test
    void aConversationIsReadFromOpenToClose() throws Exception {
        CommandLineRun run = weir("read", "--payload", "text", file("a.pcap", EXCHANGE));

        assertThat(run.status()).isZero();
        List<JsonObject> events = events(run);
        assertThat(events).map(event -> event.getString("type")).containsExactly("open", "data", "data", "close");
        assertThat(events.get(0).getJsonObject("client"))
                .isEqualTo(new JsonObject("{\"ip\":\"10.0.0.1\",\"port\":40000}"));
        assertThat(events.get(0).getString("roles")).isEqualTo("handshake");
        assertThat(events.get(1).getString("payload")).isEqualTo("GET / HTTP/1.1\r\n\r\n");
        assertThat(events.get(1).getString("from")).isEqualTo("client");
        assertThat(events.get(2).getString("payload")).isEqualTo("HTTP/1.1 200 OK\r\n\r\nfish");
        assertThat(events.get(3).getString("reason")).isEqualTo("fin");
    }

    @Test
    void aReplayGivesTheSameBytesEachTime() throws Exception {
        PcapBuilder capture = new PcapBuilder();
        for (int port = 40_000; port < 40_300; port++) {
            capture.clientPort(port).exchange("request " + port, "response " + port);
        }
        String file = file("many.pcap", capture.bytes());

        byte[] first = weir("read", file).output();

        assertThat(first).hasSizeGreaterThan(256 << 10);
        assertThat(weir("read", file).output()).isEqualTo(first);
    }

    @Test
    void standardInputIsReadLikeTheFile() throws Exception {
        byte[] fromFile = weir("read", file("a.pcap", EXCHANGE)).output();

        CommandLineRun run = weir(Map.of(), EXCHANGE, "read", "-");

        assertThat(run.status()).isZero();
        assertThat(run.output()).isEqualTo(fromFile);
    }

    @Test
    void aCompressedFileIsReadLikeTheFile() throws Exception {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(EXCHANGE);
        }

        assertThat(weir("read", file("a.pcap.gz", compressed.toByteArray())).output())
                .isEqualTo(weir("read", file("a.pcap", EXCHANGE)).output());
    }

    @Test
    void aConversationMayGoOnInTheNextFile() throws Exception {
        byte[] begin = new PcapBuilder()
                .handshake()
                .client(1001, 5001, PcapBuilder.ACK, "first ")
                .bytes();
        byte[] end = new PcapBuilder()
                .after(1_000)
                .client(1007, 5001, PcapBuilder.ACK, "second")
                .bytes();

        List<JsonObject> events = events(weir("read", "--payload", "text", file("1.pcap", begin), file("2.pcap", end)));

        assertThat(events).map(event -> event.getString("type")).containsExactly("open", "data", "data", "close");
        assertThat(events.get(2).getLong("offset")).isEqualTo(6);
        assertThat(events.get(3).getString("reason")).isEqualTo("stopped");
    }

    @Test
    void onlyTheEventsThatWereAskedForAreWritten() throws Exception {
        CommandLineRun run = weir("read", "--events", "open,close", "--payload", "none", file("a.pcap", EXCHANGE));

        assertThat(events(run)).map(event -> event.getString("type")).containsExactly("open", "close");
    }

    @Test
    void payloadIsShownAsAsked() throws Exception {
        String file = file(
                "a.pcap",
                new PcapBuilder()
                        .handshake()
                        .client(1001, 5001, PcapBuilder.ACK, "fish")
                        .bytes());

        assertThat(payload("base64", file)).isEqualTo("ZmlzaA==");
        assertThat(payload("hex", file)).isEqualTo("66697368");
        assertThat(payload("text", file)).isEqualTo("fish");
        assertThat(payload("none", file)).isNull();
    }

    @Test
    void aBrokenFileGivesWhatWasReadableThenOneLineWithTheOffset() throws Exception {
        byte[] cut = Arrays.copyOf(EXCHANGE, EXCHANGE.length - 5);

        CommandLineRun run = weir("read", file("cut.pcap", cut));

        assertThat(run.status()).isEqualTo(1);
        assertThat(events(run)).map(event -> event.getString("type")).containsExactly("open", "data", "data", "close");
        assertThat(run.errors().lines().filter(line -> line.startsWith("weir: ")))
                .singleElement()
                .asString()
                .contains("cut.pcap", "cut short", String.valueOf(cut.length));
        assertThat(run.errors()).doesNotContain("Exception", "\tat ");
    }

    @Test
    void aFileThatIsNoCaptureIsRefusedInOneLine() throws Exception {
        CommandLineRun run = weir("read", file("page.html", "<html>".getBytes(StandardCharsets.UTF_8)));

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.output()).isEmpty();
        assertThat(run.errors())
                .contains("weir: ")
                .contains("page.html is no capture file")
                .doesNotContain("\tat ");
    }

    @Test
    void anAbsentFileDoesNotKeepTheOthersFromBeingRead() throws Exception {
        CommandLineRun run = weir("read", folder.resolve("none.pcap").toString(), file("a.pcap", EXCHANGE));

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.errors()).contains("none.pcap does not exist");
        assertThat(events(run)).hasSize(4);
    }

    @Test
    void theSummaryNamesWhateverBecameNoBytes() throws Exception {
        byte[] mixed = new PcapBuilder()
                .exchange("question", "answer")
                .other(0x0806)
                .udp()
                .udp()
                .malformed()
                .clientPort(40_001)
                .handshake()
                .client(1001, 5001, PcapBuilder.ACK, "lost")
                .server(5001, 1005, PcapBuilder.ACK, "x")
                .server(5010, 1005, PcapBuilder.ACK, "y")
                .bytes();

        CommandLineRun run = weir("read", file("mixed.pcap", mixed));

        assertThat(run.errors().lines())
                .containsExactly(
                        "18 frames (" + bytes(mixed, 18)
                                + " bytes), 14 TCP segments, 2 streams, 20 bytes delivered, 8 bytes of gaps",
                        "not TCP: udp 2, arp 1",
                        "malformed: tcp-data-offset 1",
                        "gap bytes: timeout 8");
    }

    @Test
    void aFilterReadsOnlyTheFramesThatItSelects() throws Exception {
        byte[] two = new PcapBuilder()
                .exchange("one", "1")
                .clientPort(40_001)
                .exchange("two", "2")
                .bytes();

        CommandLineRun run = weir("read", "--filter", "port 40001", file("two.pcap", two));

        Assumptions.assumeFalse(run.errors().contains("libpcap is"), "needs libpcap: " + run.errors());
        assertThat(run.status()).isZero();
        assertThat(events(run)).hasSize(4);
        assertThat(run.errors()).contains("filtered: frames 8");
    }

    @Test
    void aWrongFilterIsRefusedBeforeAnythingIsRead() throws Exception {
        CommandLineRun run = weir("read", "--filter", "prot 80", file("a.pcap", EXCHANGE));

        Assumptions.assumeFalse(run.errors().contains("libpcap is"), "needs libpcap: " + run.errors());
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.output()).isEmpty();
        assertThat(run.errors()).startsWith("weir: --filter: ");
    }

    @Test
    void framesThatAFilterSaysNothingAboutAreLeftOutAndTheOthersAreRead() throws Exception {
        byte[] open = new PcapBuilder()
                .handshake()
                .client(1001, 5001, PcapBuilder.ACK, "fish")
                .bytes();
        byte[] cooked = EXCHANGE.clone();
        cooked[23] = 101;
        byte[] last = new PcapBuilder().clientPort(40_001).exchange("two", "2").bytes();
        String filter = "not ether host 00:11:22:33:44:55";

        CommandLineRun run =
                weir("read", "--filter", filter, file("a.pcap", open), file("raw.pcap", cooked), file("c.pcap", last));

        Assumptions.assumeFalse(run.errors().contains("libpcap is"), "needs libpcap: " + run.errors());
        assertThat(run.status()).isEqualTo(1);
        assertThat(events(run))
                .map(event -> event.getString("type"))
                .containsExactly("open", "data", "open", "data", "data", "close", "close");
        assertThat(run.errors().lines().filter(line -> line.startsWith("weir: ")))
                .singleElement()
                .asString()
                .contains("raw.pcap: the filter '" + filter
                        + "' cannot be used for link type 101, whose frames are left out: ");
        assertThat(run.errors()).contains("filtered: frames 8\n");
    }

    @Test
    void theHelpTellsTheExitStatus() {
        assertThat(weir("read", "--help").text().lines().map(String::strip))
                .containsSequence(
                        "Exit status:",
                        "0   Everything was read.",
                        "1   Something could not be read or written; what was readable is printed.",
                        "2   Wrong usage: flags, filter or configuration; nothing was read.");
    }

    @Test
    void wrongWordsAreRefusedWithTheRightOnes() {
        assertThat(weir("read").status()).isEqualTo(2);
        CommandLineRun payload = weir("read", "--payload", "base46", "a.pcap");
        assertThat(payload.status()).isEqualTo(2);
        assertThat(payload.errors()).contains("'base46', but must be one of base64, text, hex, none");
        CommandLineRun events = weir("read", "--events", "open,shut", "a.pcap");
        assertThat(events.status()).isEqualTo(2);
        assertThat(events.errors()).contains("'shut', but must be one of open, data, gap, anomaly, close");
    }

    @Test
    void aReaderThatHasSeenEnoughEndsTheReplayQuietly() throws Exception {
        CommandLineRun run = writingTo("Broken pipe");

        assertThat(run.status()).isZero();
        assertThat(run.errors()).isEmpty();
    }

    @Test
    void aFullDiskIsToldInOneLine() throws Exception {
        CommandLineRun run = writingTo("No space left on device");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.errors().lines())
                .containsExactly("weir: cannot write the events to standard output: No space left on device");
    }

    private CommandLineRun writingTo(String failure) throws IOException {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int oneByte) throws IOException {
                throw new IOException(failure);
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(
                new String[] {"read", file("a.pcap", EXCHANGE)},
                Map.of(),
                new RootCommand.Streams(new ByteArrayInputStream(new byte[0]), broken, new PrintStream(err, true)));
        return new CommandLineRun(status, new byte[0], err.toString(StandardCharsets.UTF_8));
    }

    private static String payload(String form, String file) {
        return events(weir("read", "--payload", form, "--events", "data", file))
                .get(0)
                .getString("payload");
    }

    private static List<JsonObject> events(CommandLineRun run) {
        return run.text().lines().map(JsonObject::new).collect(Collectors.toList());
    }

    /** Of the frames alone, with a comma between the thousands. */
    private static String bytes(byte[] capture, int frames) {
        return String.format("%,d", capture.length - 24 - 16 * frames);
    }

    private String file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content).toString();
    }
}
