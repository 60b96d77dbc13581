package io.weir;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A loopback port that leads to another, until it is cut. */
final class Wire implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final NetClient client = vertx.createNetClient();
    private final List<NetSocket> ends = new CopyOnWriteArrayList<>();
    private final int target;
    private NetServer server;
    private int port;

    Wire(int target) {
        this.target = target;
        join();
    }

    int port() {
        return port;
    }

    /** Whoever was connected no longer is, and nobody gets through. */
    void cut() {
        server.close().await();
        ends.forEach(NetSocket::close);
        ends.clear();
    }

    /** Leads there again, from the same port. */
    void join() {
        server = vertx.createNetServer().connectHandler(this::connect);
        port = server.listen(port, "127.0.0.1").await().actualPort();
    }

    private void connect(NetSocket from) {
        from.pause();
        Future<NetSocket> connected = client.connect(target, "127.0.0.1");
        connected.onFailure(refused -> from.close()).onSuccess(to -> {
            ends.addAll(List.of(from, to));
            ends.forEach(end -> end.exceptionHandler(cut -> end.close()));
            from.pipeTo(to);
            to.pipeTo(from);
        });
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
