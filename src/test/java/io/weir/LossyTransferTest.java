package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import io.weir.capture.LossyLink;
import io.weir.capture.Namespace;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A transfer over a link that loses and reorders packets: what the probe at the receiver's interface tells of it is what
 * the receiver read. {@code -Dweir.transfer.mebibytes=1024} makes it a large one, {@code -Dweir.seed} repeats one.
 */
@Timeout(1200)
class LossyTransferTest {
    private static final long TRANSFER_BYTES = Long.getLong("weir.transfer.mebibytes", 48) << 20;
    private static final double LOSS = 0.02;
    private static final double REORDERING = 0.02;
    private static final int PORT = 8080;
    /** The receiver reads no further ahead of what weir has told, so that a busy machine's lanes never fill up. */
    private static final long MAX_AHEAD_BYTES = 2 << 20;

    private static final int RECEIVE_BUFFER_BYTES = 2 << 20;

    private final long seed = Long.getLong("weir.seed", System.nanoTime());

    @ParameterizedTest
    @ValueSource(strings = {"afpacket", "pcap"})
    void whatTheReceiverReadIsWhatTheProbeTells(String backend) throws Exception {
        System.out.println("LossyTransferTest seed " + seed + ", " + backend);
        Namespace.run(() -> {
            int near = tunnel("near", "10.99.0.1/30");
            LossyLink[] link = new LossyLink[1];
            Namespace.run(() -> {
                int far = tunnel("far", "10.99.0.2/30");
                ServerSocket server = new ServerSocket(PORT, 1, InetAddress.getByName("10.99.0.2"));
                new Thread(() -> serve(server, new SplittableRandom(seed))).start();
                link[0] = new LossyLink(near, far, new LossyLink.Flaws(LOSS, REORDERING, 0, 0), seed);
            });
            try (LiveProbe probe = LiveProbe.start(
                    "capture.interfaces", "near",
                    "capture.backend", backend,
                    "partition.event-bytes", "128MiB",
                    "serve.event-bytes", "128MiB",
                    "serve.subscriber-bytes", "128MiB")) {
                transfer(probe, link[0]);
            } finally {
                link[0].close();
            }
        });
    }

    private void transfer(LiveProbe probe, LossyLink link) throws Exception {
        long startedNs = System.nanoTime();
        MessageDigest told256 = MessageDigest.getInstance("SHA-256");
        DeliveredStream stream = new DeliveredStream(told256);
        InputStream events = probe.events("port=" + PORT + "&payload=base64");
        Thread reader = new Thread(() -> read(stream, events));
        reader.start();

        String received = receive(probe, stream);
        await().atMost(Duration.ofSeconds(60)).until(() -> stream.close() != null || stream.irregular() != null);
        reader.join();
        JsonObject ledger = probe.settledLedger();
        double seconds = (System.nanoTime() - startedNs) / 1e9;
        System.out.printf(
                "%d MiB in %.1f s; %s; %d frames captured, %d dropped by the kernel, %d at full lanes; anomalies %s; SHA-256 %s; %s%n",
                TRANSFER_BYTES >> 20,
                seconds,
                link,
                ledger.getLong("delivered"),
                ledger.getLong("droppedByKernel"),
                ledger.getLong("droppedAtFullLane"),
                stream.anomalies(),
                received,
                stream.close());

        assertThat(stream.irregular()).as(ledger.encode()).isNull();
        assertThat(HexFormat.of().formatHex(told256.digest())).isEqualTo(received);
        JsonObject close = stream.close();
        assertThat(close.getString("reason")).isEqualTo("fin");
        assertThat(close.getJsonObject("server").getLong("bytes")).isEqualTo(TRANSFER_BYTES);
        assertThat(close.getJsonObject("server").getLong("gapBytes")).isZero();
        assertThat(close.getJsonObject("client").getLong("bytes")).isEqualTo(8);
        assertThat(close.getJsonObject("server").getLong("outOfOrderPackets")).isPositive();
        assertThat(ledger.getLong("droppedByKernel")).isZero();
        assertThat(ledger.getLong("droppedAtFullLane")).isZero();
        LiveProbe.assertLedgerHolds(ledger);
    }

    private static void read(DeliveredStream stream, InputStream events) {
        try {
            stream.read(events);
        } catch (IOException ended) {
            System.out.println("events ended: " + ended);
        }
    }

    /** SHA-256 of what came; checks the ledger on the way. */
    private String receive(LiveProbe probe, DeliveredStream stream) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] buffer = new byte[1 << 16];
        long bytes = 0;
        long nextCheck = TRANSFER_BYTES / 16;
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
            socket.connect(new InetSocketAddress("10.99.0.2", PORT));
            new DataOutputStream(socket.getOutputStream()).writeLong(TRANSFER_BYTES);
            InputStream input = socket.getInputStream();
            for (int length = input.read(buffer); length >= 0; length = input.read(buffer)) {
                digest.update(buffer, 0, length);
                bytes += length;
                while (bytes - stream.bytes() > MAX_AHEAD_BYTES && stream.irregular() == null) {
                    Thread.sleep(1);
                }
                if (bytes >= nextCheck) {
                    LiveProbe.assertLedgerHolds(probe.ledger());
                    nextCheck += TRANSFER_BYTES / 16;
                }
            }
        }
        assertThat(bytes).isEqualTo(TRANSFER_BYTES);
        return HexFormat.of().formatHex(digest.digest());
    }

    private static int tunnel(String name, String address) throws Exception {
        int descriptor = Namespace.tunnel(name);
        Namespace.command("ip", "address", "add", address, "dev", name);
        return descriptor;
    }

    /** As many random bytes as the client asks for, to one client. */
    private static void serve(ServerSocket server, SplittableRandom random) {
        try (server;
                Socket client = server.accept()) {
            long left = new DataInputStream(client.getInputStream()).readLong();
            byte[] buffer = new byte[1 << 16];
            while (left > 0) {
                random.nextBytes(buffer);
                int length = (int) Math.min(buffer.length, left);
                client.getOutputStream().write(buffer, 0, length);
                left -= length;
            }
        } catch (IOException failure) {
            System.out.println("server: " + failure);
        }
    }
}
