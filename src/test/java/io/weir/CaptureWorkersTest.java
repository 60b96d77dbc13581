package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weir.capture.FrameSender;
import io.weir.capture.Frames;
import io.weir.capture.Libpcap;
import io.weir.capture.Namespace;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several capture workers, each with a ring of its own, live through the whole probe. */
@Timeout(120)
class CaptureWorkersTest {
    private static final int PAIRS = 60;

    private interface Body {
        void run(LiveProbe probe, FrameSender away, FrameSender near) throws Exception;
    }

    private static void withWorkers(int workers, String interfaces, Body body) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("near", "away");
            try (LiveProbe probe = LiveProbe.start(
                            "capture.interfaces", interfaces, "capture.workers", String.valueOf(workers));
                    FrameSender away = new FrameSender("away");
                    FrameSender near = new FrameSender("near")) {
                body.run(probe, away, near);
            }
        });
    }

    /** One direction arrives and the other leaves; the kernel shows the dealing program these in different ways. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void bothDirectionsOfEachConversationComeToOneWorkerAndAllWorkersGetSome(int workers) throws Exception {
        withWorkers(workers, "near", (probe, away, near) -> {
            for (int pair = 1; pair <= PAIRS; pair++) {
                away.send(dressed(pair, true));
                near.send(dressed(pair, false));
            }
            awaitStreams(probe, PAIRS);
            JsonObject ledger = settled(probe, 2 * PAIRS);

            // a conversation whose directions were parted would be two streams
            JsonArray streams = probe.get("/api/v1/streams?limit=1000").getJsonArray("streams");
            assertThat(streams).hasSize(PAIRS);
            for (Object each : streams) {
                JsonObject stream = (JsonObject) each;
                String id = stream.getString("stream");
                assertThat(probe.text("/api/v1/streams/" + id + "/content?from=client")
                                + probe.text("/api/v1/streams/" + id + "/content?from=server"))
                        .contains("ask ")
                        .contains("answer ");
            }
            assertEachWorkerGotSome(probe, workers, ledger);
        });
    }

    /** Plain, of either version of IP, with one tag and with two. */
    private static byte[] dressed(int pair, boolean ask) {
        String client = "10.1.0." + pair;
        String payload = (ask ? "ask " : "answer ") + pair;
        byte[] frame;
        if (pair % 2 == 0) {
            frame = ask
                    ? Frames.tcp(client, 2_000, "10.2.0.1", 80, payload)
                    : Frames.tcp("10.2.0.1", 80, client, 2_000, payload);
        } else {
            frame = ask ? Frames.tcp6(pair, 2_000, 99, 80, payload) : Frames.tcp6(99, 80, pair, 2_000, payload);
        }
        return switch (pair / 2 % 3) {
            case 0 -> frame;
            case 1 -> Frames.tagged(frame, 0x8100, 0x4064);
            default -> Frames.tagged(Frames.tagged(frame, 0x8100, 0x6007), 0x88A8, 0x4022);
        };
    }

    /** The outer source port is a hash of what is inside, so it is another one in each direction. */
    @Test
    void aTunnelWhoseDirectionsHaveDifferentPortsStaysTogether() throws Exception {
        withWorkers(2, "near", (probe, away, near) -> {
            for (int pair = 1; pair <= PAIRS; pair++) {
                String other = "10.1.0." + pair;
                away.send(vxlan(other, 40_000 + pair, "10.2.0.1", Frames.tcp("10.9.0.1", pair, "10.9.0.2", 80, "ask")));
                near.send(vxlan(
                        "10.2.0.1", 50_000 + 7 * pair, other, Frames.tcp("10.9.0.2", 80, "10.9.0.1", pair, "answer")));
            }
            awaitStreams(probe, PAIRS);
            JsonObject ledger = settled(probe, 2 * PAIRS);

            assertThat(probe.get("/api/v1/streams").getInteger("matching")).isEqualTo(PAIRS);
            assertEachWorkerGotSome(probe, 2, ledger);
        });
    }

    private static byte[] vxlan(String source, int sourcePort, String destination, byte[] inner) {
        ByteBuffer udp = ByteBuffer.allocate(16 + inner.length);
        udp.putShort((short) sourcePort).putShort((short) 4789);
        udp.putShort((short) udp.capacity()).putShort((short) 0);
        udp.putInt(0x08000000).putInt(42 << 8).put(inner);
        return Frames.ethernet(0x0800, Frames.ipv4(17, source, destination, udp.array()));
    }

    /** Only the first has ports. */
    @Test
    void allFragmentsOfADatagramComeToOneWorker() throws Exception {
        withWorkers(2, "near", (probe, away, near) -> {
            for (int pair = 1; pair <= PAIRS; pair++) {
                byte[] whole = Frames.tcp("10.1.0." + pair, 2_000, "10.2.0.1", 80, "in two pieces, " + pair);
                away.send(fragment(whole, 24, Integer.MAX_VALUE));
                away.send(fragment(whole, 0, 24));
            }
            JsonObject ledger = settled(probe, 2 * PAIRS);

            assertThat(ledger.getLong("segments")).as(ledger.encode()).isEqualTo(PAIRS);
            assertThat(ledger.getJsonObject("fragments").getLong("frames")).isEqualTo(PAIRS);
            assertEachWorkerGotSome(probe, 2, ledger);
        });
    }

    /** @param from of the datagram's content, a multiple of 8 */
    private static byte[] fragment(byte[] frame, int from, int to) {
        int start = 34;
        boolean last = start + (long) to >= frame.length;
        byte[] content = Arrays.copyOfRange(frame, start + from, last ? frame.length : start + to);
        ByteBuffer fragment = ByteBuffer.allocate(start + content.length);
        fragment.put(frame, 0, start).put(content);
        fragment.putShort(16, (short) (20 + content.length));
        fragment.putShort(18, (short) 77).putShort(20, (short) ((last ? 0 : 0x2000) | from / 8));
        return fragment.array();
    }

    @Test
    void theFilterIsChangedUnderLoadWithoutLosingWhatBothFiltersMatch() throws Exception {
        assumeTrue(Libpcap.available(), () -> "skipped: " + Libpcap.unavailable());
        withWorkers(2, "near", (probe, away, near) -> {
            DeliveredStream told = DeliveredStream.follow(probe, LoadStream.SERVER_PORT);
            LoadStream load = new LoadStream("away", 2000);
            for (int change = 0; change < 40; change++) {
                probe.put("/api/v1/capture/filter", new JsonObject().put("filter", change % 2 == 0 ? "tcp" : "ip"));
            }
            JsonObject refused = probe.put("/api/v1/capture/filter", new JsonObject().put("filter", "prot 80"));
            load.close();
            await().atMost(Duration.ofSeconds(20)).until(() -> told.close() != null || told.irregular() != null);
            JsonObject ledger = settled(probe, load.frames());

            assertThat(refused.getInteger("status")).as(refused.encode()).isEqualTo(400);
            assertThat(probe.get("/api/v1/capture").getString("filter")).isEqualTo("ip");
            assertThat(told.irregular()).as(ledger.encode()).isNull();
            assertThat(told.bytes()).isEqualTo(load.dataBytes()).isPositive();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"near", "nea*"})
    void anInterfaceThatIsMadeAgainIsCapturedByAllWorkersAgain(String interfaces) throws Exception {
        withWorkers(2, interfaces, (probe, away, near) -> {
            LoadStream first = new LoadStream("away", 2000);
            Thread.sleep(200);
            Namespace.command("ip", "link", "del", "near");
            first.close();
            await().atMost(Duration.ofSeconds(20)).until(() -> state(probe).equals("retrying"));
            Namespace.cable("near", "away");
            awaitCapturing(probe);
            assertWholeConversationsOn(probe);
        });
    }

    @Test
    void anInterfaceThatIsSwitchedOffAndOnIsCapturedByAllWorkersAgain() throws Exception {
        withWorkers(2, "near", (probe, away, near) -> {
            Namespace.command("ip", "link", "set", "near", "down");
            await().atMost(Duration.ofSeconds(20)).until(() -> state(probe).equals("retrying"));
            Namespace.command("ip", "link", "set", "near", "up");
            awaitCapturing(probe);
            assertWholeConversationsOn(probe);
        });
    }

    @Test
    void stoppedAndStartedAllWorkersCaptureAgain() throws Exception {
        withWorkers(2, "near", (probe, away, near) -> {
            away.send(Frames.tcp("10.1.0.1", 1, "10.2.0.1", 80, "before"));
            assertThat(probe.post("/api/v1/capture/stop").getString("state")).isEqualTo("stopped");
            away.send(Frames.tcp("10.1.0.2", 1, "10.2.0.1", 80, "unseen"));
            assertThat(settled(probe, 1).getLong("segments")).isEqualTo(1);
            assertThat(probe.post("/api/v1/capture/start").getString("state")).isEqualTo("capturing");
            assertWholeConversationsOn(probe);
        });
    }

    @Test
    void severalWorkersAreRefusedWithLibpcap() {
        assertThatThrownBy(() -> LiveProbe.start("capture.workers", "2", "capture.backend", "pcap"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("capture.workers is 2")
                .hasMessageContaining("more than 1 needs the afpacket backend")
                .hasMessageContaining("capture.backend is pcap");
    }

    @Test
    void partitionsThatCannotBeSharedEvenlyAreRefused() {
        assertThatThrownBy(() -> LiveProbe.start("capture.workers", "2", "partition.count", "3"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("partition.count is 3")
                .hasMessageContaining("must be a multiple of capture.workers is 2");
    }

    private static String state(LiveProbe probe) throws Exception {
        return probe.get("/api/v1/capture").getString("state");
    }

    private static void awaitCapturing(LiveProbe probe) {
        await().atMost(Duration.ofSeconds(30)).until(() -> state(probe).equals("capturing"));
    }

    /** Both directions, of as many conversations as need both workers. */
    private static void assertWholeConversationsOn(LiveProbe probe) throws Exception {
        long before = probe.ledger().getLong("segments");
        int streams = probe.get("/api/v1/streams?port=81").getInteger("matching");
        try (FrameSender away = new FrameSender("away");
                FrameSender near = new FrameSender("near")) {
            for (int pair = 1; pair <= PAIRS; pair++) {
                String client = "10.3.0." + pair;
                away.send(Frames.tcp(client, 3, "10.2.0.1", 81, "ask"));
                near.send(Frames.tcp("10.2.0.1", 81, client, 3, "answer"));
            }
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> probe.ledger().getLong("segments") == before + 2 * PAIRS);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> probe.get("/api/v1/streams?port=81").getInteger("matching") == streams + PAIRS);
        LiveProbe.assertLedgerHolds(probe.settledLedger());
    }

    private static void awaitStreams(LiveProbe probe, int count) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> probe.get("/api/v1/streams").getInteger("matching") >= count);
    }

    private static JsonObject settled(LiveProbe probe, long frames) {
        await().atMost(Duration.ofSeconds(20)).until(() -> probe.ledger().getLong("delivered") >= frames);
        JsonObject ledger = probe.settledLedger();
        LiveProbe.assertLedgerHolds(ledger);
        assertThat(ledger.getLong("delivered")).as(ledger.encode()).isEqualTo(frames);
        return ledger;
    }

    private static void assertEachWorkerGotSome(LiveProbe probe, int workers, JsonObject ledger) throws Exception {
        JsonArray lanes = probe.get("/api/v1/capture").getJsonArray("lanes");
        long sum = 0;
        for (int worker = 0; worker < workers; worker++) {
            long segments = 0;
            for (int lane = 0; lane < lanes.size() / workers; lane++) {
                segments += lanes.getJsonObject(worker * (lanes.size() / workers) + lane)
                        .getLong("segments");
            }
            assertThat(segments).as("of worker " + worker).isPositive();
            sum += segments;
        }
        assertThat(sum).isEqualTo(ledger.getLong("segments"));
    }
}
