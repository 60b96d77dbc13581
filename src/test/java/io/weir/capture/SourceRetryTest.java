package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.jna.LastErrorException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A live source that broke is tried again until it is there, whatever stands in the way. */
@Timeout(60)
class SourceRetryTest {
    private static final CaptureException GONE = new CaptureException("gone");

    private final Vertx vertx = Vertx.vertx();
    private final List<ScriptedLive> opened = new CopyOnWriteArrayList<>();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final List<Long> pausesMs = new CopyOnWriteArrayList<>();
    private volatile Throwable openFailure;
    private volatile boolean breaksAtOnce;
    private volatile Error listenerFailure;

    private final CaptureVerticle verticle =
            new CaptureVerticle(filter -> open(), Filter.NONE, new Nowhere(), new Listener());

    @AfterEach
    void close() throws Exception {
        get(vertx.close());
    }

    @Test
    void aStartThatFailsWhileTheSourceIsRetriedDoesNotEndTheTrying() throws Exception {
        deploy();
        openFailure = new CaptureException("still gone");
        last().breakWith(GONE);
        await().until(() -> verticle.state() == CaptureState.RETRYING);

        assertThatThrownBy(() -> get(verticle.startCapture())).hasRootCauseMessage("still gone");
        assertThat(verticle.state()).isEqualTo(CaptureState.RETRYING);
        openFailure = null;

        awaitCapturing();
        assertThat(verticle.reopenings()).isEqualTo(1);
    }

    /** Else it would be opened four times a second for ever, with two lines of log each time. */
    @Test
    void ofASourceThatOpensAndBreaksAtOnceThePausesGrowToo() throws Exception {
        breaksAtOnce = true;
        deploy();
        await().until(() -> pausesMs.size() >= 3);
        breaksAtOnce = false;

        assertThat(pausesMs.subList(0, 3)).containsExactly(250L, 500L, 1_000L);
        awaitCapturing();
    }

    @Test
    void aStartThatFailsOfACaptureThatWasStoppedIsNotRepeated() throws Exception {
        deploy();
        get(verticle.stopCapture());
        openFailure = GONE;

        assertThatThrownBy(() -> get(verticle.startCapture())).hasRootCauseMessage("gone");
        openFailure = null;
        Thread.sleep(600);
        assertThat(verticle.state()).isEqualTo(CaptureState.STOPPED);

        get(verticle.startCapture());
        assertThat(verticle.state()).isEqualTo(CaptureState.CAPTURING);
    }

    @Test
    void aStopEndsTheTrying() throws Exception {
        deploy();
        openFailure = GONE;
        last().breakWith(GONE);
        await().until(() -> verticle.state() == CaptureState.RETRYING);
        get(verticle.stopCapture());
        openFailure = null;
        Thread.sleep(600);

        assertThat(verticle.state()).isEqualTo(CaptureState.STOPPED);
    }

    @Test
    void whateverIsThrownWhileItIsOpenedItIsTriedAgain() throws Exception {
        deploy();
        openFailure = new LastErrorException("[24] Too many open files");
        last().breakWith(GONE);
        await().until(() -> told.contains("The kernel refused what a capture needs: [24] Too many open files"));
        openFailure = new UnsatisfiedLinkError("libc");
        await().until(() -> told.stream().anyMatch(line -> line.contains("UnsatisfiedLinkError")));
        assertThat(verticle.state()).isEqualTo(CaptureState.RETRYING);
        openFailure = null;

        awaitCapturing();
    }

    @Test
    void aSourceWhoseOpeningCannotBeToldIsClosedAndTriedAgain() throws Exception {
        deploy();
        listenerFailure = new StackOverflowError("listener");
        last().breakWith(GONE);
        await().until(() -> opened.size() > 1 && verticle.state() == CaptureState.RETRYING);
        assertThat(last().closed()).isTrue();
        listenerFailure = null;

        awaitCapturing();
        assertThat(opened.stream().filter(source -> !source.closed())).hasSize(1);
    }

    @Test
    void aSourceThatBreaksWithAnErrorAndCannotEvenBeClosedIsTriedAgain() throws Exception {
        deploy();
        last().failAtClose();
        last().breakWith(new NoClassDefFoundError("seldom"));

        await().until(() -> verticle.reopenings() == 1);
        awaitCapturing();
        assertThat(opened).hasSize(2);
    }

    /** As when there is no memory left for the words. */
    @Test
    void aSourceWhoseBreakCannotBeToldIsReadOn() throws Exception {
        deploy();
        last().breakWith(new Error() {
            @Override
            public String toString() {
                throw new StackOverflowError("no words");
            }
        });
        Thread.sleep(100);
        assertThat(verticle.state()).isEqualTo(CaptureState.CAPTURING);
        last().breakWith(GONE);

        await().until(() -> verticle.reopenings() == 1);
        awaitCapturing();
    }

    @Test
    void anErrorIsAnAnswerToo() throws Exception {
        deploy();

        assertThatThrownBy(() -> get(verticle.betweenSlices(() -> {
                    throw new StackOverflowError("question");
                })))
                .hasRootCauseInstanceOf(StackOverflowError.class);
    }

    @Test
    void deployingFailsInPlainWordsWhateverIsThrown() {
        openFailure = new UnsatisfiedLinkError("libc");

        assertThatThrownBy(this::deploy)
                .hasCauseInstanceOf(CaptureException.class)
                .hasMessageContaining("Capture failed by a defect of weir");
    }

    private void deploy() throws Exception {
        get(vertx.deployVerticle(verticle, CaptureVerticle.deploymentOptions()));
    }

    private void awaitCapturing() {
        await().atMost(20, TimeUnit.SECONDS).until(() -> verticle.state() == CaptureState.CAPTURING);
    }

    private ScriptedLive last() {
        return opened.get(opened.size() - 1);
    }

    private FrameSource open() throws CaptureException {
        throwIt(openFailure);
        ScriptedLive source = new ScriptedLive();
        if (breaksAtOnce) {
            source.breakWith(GONE);
        }
        opened.add(source);
        return source;
    }

    private static void throwIt(Throwable failure) throws CaptureException {
        if (failure instanceof CaptureException checked) {
            throw checked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private final class Listener implements CaptureListener {
        @Override
        public void opened(FrameSource source) {
            if (listenerFailure != null) {
                throw listenerFailure;
            }
        }

        @Override
        public void broken(CaptureException failure, long retryInMs) {
            told.add(failure.getMessage());
            pausesMs.add(retryInMs);
        }
    }

    private static final class Nowhere implements FrameSink {
        @Override
        public void onFrame(Frame frame) {}

        @Override
        public void sliceEnded(long timeNs) {}
    }
}
