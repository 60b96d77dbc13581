package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.Conversation.Round;
import io.weir.Conversation.Sender;
import io.weir.Conversation.Speech;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One end of a connection: says its speech, in pieces as they come, and notes what it reads of the other's. */
final class Talker {
    private static final int[] PIECES_BYTES = {1, 10, 100, 1_000, 1_448, 5_000, 20_000, 65_000};
    private static final int READ_BYTES = 1 << 16;
    private static final int TIMEOUT_MS = 30_000;

    final Round round;
    final Socket socket;
    private final Speech own;
    private final Speech other;
    private final SplittableRandom random;
    private int saidBytes;

    Talker(Round round, Sender self, Socket socket, long seed) throws IOException {
        this.round = round;
        this.socket = socket;
        own = round.of(self);
        other = round.of(self == Sender.CLIENT ? Sender.SERVER : Sender.CLIENT);
        random = new SplittableRandom(seed + round.conversation.number);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(random.nextBoolean());
    }

    /** A client's socket. Its ports may not be free yet from the last connection between them. */
    static Socket connected(InetSocketAddress own, InetSocketAddress server, int patienceMs)
            throws IOException, InterruptedException {
        long untilNs = System.nanoTime() + patienceMs * 1_000_000L;
        while (true) {
            Socket socket = new Socket();
            try {
                socket.setReuseAddress(true);
                socket.bind(own);
                socket.connect(server, patienceMs);
                return socket;
            } catch (BindException taken) {
                socket.close();
                if (System.nanoTime() > untilNs) {
                    throw taken;
                }
                Thread.sleep(1);
            } catch (IOException failure) {
                socket.close();
                throw failure;
            }
        }
    }

    int messages() {
        return own.messages.length;
    }

    void say(int message) throws IOException {
        int end = saidBytes + own.messages[message];
        while (saidBytes < end) {
            int piece = Math.min(end - saidBytes, PIECES_BYTES[random.nextInt(PIECES_BYTES.length)]);
            socket.getOutputStream().write(own.content, saidBytes, piece);
            saidBytes += piece;
        }
    }

    /** Answers each message with one. */
    void inTurn() throws IOException {
        for (int message = 0; message < messages(); message++) {
            hear(message);
            say(message);
        }
    }

    void sayAll() throws IOException {
        for (int message = 0; message < messages(); message++) {
            say(message);
        }
    }

    /** With its end, before the other side says anything. */
    void sayAllThenHearAll() throws IOException {
        sayAll();
        socket.shutdownOutput();
        hearAll();
    }

    /** All but the last byte of a message, then that one as urgent. */
    void sayUrgently(int message) throws IOException {
        int end = saidBytes + own.messages[message];
        socket.getOutputStream().write(own.content, saidBytes, end - saidBytes - 1);
        socket.sendUrgentData(own.content[end - 1]);
        saidBytes = end;
    }

    void hear(int message) throws IOException {
        hearBytes(other.messages[message], READ_BYTES);
    }

    void hearBytes(int bytes, int atOnceBytes) throws IOException {
        int end = other.readBytes + bytes;
        while (other.readBytes < end) {
            int length = socket.getInputStream()
                    .read(other.read, other.readBytes, Math.min(end - other.readBytes, atOnceBytes));
            if (length < 0) {
                throw new IOException("the other side ended after " + other.readBytes + " bytes");
            }
            other.readBytes += length;
        }
    }

    /** Everything, and that nothing follows. */
    void hearAll(int atOnceBytes) throws IOException {
        hearBytes(other.content.length - other.readBytes, atOnceBytes);
        hearEnd();
    }

    void hearAll() throws IOException {
        hearAll(READ_BYTES);
    }

    void hearEnd() throws IOException {
        if (socket.getInputStream().read() >= 0) {
            throw new IOException("more came than was said");
        }
    }

    /** Speaks and listens at the same time. */
    void sayAndHearAll() throws IOException, InterruptedException {
        IOException[] failure = new IOException[1];
        Thread speaker = new Thread(() -> {
            try {
                sayAll();
                socket.shutdownOutput();
            } catch (IOException broken) {
                failure[0] = broken;
            }
        });
        speaker.start();
        try {
            hearAll();
        } finally {
            speaker.join();
        }
        if (failure[0] != null) {
            throw failure[0];
        }
    }

    /** What was not sent yet is lost. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    void await(CountDownLatch seen, String what) throws InterruptedException {
        assertThat(seen.await(TIMEOUT_MS, TimeUnit.MILLISECONDS))
                .as("%s: %s", round, what)
                .isTrue();
    }

    /** Until the other application has read all that this one said. */
    void awaitHeard() throws InterruptedException {
        while (own.readBytes < own.content.length) {
            Thread.sleep(1);
        }
    }
}
