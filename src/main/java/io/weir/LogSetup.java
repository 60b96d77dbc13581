package io.weir;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.CachingDateFormatter;
import java.util.Map;

/**
 * The log: lines or JSON objects on standard error, as {@link Logging} has noted. Logback finds this class by its service
 * file. Said here and not in XML, which takes Logback a quarter of a second to read; a file that the system property {@code
 * logback.configurationFile} names is read all the same, instead of this.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final Map<String, Level> LEVELS = Map.of(
            // what the libraries tell at info level is of no use to weir's users
            "io.vertx", Level.WARN,
            "io.netty", Level.WARN,
            // an error for each client that breaks its connection, however often
            "io.vertx.core.net.impl.ConnectionBase", Level.OFF,
            "org.pcap4j", Level.OFF,
            // who saw payload is recorded whatever the level
            "audit", Level.INFO);

    @Override
    public ExecutionStatus configure(LoggerContext log) {
        if (othersConfigure()) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        Encoder<ILoggingEvent> encoder = Logging.json() ? json() : lines();
        encoder.setContext(log);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(log);
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        LogQueue queue = new LogQueue(appender);
        queue.setContext(log);
        queue.start();
        LEVELS.forEach((name, level) -> log.getLogger(name).setLevel(level));
        ch.qos.logback.classic.Logger root = log.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(Logging.level(), Level.INFO));
        root.addAppender(queue);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Logback's own conventions. */
    private static boolean othersConfigure() {
        return System.getProperty("logback.configurationFile") != null
                || !Logging.isProduct() && LogSetup.class.getResource("/logback-test.xml") != null;
    }

    private static Encoder<ILoggingEvent> json() {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithContext(false);
        encoder.setWithMDC(false);
        encoder.setWithMessage(false);
        encoder.setWithFormattedMessage(true);
        encoder.setWithArguments(false);
        return encoder;
    }

    private static Encoder<ILoggingEvent> lines() {
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        Line line = new Line();
        line.start();
        encoder.setLayout(line);
        return encoder;
    }

    /** Time, level, message, and the stack trace if traces are wanted. */
    private static final class Line extends LayoutBase<ILoggingEvent> {
        private final CachingDateFormatter time = new CachingDateFormatter("HH:mm:ss.SSS");

        @Override
        public String doLayout(ILoggingEvent event) {
            StringBuilder line = new StringBuilder(128).append(time.format(event.getTimeStamp()));
            String level = event.getLevel().toString();
            line.append(' ').append(level).append(" ".repeat(Math.max(1, 6 - level.length())));
            line.append(event.getFormattedMessage()).append('\n');
            if (Logging.traces() && event.getThrowableProxy() != null) {
                line.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
            }
            return line.toString();
        }
    }
}
