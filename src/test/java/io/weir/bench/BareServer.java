package io.weir.bench;

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
