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
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the running probe loses, and how it accounts for it, while frames pass and things change. */
@Timeout(180)
class ProbeUnderLoadTest {
    private static final int FILTER_CHANGES = 100;

    @ParameterizedTest
    @ValueSource(strings = {"afpacket", "pcap"})
    void aHundredChangesOfTheFilterLoseNoFrameThatAllOfThemWant(String backend) throws Exception {
        assumeTrue(Libpcap.available(), () -> "skipped: " + Libpcap.unavailable());
        Namespace.run(() -> {
            Namespace.cable("near", "away");
            try (LiveProbe probe = LiveProbe.start("capture.interfaces", "near", "capture.backend", backend)) {
                DeliveredStream told = DeliveredStream.follow(probe, LoadStream.SERVER_PORT);
                LoadStream load = new LoadStream("away", 2000);
                for (int change = 0; change < FILTER_CHANGES; change++) {
                    String filter = change % 2 == 0 ? "tcp port 1000" : "tcp port 1000 or udp or (tcp and vlan 7)";
                    JsonObject capture = probe.put("/api/v1/capture/filter", new JsonObject().put("filter", filter));
                    assertThat(capture.getString("filter")).as(capture.encode()).isEqualTo(filter);
                    LiveProbe.assertLedgerHolds(capture.getJsonObject("ledger"));
                }
                load.close();
                await().atMost(Duration.ofSeconds(20)).until(() -> told.close() != null || told.irregular() != null);
                JsonObject ledger = probe.settledLedger();

                assertThat(told.irregular()).as(ledger.encode()).isNull();
                assertThat(told.bytes()).isEqualTo(load.dataBytes());
                assertThat(ledger.getLong("segments")).isEqualTo(load.frames());
                LiveProbe.assertLedgerHolds(ledger);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"afpacket", "pcap"})
    void anInterfaceThatIsDeletedAndMadeAgainIsCapturedAgain(String backend) throws Exception {
        assumeTrue(Libpcap.available(), () -> "skipped: " + Libpcap.unavailable());
        Namespace.run(() -> {
            Namespace.cable("near", "away");
            try (LiveProbe probe = LiveProbe.start("capture.interfaces", "near", "capture.backend", backend)) {
                for (int round = 1; round <= 3; round++) {
                    try (LoadStream load = new LoadStream("away", 2000 + round)) {
                        long before = probe.ledger().getLong("delivered");
                        await().atMost(Duration.ofSeconds(10))
                                .until(() -> probe.ledger().getLong("delivered") > before + 1000);
                        Namespace.command("ip", "link", "delete", "near");
                        await().atMost(Duration.ofSeconds(10)).until(() -> probe.get("/api/v1/capture")
                                .getString("state")
                                .equals("retrying"));
                    }
                    JsonObject gone = probe.get("/api/v1/capture");
                    assertThat(gone.getString("lastProblem")).contains("near");
                    LiveProbe.assertLedgerHolds(gone.getJsonObject("ledger"));
                    assertThat(probe.get("/readyz").getString("status")).isEqualTo("fail");

                    Namespace.cable("near", "away");
                    int reopenings = round;
                    await().atMost(Duration.ofSeconds(30))
                            .until(() -> probe.get("/api/v1/capture").getInteger("reopenings") == reopenings);
                }
                DeliveredStream told = DeliveredStream.follow(probe, LoadStream.SERVER_PORT);
                try (LoadStream load = new LoadStream("away", 3000)) {
                    Thread.sleep(300);
                    load.finish();
                    await().atMost(Duration.ofSeconds(20)).until(() -> told.close() != null);
                    assertThat(told.irregular()).isNull();
                    assertThat(told.bytes()).isEqualTo(load.dataBytes());
                }
                LiveProbe.assertLedgerHolds(probe.settledLedger());
            }
        });
    }

    @Test
    void aFrameSeenOnBothEndsOfACableCountsOnceAndTheLedgerHolds() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("near", "away");
            try (LiveProbe probe = LiveProbe.start("capture.interfaces", "near,away,lo");
                    FrameSender others = new FrameSender("near")) {
                DeliveredStream told = DeliveredStream.follow(probe, LoadStream.SERVER_PORT);
                LoadStream load = new LoadStream("away", 2000);
                for (int round = 0; round < 50; round++) {
                    others.send(Frames.udp("10.0.0.1", 5, "10.0.0.2", 6, "datagram"));
                    others.send(Frames.ethernet(0x0806, new byte[28]));
                    others.send(withoutHeaderLength());
                    others.send(firstFragment(round));
                    exchangeOnLoopback();
                    LiveProbe.assertLedgerHolds(probe.ledger());
                }
                load.close();
                await().atMost(Duration.ofSeconds(20)).until(() -> told.close() != null || told.irregular() != null);
                JsonObject ledger = probe.settledLedger();

                LiveProbe.assertLedgerHolds(ledger);
                long onLoopback = ledger.getJsonObject("deliveredByInterface").getLong("lo");
                assertThat(onLoopback).isPositive();
                assertThat(ledger.getLong("duplicatesOfAnotherInterface")).isEqualTo(load.frames());
                assertThat(ledger.getLong("segments")).isEqualTo(load.frames() + onLoopback);
                assertThat(ledger.getJsonObject("notTcp").getLong("udp")).isEqualTo(100);
                assertThat(ledger.getJsonObject("notTcp").getLong("arp")).isEqualTo(100);
                assertThat(LiveProbe.sum(ledger.getJsonObject("malformed"))).isEqualTo(100);
                assertThat(ledger.getJsonObject("fragments").getLong("frames")).isEqualTo(100);
                assertThat(told.irregular()).isNull();
                assertThat(told.close().getJsonObject("server").getLong("duplicateBytes"))
                        .isZero();
                assertThat(told.bytes()).isEqualTo(load.dataBytes());
            }
        });
    }

    @Test
    void aStopUnderLoadLeavesNoFrameUnaccounted() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("near", "away");
            try (LiveProbe probe = LiveProbe.start("capture.interfaces", "near");
                    LoadStream load = new LoadStream("away", 2000)) {
                for (int round = 0; round < 10; round++) {
                    Thread.sleep(50);
                    JsonObject stopped = probe.post("/api/v1/capture/stop").getJsonObject("ledger");
                    LiveProbe.assertLedgerHolds(stopped);
                    assertThat(stopped.getLong("received"))
                            .as(stopped.encode())
                            .isEqualTo(stopped.getLong("delivered") + stopped.getLong("droppedByKernel"));
                    probe.post("/api/v1/capture/start");
                }
                assertThat(load.frames()).isPositive();
            }
        });
    }

    private static byte[] withoutHeaderLength() {
        byte[] frame = Frames.udp("10.0.0.5", 5, "10.0.0.6", 6, "datagram");
        frame[14] = 0x40;
        return frame;
    }

    /** Of a datagram that never becomes whole. */
    private static byte[] firstFragment(int number) {
        byte[] frame = Frames.ethernet(0x0800, Frames.ipv4(6, "10.0.0.3", "10.0.0.4", new byte[64]));
        byte[] fragment = Arrays.copyOf(frame, frame.length);
        fragment[14 + 5] = (byte) number;
        fragment[14 + 6] = 0x20;
        return fragment;
    }

    private static void exchangeOnLoopback() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket accepted = server.accept()) {
            client.getOutputStream().write(new byte[10_000]);
            accepted.getInputStream().readNBytes(10_000);
        }
    }
}
