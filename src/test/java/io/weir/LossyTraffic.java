package io.weir;

import io.weir.Conversation.Round;
import io.weir.Conversation.Sender;
import io.weir.capture.LossyLink;
import io.weir.capture.Namespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Conversations of all habits, without end and several at a time, between the kernels of two network namespaces that a lossy
 * link joins. Either side may be the client. Capture at {@link #NEAR}, in the namespace of the thread that makes this.
 */
final class LossyTraffic implements AutoCloseable {
    static final String NEAR = "near";
    static final String FAR = "far";
    static final List<String> NEAR_ADDRESSES = List.of("10.99.0.1", "fd00:99::1");
    static final List<String> FAR_ADDRESSES = List.of("10.99.0.2", "fd00:99::2");

    private static final int AT_A_TIME = 6;
    private static final LossyLink.Flaws FLAWS = new LossyLink.Flaws(0.02, 0.02, 0.01, 0.005);
    /** After so many a number, and with it two ports, is used again. */
    private static final int NUMBERS = 16_000;

    private static final int PATIENCE_MS = 25_000;
    /** How long a server waits for the end of a connection whose reset may have been lost. */
    private static final int LOST_RESET_MS = 3_000;

    private final long seed;
    private final ToldConversations told;
    private final ExecutorService near;
    private ExecutorService far;
    private LossyLink link;
    private final boolean ipv6 = Files.exists(Path.of("/proc/net/if_inet6"));
    private final AtomicInteger started = new AtomicInteger();
    private final Queue<String> broken = new ConcurrentLinkedQueue<>();
    private final List<Conversation> current = new CopyOnWriteArrayList<>();

    LossyTraffic(long seed, ToldConversations told) throws Exception {
        this.seed = seed;
        this.told = told;
        int one = tunnel(NEAR, NEAR_ADDRESSES);
        near = threadsHere();
        Namespace.run(() -> {
            int other = tunnel(FAR, FAR_ADDRESSES);
            far = threadsHere();
            link = new LossyLink(one, other, FLAWS, seed);
        });
    }

    private int tunnel(String name, List<String> addresses) throws IOException, InterruptedException {
        int descriptor = Namespace.tunnel(name);
        Namespace.command("ip", "address", "add", addresses.get(0) + "/30", "dev", name);
        if (ipv6) {
            Namespace.command("ip", "address", "add", addresses.get(1) + "/64", "dev", name, "nodad");
        }
        return descriptor;
    }

    /** Threads that belong to this thread's namespace for ever: each one that ends starts its successor itself. */
    private static ExecutorService threadsHere() {
        ThreadPoolExecutor threads =
                new ThreadPoolExecutor(AT_A_TIME + 1, AT_A_TIME + 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
        threads.prestartAllCoreThreads();
        return threads;
    }

    /** Runs something in the other namespace, beside the conversations. */
    void farAway(Runnable task) {
        far.execute(task);
    }

    /** Holds conversations until it is over, and ends those that have begun. */
    void converse(AtomicBoolean over) throws Exception {
        List<CompletableFuture<Void>> rows = new CopyOnWriteArrayList<>();
        for (int row = 0; row < AT_A_TIME; row++) {
            rows.add(OwnThread.call(() -> {
                while (!over.get()) {
                    hold(next());
                    told.awaitRoom();
                }
                return null;
            }));
        }
        for (CompletableFuture<Void> row : rows) {
            row.get();
        }
    }

    /** One after the others, on a calling thread of any namespace. */
    Conversation holdOne() throws Exception {
        Conversation conversation = next();
        while (conversation.habit != Habit.CHAT) {
            conversation = next();
        }
        hold(conversation);
        return conversation;
    }

    private Conversation next() {
        int number = started.getAndIncrement();
        SplittableRandom random = new SplittableRandom(seed + 31L * number);
        Habit habit = Habit.values()[random.nextInt(Habit.values().length)];
        Conversation conversation = new Conversation(number % NUMBERS, habit, ipv6 && random.nextBoolean(), random);
        // nobody looks at single packets here
        conversation.windowClosed.countDown();
        conversation.keptAlive.countDown();
        return conversation;
    }

    private void hold(Conversation conversation) throws Exception {
        boolean nearServes = nearServes(conversation);
        ExecutorService servers = nearServes ? near : far;
        List<String> addresses = nearServes ? NEAR_ADDRESSES : FAR_ADDRESSES;
        told.begins(conversation);
        current.add(conversation);
        try (ServerSocket server =
                on(servers, () -> listen(conversation, addresses)).get()) {
            CompletableFuture<Void> serving = on(servers, () -> serve(conversation, server));
            CompletableFuture<Void> visiting = on(
                    nearServes ? far : near,
                    () -> visit(conversation, addresses, nearServes ? FAR_ADDRESSES : NEAR_ADDRESSES));
            serving.get();
            visiting.get();
        } finally {
            current.remove(conversation);
        }
        checkApplications(conversation);
        told.ended(conversation);
    }

    /** Whether the far side is the client. */
    static boolean nearServes(Conversation conversation) {
        return conversation.number % 3 == 0;
    }

    private static <T> CompletableFuture<T> on(ExecutorService threads, Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable problem) {
                result.completeExceptionally(problem);
            }
        });
        return result;
    }

    private static ServerSocket listen(Conversation conversation, List<String> addresses) throws IOException {
        ServerSocket server = new ServerSocket();
        if (conversation.habit.receiveBufferBytes() > 0) {
            server.setReceiveBufferSize(conversation.habit.receiveBufferBytes());
        }
        server.setSoTimeout(PATIENCE_MS);
        server.bind(address(conversation, addresses, conversation.serverPort()));
        return server;
    }

    private static InetSocketAddress address(Conversation conversation, List<String> addresses, int port)
            throws IOException {
        InetAddress address = InetAddress.getByName(addresses.get(conversation.overIpv6 ? 1 : 0));
        return new InetSocketAddress(address, port);
    }

    private Void serve(Conversation conversation, ServerSocket server) throws Exception {
        for (Round round : conversation.rounds) {
            try (Socket socket = server.accept()) {
                Talker talker = new Talker(round, Sender.SERVER, socket, ~seed);
                if (conversation.habit == Habit.SAME_PORT_AGAIN_AFTER_RESET) {
                    socket.setSoTimeout(LOST_RESET_MS);
                }
                conversation.habit.server(talker);
            } catch (IOException failure) {
                note(failure, round);
            }
        }
        return null;
    }

    private Void visit(Conversation conversation, List<String> addresses, List<String> own) throws Exception {
        for (Round round : conversation.rounds) {
            try (Socket socket = Talker.connected(
                    address(conversation, own, conversation.clientPort()),
                    address(conversation, addresses, conversation.serverPort()),
                    PATIENCE_MS)) {
                conversation.habit.client(new Talker(round, Sender.CLIENT, socket, seed));
            } catch (IOException failure) {
                note(failure, round);
            }
        }
        return null;
    }

    private void note(IOException failure, Round round) {
        if (!round.conversation.habit.endsByReset()) {
            broken.add(round + ": " + failure);
        }
    }

    /** What was read is what was said, or the test itself is wrong. Ports that are used again at once may mislead the kernel. */
    private void checkApplications(Conversation conversation) {
        for (Round round : conversation.rounds) {
            for (Sender sender : Sender.values()) {
                if (conversation.habit.rounds() == 1 && round.of(sender).isMisheard()) {
                    throw new AssertionError(round + ": the kernel itself delivered something else of " + sender);
                }
            }
        }
    }

    /** Those that are under way. */
    List<Conversation> current() {
        return current;
    }

    int conversations() {
        return started.get();
    }

    /** Conversations that broke off though their habit does not: a machine too busy, or more losses than TCP bears. */
    Queue<String> broken() {
        return broken;
    }

    @Override
    public String toString() {
        return started + " conversations, " + link;
    }

    @Override
    public void close() throws InterruptedException {
        near.shutdownNow();
        far.shutdownNow();
        link.close();
    }
}
