package io.weir.bench;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.web.Router;

/**
 * The least that serves a page with the same libraries as weir: what a start is measured against.
 *
 * <pre>BareServer PORT</pre>
 */
final class BareServer {
    private BareServer() {}

    public static void main(String[] arguments) {
        // weir's log is on the class path, and not of the least
        System.setProperty("vertx.logger-delegate-factory-class-name", "io.vertx.core.logging.JULLogDelegateFactory");
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        Vertx vertx = Vertx.builder()
                .with(new VertxOptions().setPreferNativeTransport(true))
                .build();
        Router router = Router.router(vertx);
        router.get("/readyz").handler(request -> request.response().end("ready"));
        vertx.createHttpServer()
                .requestHandler(router)
                .listen(Integer.parseInt(arguments[0]), "127.0.0.1")
                .await();
    }
}
