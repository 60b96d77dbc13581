package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.Conversation.Round;
import io.weir.Conversation.Sender;
import io.weir.capture.Backend;
import io.weir.capture.FrameSource;
import io.weir.capture.LiveOptions;
import io.weir.capture.LiveSource;
import io.weir.capture.LiveSources;
import io.weir.capture.Namespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Conversations between real sockets in two network namespaces that a cable joins, recorded at the clients' end. */
final class OrdinaryTraffic {
    private static final int CONVERSATIONS_OF_A_HABIT = 2;
    private static final int PATIENCE_MS = 30_000;
    private static final String[] CLIENT_ADDRESSES = {"10.98.0.1", "fd00:98::1"};
    private static final String[] SERVER_ADDRESSES = {"10.98.0.2", "fd00:98::2"};
    private static final LiveOptions CAPTURE = LiveOptions.defaults()
            .withInterfaces(List.of("near"))
            .withBackend(Backend.AFPACKET)
            .withBufferBytes(128 << 20);

    private final long seed;
    private final boolean ipv6 = Files.exists(Path.of("/proc/net/if_inet6"));
    private final List<Conversation> conversations = new ArrayList<>();
    private final TrafficRecording recording;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    private OrdinaryTraffic(long seed) {
        this.seed = seed;
        SplittableRandom random = new SplittableRandom(seed);
        for (Habit habit : Habit.values()) {
            for (int count = 0; count < CONVERSATIONS_OF_A_HABIT; count++) {
                boolean overIpv6 = ipv6 && count % 2 == 1;
                conversations.add(new Conversation(conversations.size(), habit, overIpv6, random));
            }
        }
        recording = new TrafficRecording(conversations);
    }

    /** Skips the test, aloud, where that is not permitted. */
    static OrdinaryTraffic recorded(long seed) throws Exception {
        OrdinaryTraffic traffic = new OrdinaryTraffic(seed);
        Namespace.run(traffic::run);
        traffic.applicationsReadWhatWasSaid();
        return traffic;
    }

    List<TrafficRecording.Recorded> frames() {
        return recording.frames();
    }

    List<Round> rounds() {
        return conversations.stream()
                .flatMap(conversation -> conversation.rounds.stream())
                .toList();
    }

    private void run() throws Exception {
        // this very thread, whose namespace the cable's other end lies in
        String near = Files.readSymbolicLink(Path.of("/proc/thread-self"))
                .getFileName()
                .toString();
        List<ServerSocket> listening = new ArrayList<>();
        Namespace.run(() -> {
            Namespace.command("ip", "link", "add", "far", "type", "veth", "peer", "name", "near", "netns", near);
            configure("far", SERVER_ADDRESSES);
            for (Conversation conversation : conversations) {
                listening.add(listen(conversation));
            }
        });
        configure("near", CLIENT_ADDRESSES);
        CompletableFuture<FrameSource.Statistics> captured = new CompletableFuture<>();
        CompletableFuture<Void> capturing = new CompletableFuture<>();
        new Thread(() -> capture(capturing, captured)).start();
        try {
            capturing.get();
            for (Conversation conversation : conversations) {
                ServerSocket server = listening.get(conversation.number);
                start(conversation, () -> serve(conversation, server));
                start(conversation, () -> visit(conversation));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            over = true;
            assertThat(captured.get(30, TimeUnit.SECONDS).droppedByKernel())
                    .as("frames that the recording lacks")
                    .isZero();
        } finally {
            over = true;
            // the last of them takes its namespace and the cable along
            for (ServerSocket server : listening) {
                server.close();
            }
        }
        assertThat(failures).isEmpty();
    }

    private void configure(String name, String[] addresses) throws IOException, InterruptedException {
        Namespace.command("ip", "link", "set", name, "addrgenmode", "none");
        Namespace.command("ip", "address", "add", addresses[0] + "/24", "dev", name);
        if (ipv6) {
            Namespace.command("ip", "address", "add", addresses[1] + "/64", "dev", name, "nodad");
        }
        Namespace.command("ip", "link", "set", name, "up");
    }

    private void start(Conversation conversation, Namespace.Body body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (Exception | AssertionError failure) {
                failures.add(conversation + ": " + failure);
            }
        });
        threads.add(thread);
        thread.start();
    }

    /** Until everything is over and nothing came for a while. */
    private void capture(CompletableFuture<Void> capturing, CompletableFuture<FrameSource.Statistics> captured) {
        try (LiveSource source = LiveSources.open(CAPTURE)) {
            capturing.complete(null);
            for (int empty = 0; empty < 10; ) {
                int frames = source.poll(recording, 1024, 10);
                empty = over && frames == 0 ? empty + 1 : 0;
            }
            source.countNow();
            captured.complete(source.statistics());
        } catch (Exception | AssertionError failure) {
            capturing.completeExceptionally(failure);
            captured.completeExceptionally(failure);
        }
    }

    private ServerSocket listen(Conversation conversation) throws IOException {
        ServerSocket server = new ServerSocket();
        if (conversation.habit.receiveBufferBytes() > 0) {
            server.setReceiveBufferSize(conversation.habit.receiveBufferBytes());
        }
        server.bind(address(SERVER_ADDRESSES, conversation, conversation.serverPort()));
        return server;
    }

    private static InetSocketAddress address(String[] addresses, Conversation conversation, int port)
            throws IOException {
        return new InetSocketAddress(InetAddress.getByName(addresses[conversation.overIpv6 ? 1 : 0]), port);
    }

    private void serve(Conversation conversation, ServerSocket server) throws Exception {
        for (Round round : conversation.rounds) {
            try (Socket socket = server.accept()) {
                conversation.habit.server(new Talker(round, Sender.SERVER, socket, ~seed));
            } catch (IOException broken) {
                expected(broken, round);
            }
        }
    }

    private void visit(Conversation conversation) throws Exception {
        for (Round round : conversation.rounds) {
            try (Socket socket = Talker.connected(
                    address(CLIENT_ADDRESSES, conversation, conversation.clientPort()),
                    address(SERVER_ADDRESSES, conversation, conversation.serverPort()),
                    PATIENCE_MS)) {
                conversation.habit.client(new Talker(round, Sender.CLIENT, socket, seed));
            } catch (IOException broken) {
                expected(broken, round);
            }
        }
    }

    private static void expected(IOException broken, Round round) throws IOException {
        if (!round.conversation.habit.endsByReset()) {
            throw broken;
        }
    }

    /** Else the test itself is wrong, or the kernel. */
    private void applicationsReadWhatWasSaid() {
        for (Round round : rounds()) {
            for (Sender sender : Sender.values()) {
                Conversation.Speech speech = round.of(sender);
                int read = speech.readBytes;
                assertThat(read)
                        .as("%s: bytes of %s that were read", round, sender)
                        .isBetween(
                                round.conversation.habit.losesBytes() ? 0 : speech.content.length,
                                speech.content.length);
                assertThat(Arrays.mismatch(speech.content, 0, read, speech.read, 0, read))
                        .as("%s: first wrong byte of %s", round, sender)
                        .isEqualTo(-1);
            }
        }
    }
}
