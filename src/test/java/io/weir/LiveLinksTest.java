package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonObject;
import io.weir.capture.FrameSender;
import io.weir.capture.Frames;
import io.weir.capture.Libpcap;
import io.weir.capture.Namespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Linux does to frames before a capture sees them, through the whole probe, by either backend. */
@Timeout(120)
class LiveLinksTest {
    private static final int PORT = 7001;
    private static final int MTU_BYTES = 1_500;
    private static final int TRANSFER_BYTES = 400 << 10;

    @BeforeEach
    void needsLibpcap() {
        assumeTrue(Libpcap.available(), () -> "skipped: " + Libpcap.unavailable());
    }

    /** Loopback shows each frame twice, joined segments longer than its MTU, and no checksums. */
    @ParameterizedTest
    @CsvSource({"afpacket,lo", "afpacket,any", "pcap,lo", "pcap,any"})
    void joinedSegmentsOnLoopbackAreToldWholeAndOnce(String backend, String interfaces) throws Exception {
        Namespace.run(() -> {
            Namespace.command("ip", "link", "set", "lo", "mtu", String.valueOf(MTU_BYTES));
            try (LiveProbe probe = LiveProbe.start("capture.interfaces", interfaces, "capture.backend", backend)) {
                DeliveredStream told = DeliveredStream.follow(probe, PORT);
                transfer();
                await().atMost(Duration.ofSeconds(30)).until(() -> told.close() != null || told.irregular() != null);
                JsonObject ledger = probe.settledLedger();

                assertThat(told.irregular()).as(ledger.encode()).isNull();
                assertThat(told.bytes()).isEqualTo(TRANSFER_BYTES);
                // a busy machine makes TCP repeat something; second copies would be all of it
                assertThat(told.close().getJsonObject("server").getLong("duplicateBytes"))
                        .isLessThan(TRANSFER_BYTES / 2);
                assertThat(ledger.getLong("wireBytes")).isBetween((long) TRANSFER_BYTES, 2L * TRANSFER_BYTES);
                assertThat(ledger.getLong("wireBytes") / ledger.getLong("delivered"))
                        .as("bytes of a frame")
                        .isGreaterThan(MTU_BYTES);
                assertThat(ledger.getJsonObject("deliveredByInterface").fieldNames())
                        .containsExactly(backend.equals("pcap") ? interfaces : "lo");
                assertThat(LiveProbe.sum(ledger.getJsonObject("malformed"))).isZero();
                LiveProbe.assertLedgerHolds(ledger);
            }
        });
    }

    /** libpcap does not tell on which interface it saw a frame: there the second one is a repetition of TCP's. */
    @ParameterizedTest
    @ValueSource(strings = {"afpacket", "pcap"})
    void onAllInterfacesBothEndsOfACableAreSeenAndToldOnceUnderLoad(String backend) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("near", "away");
            try (LiveProbe probe = LiveProbe.start("capture.interfaces", "any", "capture.backend", backend)) {
                DeliveredStream told = DeliveredStream.follow(probe, LoadStream.SERVER_PORT);
                LoadStream load = new LoadStream("away", 2000);
                for (int round = 0; round < 30; round++) {
                    LiveProbe.assertLedgerHolds(probe.ledger());
                    Thread.sleep(20);
                }
                load.close();
                await().atMost(Duration.ofSeconds(20)).until(() -> told.close() != null || told.irregular() != null);
                JsonObject ledger = probe.settledLedger();

                assertThat(told.irregular()).as(ledger.encode()).isNull();
                assertThat(told.bytes()).isEqualTo(load.dataBytes());
                assertThat(ledger.getLong("delivered")).isEqualTo(2 * load.frames());
                long once = backend.equals("pcap") ? 0 : load.frames();
                assertThat(ledger.getLong("duplicatesOfAnotherInterface")).isEqualTo(once);
                assertThat(told.close().getJsonObject("server").getLong("duplicateBytes"))
                        .isEqualTo(backend.equals("pcap") ? load.dataBytes() : 0);
                LiveProbe.assertLedgerHolds(ledger);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"afpacket,near", "afpacket,any", "pcap,near", "pcap,any"})
    void tagsThatTheKernelTakesOutAreInTheStreamsPath(String backend, String interfaces) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("near", "away");
            try (LiveProbe probe = LiveProbe.start("capture.interfaces", interfaces, "capture.backend", backend);
                    FrameSender sender = new FrameSender("away")) {
                byte[] frame = Frames.tcp("10.0.0.1", 1000, "10.0.0.2", 80, "one tag");
                byte[] other = Frames.tcp("10.0.0.1", 1001, "10.0.0.2", 80, "two tags");
                sender.send(Frames.tagged(frame, 0x8100, 0x6064));
                // frames without a link layer tell one tag only, which is Linux's doing
                boolean cooked = backend.equals("pcap") && interfaces.equals("any");
                sender.send(
                        cooked
                                ? Frames.tagged(other, 0x88A8, 34)
                                : Frames.tagged(Frames.tagged(other, 0x8100, 12), 0x88A8, 34));
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> probe.get("/api/v1/streams").getInteger("matching") == 2);
                JsonObject ledger = probe.settledLedger();

                assertThat(probe.get("/api/v1/streams").getJsonArray("streams").stream()
                                .map(stream -> ((JsonObject) stream)
                                        .getJsonArray("path")
                                        .encode()))
                        .containsExactlyInAnyOrder(
                                "[\"vlan:100\"]", cooked ? "[\"vlan:34\"]" : "[\"vlan:34\",\"vlan:12\"]");
                assertThat(ledger.getLong("segments")).as(ledger.encode()).isEqualTo(cooked ? 4 : 2);
                LiveProbe.assertLedgerHolds(ledger);
            }
        });
    }

    /** One server sends, one client reads, over loopback. */
    private static void transfer() throws Exception {
        try (ServerSocket server = new ServerSocket(PORT, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), PORT);
                Socket accepted = server.accept()) {
            Thread sender = new Thread(() -> {
                try {
                    accepted.getOutputStream().write(new byte[TRANSFER_BYTES]);
                    accepted.shutdownOutput();
                } catch (IOException failure) {
                    System.out.println("server: " + failure);
                }
            });
            sender.start();
            assertThat(client.getInputStream().readAllBytes()).hasSize(TRANSFER_BYTES);
            sender.join();
        }
    }
}
