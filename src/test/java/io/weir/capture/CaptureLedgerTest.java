package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.OwnThread;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CaptureLedgerTest {
    private final CaptureLedger ledger = new CaptureLedger();

    /** As an event loop does that opens a stream, while the kernel is asked for its counters. */
    @Test
    void whoeverReadsDoesNotWaitForTheCaptureThread() throws Exception {
        CountDownLatch counting = new CountDownLatch(1);
        CountDownLatch counted = new CountDownLatch(1);
        ledger.opened(new ScriptedSource(0, null) {
            @Override
            public void countNow() {
                counting.countDown();
                awaitQuietly(counted);
            }
        });
        CompletableFuture<Void> capture = OwnThread.run(ledger::countNow);
        counting.await();

        String name = OwnThread.call(() -> {
                    ledger.statistics();
                    return ledger.interfaceName(3) + ledger.reopenings();
                })
                .get(20, TimeUnit.SECONDS);

        assertThat(name).isEqualTo("scripted-30");
        assertThat(capture).isNotDone();
        counted.countDown();
        capture.get(20, TimeUnit.SECONDS);
    }

    @Test
    void theCaptureThreadDoesNotWaitForWhoeverReads() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch read = new CountDownLatch(1);
        ledger.opened(new ScriptedSource(0, null) {
            @Override
            public Statistics statistics() {
                reading.countDown();
                awaitQuietly(read);
                return super.statistics();
            }
        });
        CompletableFuture<?> reader = OwnThread.call(ledger::statistics);
        reading.await();

        OwnThread.run(ledger::countNow).get(20, TimeUnit.SECONDS);

        assertThat(reader).isNotDone();
        read.countDown();
        reader.get(20, TimeUnit.SECONDS);
    }

    @Test
    void theCountsOfAllSourcesAreAddedUp() throws Exception {
        for (int round = 0; round < 3; round++) {
            ScriptedSource source = new ScriptedSource(10, null);
            ledger.opened(source);
            source.poll(frame -> {}, 10, 0);
            assertThat(ledger.statistics().delivered()).isEqualTo(10 * (round + 1));
            ledger.closed(source);
            assertThat(ledger.statistics().delivered()).isEqualTo(10 * (round + 1));
            assertThat(ledger.interfaceName(1)).isEqualTo("scripted-1");
        }
    }

    /** As where every container that starts brings an interface of its own, and the source is opened again and again. */
    @Test
    void namesOfInterfacesThatHaveGoneTakeNoMoreThanTheirRoom() {
        int sources = 5;
        int interfaces = InterfaceTally.MAX_INTERFACES;
        for (int round = 0; round < sources; round++) {
            Map<String, Long> frames = new TreeMap<>();
            frames.put("eth0", 100L);
            for (int index = 1; index < interfaces; index++) {
                frames.put("veth" + round + "-" + index, 2L);
            }
            ScriptedSource source = new ScriptedSource(0, null) {
                @Override
                public Statistics statistics() {
                    return new Statistics(0, 0, 0, 0, 0, frames);
                }
            };
            ledger.opened(source);
            assertThat(ledger.statistics().byInterface()).hasSizeLessThanOrEqualTo(2 * interfaces + 1);
            ledger.closed(source);
        }

        Map<String, Long> frames = ledger.statistics().byInterface();
        assertThat(frames).hasSizeLessThanOrEqualTo(interfaces + 1);
        assertThat(frames.values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(sources * (100L + 2 * (interfaces - 1)));
        assertThat(frames)
                .containsEntry("eth0", 100L * sources)
                .containsEntry("veth4-7", 2L)
                .containsEntry(InterfaceTally.OTHERS, 2L * (sources - 1) * (interfaces - 1));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
