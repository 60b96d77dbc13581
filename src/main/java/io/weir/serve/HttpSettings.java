package io.weir.serve;

import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How the server speaks HTTP/1.1 and HTTP/2, with a bound on everything that a client can make it hold. */
final class HttpSettings {
    /** Requests of one connection at one time (RFC 9113 section 5.1.2 recommends at least 100). */
    static final int STREAMS_PER_CONNECTION = 100;

    /** Streams that a client may open and cancel in a window of time; one more ends its connection. */
    static final int RESETS = 200;

    private static final int RESETS_WINDOW_S = 30;
    private static final int SMALL_CONTINUATIONS = 16;

    private HttpSettings() {}

    static HttpServerOptions of(ServeOptions options) {
        ServeOptions.Limits limits = options.limits();
        return new HttpServerOptions()
                .setHost(options.host())
                .setPort(options.port())
                .setMaxHeaderSize(limits.headerBytes())
                .setMaxInitialLineLength(limits.uriBytes())
                .setIdleTimeout((int) limits.idle().toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                // what a connection in the clear will speak is known, and the connection counted, only with its first
                // request;
                // so that is for this machine alone
                .setHttp2ClearTextEnabled(options.tls() == null && options.loopback())
                .setUseAlpn(options.tls() != null)
                .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1))
                .setInitialSettings(new Http2Settings()
                        .setMaxConcurrentStreams(STREAMS_PER_CONNECTION)
                        .setMaxHeaderListSize(limits.headerBytes()))
                .setHttp2RstFloodMaxRstFramePerWindow(RESETS)
                .setHttp2RstFloodWindowDuration(RESETS_WINDOW_S)
                .setHttp2RstFloodWindowDurationTimeUnit(TimeUnit.SECONDS)
                .setHttp2MaxSmallContinuationFrames(SMALL_CONTINUATIONS)
                .setCompressionSupported(false)
                .setHandle100ContinueAutomatically(false);
    }
}
