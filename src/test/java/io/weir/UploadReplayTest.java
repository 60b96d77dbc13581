package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.weir.decode.FlowHash;
import io.weir.partition.LaneOptions;
import io.weir.partition.Partitioner;
import io.weir.relay.RelayOptions;
import io.weir.relay.StreamIds;
import io.weir.relay.StreamRelay;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class UploadReplayTest {
    private static final int UPLOADS = 24;

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Partitioner lanes =
            new Partitioner(new FlowHash(1, 2), new LaneOptions(1, LaneOptions.MIN_BYTES_PER_LANE));
    private final Thread partition = new Thread(this::read);
    private UploadReplay uploads;

    @BeforeEach
    void start() throws Exception {
        StreamRelay relay = new StreamRelay(
                StreamIds.ofFile(), (event, readers) -> true, RelayOptions.everything(true), index -> "");
        uploads = new UploadReplay(ConfigurationReader.read(null, Map.of(), List.of()), lanes, relay.ledger());
        partition.start();
    }

    @AfterEach
    void stop() throws Exception {
        partition.interrupt();
        get(vertx.close());
    }

    /** Memory for fragments is counted once in the budget, and what is no longer used goes when the collector comes by. */
    @Test
    void uploadsOneAfterTheOtherShareTheMemoryForTheirFragments() throws Exception {
        Path file = Files.write(
                folder.resolve("fragment.pcap"), new PcapBuilder().fragment().bytes());
        long before = directBytes();

        for (int upload = 0; upload < UPLOADS; upload++) {
            JsonObject result = get(uploads.replay(vertx, file));
            assertThat(result.getLong("frames")).isEqualTo(1);
        }

        assertThat(directBytes() - before).isLessThan(UPLOADS * (2L << 20));
    }

    @Test
    void theAnswerNamesWhateverBecameNoSegment() throws Exception {
        Path file = Files.write(
                folder.resolve("mixed.pcap"),
                new PcapBuilder()
                        .exchange("question", "answer")
                        .other(0x0806)
                        .udp()
                        .udp()
                        .malformed()
                        .fragment()
                        .bytes());

        JsonObject result = get(uploads.replay(vertx, file));

        assertThat(result.getMap())
                .containsEntry("frames", 13L)
                .containsEntry("segments", 8L)
                .containsEntry("notTcp", new JsonObject().put("udp", 2L).put("arp", 1L))
                .containsEntry("malformed", new JsonObject().put("tcp-data-offset", 1L))
                .containsEntry("fragments", 1L);
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    private void read() {
        while (!Thread.interrupted()) {
            lanes.lane(0).drain(segment -> {}, 100);
            Thread.onSpinWait();
        }
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
