package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CaptureVerticleTest {
    private final Sink sink = new Sink();
    private final Journal journal = new Journal();
    private Vertx vertx;

    @AfterEach
    void closeVertx() throws Exception {
        if (vertx != null) {
            get(vertx.close());
        }
    }

    @Test
    void aFileIsHandedOnWholeAndEndsOnce() throws Exception {
        CaptureVerticle verticle = deploy(new ScriptedSource(1000, null));

        await().until(() -> verticle.state() == CaptureState.ENDED);
        assertThat(sink.frames).hasValue(1000);
        assertThat(sink.latestNs).hasValue(1000);
        assertThat(journal.lines).containsExactly("opened", "ended");
        assertThat(verticle.statistics().delivered()).isEqualTo(1000);
        assertThat(verticle.interfaceName(3)).isEqualTo("scripted-3");
    }

    @Test
    void aBrokenFileGivesWhatWasReadableThenSaysWhy() throws Exception {
        CaptureVerticle verticle = deploy(new ScriptedSource(500, new CaptureException("damaged at byte 7")));

        await().until(() -> verticle.state() == CaptureState.ENDED);
        assertThat(sink.frames).hasValue(500);
        assertThat(sink.latestNs).hasValue(500);
        assertThat(journal.lines).containsExactly("opened", "broken damaged at byte 7, retry -1");
        assertThat(verticle.lastFailure()).hasMessage("damaged at byte 7");
    }

    @Test
    void aSourceIsWaitedForOnlyWhenAllThatItGaveIsHandedOver() throws Exception {
        AtomicInteger waits = new AtomicInteger();
        deploy(new ScriptedSource(3, null) {
            @Override
            public int poll(FrameHandler handler, int maxFrames, int waitMs) throws CaptureException {
                if (waitMs == 0) {
                    return 0;
                }
                assertThat(sink.handedOver).hasValue(sink.frames.get());
                waits.incrementAndGet();
                return super.poll(handler, 1, waitMs);
            }
        });

        await().until(() -> journal.lines.size() > 1);
        assertThat(journal.lines).containsExactly("opened", "ended");
        assertThat(waits).hasValue(4);
        assertThat(sink.frames).hasValue(3);
    }

    @Test
    void aSinkWithoutRoomHoldsAFileBackButNotControl() throws Exception {
        sink.ready.set(false);
        CaptureVerticle verticle = deploy(new ScriptedSource(1000, null));

        Thread.sleep(50);
        assertThat(sink.frames).hasValue(0);
        long started = System.nanoTime();
        get(verticle.startCapture());
        assertThat(System.nanoTime() - started).isLessThan(1_000_000_000L);
        sink.ready.set(true);
        await().until(() -> verticle.state() == CaptureState.ENDED);
        assertThat(sink.frames).hasValue(1000);
    }

    @Test
    void aFrameAtWhichTheSinkThrowsIsCountedAndTheRestGoesOn() throws Exception {
        sink.throwAt = 10;
        CaptureVerticle verticle = deploy(new ScriptedSource(100, null));

        await().until(() -> verticle.state() == CaptureState.ENDED);
        assertThat(sink.frames).hasValue(100);
        assertThat(verticle.failedFrames()).isEqualTo(1);
        assertThat(journal.lines).containsExactly("opened", "frame failed: defect", "ended");
    }

    @Test
    void deployingFailsIfTheSourceCannotBeOpened() {
        assertThatThrownBy(() -> {
                    vertx = Vertx.vertx();
                    get(vertx.deployVerticle(
                            new CaptureVerticle(
                                    filter -> {
                                        throw new CaptureException("not permitted");
                                    },
                                    Filter.NONE,
                                    sink,
                                    journal),
                            CaptureVerticle.deploymentOptions()));
                })
                .hasRootCauseInstanceOf(CaptureException.class)
                .hasRootCauseMessage("not permitted");
    }

    @Test
    void stopAndStartKeepTheCountsAndTheFilterOfAFileStays() throws Exception {
        ScriptedSource endless = new ScriptedSource(Integer.MAX_VALUE, null);
        CaptureVerticle verticle = deploy(endless);
        await().until(() -> sink.frames.get() > 1000);
        if (Libpcap.available()) {
            assertThatThrownBy(() -> get(verticle.filter(Filter.of("tcp"))))
                    .hasRootCauseInstanceOf(FilterException.class);
        }
        get(verticle.stopCapture());
        long frames = verticle.statistics().delivered();
        assertThat(verticle.state()).isEqualTo(CaptureState.STOPPED);
        assertThat(endless.closed()).isTrue();
        assertThat(frames).isEqualTo(sink.frames.get());

        get(verticle.startCapture());
        await().until(() -> verticle.statistics().delivered() > frames);
        assertThat(verticle.state()).isEqualTo(CaptureState.CAPTURING);
    }

    @Test
    void anInterfaceThatGoesAwayIsCapturedAgainWhenItIsBack() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            CaptureVerticle verticle = deployLive(List.of("one"));
            Namespace.send("other", frame(1));
            await().until(() -> sink.frames.get() == 1);

            Namespace.command("ip", "link", "del", "one");
            await().until(() -> verticle.state() == CaptureState.RETRYING);
            assertThat(journal.lines.get(1)).startsWith("broken Interface one is gone");
            Namespace.cable("one", "other");
            await().atMost(20, TimeUnit.SECONDS).until(() -> verticle.state() == CaptureState.CAPTURING);
            assertThat(verticle.reopenings()).isEqualTo(1);
            await().until(() -> {
                Namespace.send("other", frame(2));
                return sink.frames.get() > 1;
            });
            get(verticle.stopCapture());
            assertThat(verticle.statistics().delivered()).isEqualTo(sink.frames.get());
            assertThat(verticle.statistics().byInterface()).isEqualTo(Map.of("one", (long) sink.frames.get()));
            get(vertx.close());
        });
    }

    @Test
    void anInterfaceThatJoinsIsReported() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("veth1", "far1");
            CaptureVerticle verticle = deployLive(List.of("veth*"));
            Namespace.cable("veth2", "far2");
            await().until(() -> journal.lines.size() > 1);
            assertThat(journal.lines.get(1))
                    .startsWith("interfaces [veth1, veth2]")
                    .isNotNull();
            Namespace.send("far2", frame(1));
            await().until(() -> sink.frames.get() == 1);
            assertThat(verticle.reopenings()).isZero();
            get(vertx.close());
        });
    }

    @Test
    void timePassesForAnIdleCapture() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            deployLive(List.of("one"));
            long nowNs = System.currentTimeMillis() * 1_000_000;
            await().until(() -> sink.latestNs.get() > nowNs);
            assertThat(sink.latestNs.get()).isLessThan(System.currentTimeMillis() * 1_000_000);
            get(vertx.close());
        });
    }

    @Test
    void theFilterIsChangedFromAnyThreadAndKept() throws Exception {
        Assumptions.assumeTrue(Libpcap.available(), "skipped: " + Libpcap.unavailable());
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            CaptureVerticle verticle = deployLive(List.of("one"));
            get(verticle.filter(Filter.of("tcp dst port 2")));
            Namespace.send("other", Frames.tcp("10.0.0.1", 1, "10.0.0.2", 3, ""));
            Namespace.send("other", Frames.tcp("10.0.0.1", 1, "10.0.0.2", 2, ""));
            await().until(() -> sink.frames.get() == 1);
            get(verticle.stopCapture());
            get(verticle.startCapture());
            Namespace.send("other", Frames.tcp("10.0.0.1", 1, "10.0.0.2", 3, ""));
            Namespace.send("other", Frames.tcp("10.0.0.1", 1, "10.0.0.2", 2, ""));
            await().until(() -> sink.frames.get() == 2);
            get(verticle.stopCapture());
            assertThat(verticle.statistics().received()).isEqualTo(2);
            get(vertx.close());
        });
    }

    private CaptureVerticle deploy(ScriptedSource source) throws Exception {
        vertx = Vertx.vertx();
        CaptureVerticle verticle = new CaptureVerticle(filter -> source, Filter.NONE, sink, journal);
        get(vertx.deployVerticle(verticle, CaptureVerticle.deploymentOptions()));
        return verticle;
    }

    /** Vert.x's threads are born in the namespace of the thread that calls. */
    private CaptureVerticle deployLive(List<String> interfaces) throws Exception {
        vertx = Vertx.vertx();
        LiveOptions options = LiveOptions.defaults().withBufferBytes(4 << 20).withInterfaces(interfaces);
        CaptureVerticle verticle =
                new CaptureVerticle(filter -> LiveSources.open(options.withFilter(filter)), Filter.NONE, sink, journal);
        get(vertx.deployVerticle(verticle, CaptureVerticle.deploymentOptions()));
        return verticle;
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static byte[] frame(int number) {
        return Frames.tcp("10.0.0.1", 1000 + number, "10.0.0.2", 80, "frame " + number);
    }

    private static final class Sink implements FrameSink {
        private final AtomicInteger frames = new AtomicInteger();
        private final AtomicInteger handedOver = new AtomicInteger();
        private final AtomicLong latestNs = new AtomicLong();
        private final AtomicBoolean ready = new AtomicBoolean(true);
        private volatile int throwAt = -1;

        @Override
        public boolean ready() {
            return ready.get();
        }

        @Override
        public void onFrame(Frame frame) {
            if (frames.incrementAndGet() == throwAt) {
                throw new IllegalStateException("defect");
            }
        }

        @Override
        public void sliceEnded(long timeNs) {
            assertThat(timeNs).isGreaterThanOrEqualTo(latestNs.get());
            latestNs.set(timeNs);
        }

        @Override
        public void flush() {
            handedOver.set(frames.get());
        }
    }

    private static final class Journal implements CaptureListener {
        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        public void opened(FrameSource source) {
            lines.add("opened");
        }

        @Override
        public void interfacesChanged(List<String> names) {
            List<String> sorted = new ArrayList<>(names);
            sorted.sort(null);
            lines.add("interfaces " + sorted);
        }

        @Override
        public void broken(CaptureException failure, long retryInMs) {
            lines.add("broken " + failure.getMessage() + ", retry " + retryInMs);
        }

        @Override
        public void ended() {
            lines.add("ended");
        }

        @Override
        public void frameFailed(RuntimeException failure) {
            lines.add("frame failed: " + failure.getMessage());
        }
    }
}
