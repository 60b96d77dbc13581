package io.weir;

import java.util.function.LongSupplier;

/**
 * Hands the log's settings to {@link LogSetup}, which reads them once, when the first class asks for a logger. Classes that
 * run before the configuration is known therefore keep no logger. The settings are system properties, which a child process
 * of a test can be given as well.
 */
final class Logging {
    private static final String FORMAT = "weir.log.format";
    private static final String LEVEL = "weir.log.level";
    private static final String TRACES = "weir.log.traces";
    /** The log is the one of the product even if that of the tests lies on the class path. */
    private static final String PRODUCT = "weir.log.product";

    private static volatile Runnable flush = () -> {};
    private static volatile LongSupplier lostLines = () -> 0;

    private Logging() {}

    /**
     * @param written waits, but not for long, until all is written that was logged before
     * @param lost lines that found no room
     */
    static void writtenBy(Runnable written, LongSupplier lost) {
        flush = written;
        lostLines = lost;
    }

    /** Lines that were not written because standard error took none. */
    static long lostLines() {
        return lostLines.getAsLong();
    }

    /** Before the process ends, and before words for people that are no log. */
    static void flush() {
        flush.run();
    }

    /** @param traces whether errors are logged with their stack traces */
    static void configure(Configuration configuration, boolean traces) {
        System.setProperty(FORMAT, configuration.text(Schema.LOG_FORMAT));
        System.setProperty(LEVEL, traces ? "debug" : configuration.text(Schema.LOG_LEVEL));
        System.setProperty(TRACES, String.valueOf(traces));
        System.setProperty("vertx.logger-delegate-factory-class-name", "io.vertx.core.logging.SLF4JLogDelegateFactory");
    }

    static boolean json() {
        return "json".equals(System.getProperty(FORMAT));
    }

    static String level() {
        return System.getProperty(LEVEL, "info");
    }

    static boolean traces() {
        return Boolean.getBoolean(TRACES);
    }

    static boolean isProduct() {
        return Boolean.getBoolean(PRODUCT);
    }
}
