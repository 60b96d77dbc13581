package io.weir;

/**
 * Hands the log's settings to the logger, which reads them once, when the first class asks for one. Classes that run
 * before the configuration is known therefore keep no logger.
 */
final class Logging {
    private Logging() {}

    /** @param traces whether errors are logged with their stack traces */
    static void configure(Configuration configuration, boolean traces) {
        System.setProperty("weir.log.format", configuration.text(Schema.LOG_FORMAT));
        System.setProperty("weir.log.level", traces ? "debug" : configuration.text(Schema.LOG_LEVEL));
        System.setProperty("weir.log.trace", traces ? "%ex" : "%nopex");
        System.setProperty("vertx.logger-delegate-factory-class-name", "io.vertx.core.logging.SLF4JLogDelegateFactory");
    }
}
