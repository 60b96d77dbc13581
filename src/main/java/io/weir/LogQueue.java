package io.weir;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes the log on a thread of its own, so that nobody waits for a reader of standard error that stands still: no event loop,
 * and no stop. Bounded: what finds no room is lost, counted ({@link Logging#lostLines}), and told when there is room again.
 */
final class LogQueue extends UnsynchronizedAppenderBase<ILoggingEvent> {
    private static final int MOST_LINES = 512;
    private static final long PATIENCE_NS = 1_000_000_000;

    private final Appender<ILoggingEvent> writer;
    private final BlockingQueue<ILoggingEvent> lines = new ArrayBlockingQueue<>(MOST_LINES);
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private long told;
    private final Thread thread = new Thread(this::write, "weir-log");

    /** @param writer may block for as long as it likes */
    LogQueue(Appender<ILoggingEvent> writer) {
        this.writer = writer;
        thread.setDaemon(true);
    }

    @Override
    public void start() {
        super.start();
        Logging.writtenBy(this::flush, lost::get);
        thread.start();
    }

    @Override
    protected void append(ILoggingEvent line) {
        if (line.getThrowableProxy() instanceof ThrowableProxy logged) {
            OutOfMemory.endIf(logged.getThrowable());
        }
        line.prepareForDeferredProcessing();
        accepted.incrementAndGet();
        if (!lines.offer(line)) {
            written.incrementAndGet();
            lost.incrementAndGet();
        }
    }

    private void write() {
        try {
            while (true) {
                ILoggingEvent line = lines.take();
                writer.doAppend(line);
                written.incrementAndGet();
                tellLost();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void tellLost() {
        long count = lines.isEmpty() ? lost.get() - told : 0;
        if (count > 0) {
            told += count;
            Logger logger = ((LoggerContext) getContext()).getLogger(LogQueue.class);
            writer.doAppend(new LoggingEvent(
                    LogQueue.class.getName(),
                    logger,
                    Level.WARN,
                    "{} lines of this log are lost, because standard error took none",
                    null,
                    new Object[] {count}));
        }
    }

    private void flush() {
        long wanted = accepted.get();
        long deadlineNs = System.nanoTime() + PATIENCE_NS;
        try {
            while (written.get() < wanted && System.nanoTime() < deadlineNs) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
