package io.weir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

/** What two applications say to each other from one client port to one server port, once or several times. */
final class Conversation {
    private static final int FIRST_CLIENT_PORT = 40_000;
    private static final int FIRST_SERVER_PORT = 7_000;

    enum Sender {
        CLIENT,
        SERVER
    }

    /** What one application says in one connection, and what the other one read of it. */
    static final class Speech {
        /** Their lengths in bytes. */
        final int[] messages;

        final byte[] content;
        /** What the other application read: its first {@link #readBytes}. One thread writes. */
        final byte[] read;

        volatile int readBytes;

        private Speech(int[] messages, SplittableRandom random) {
            int length = 0;
            for (int message : messages) {
                length += message;
            }
            this.messages = messages;
            content = new byte[length];
            random.nextBytes(content);
            read = new byte[length];
        }

        /** Whether the other application read something else. */
        boolean isMisheard() {
            return Arrays.mismatch(content, 0, readBytes, read, 0, readBytes) >= 0;
        }
    }

    /** One connection. */
    static final class Round {
        final Conversation conversation;
        private final Map<Sender, Speech> speeches = new EnumMap<>(Sender.class);

        private Round(Conversation conversation, SplittableRandom random) {
            this.conversation = conversation;
            for (Sender sender : Sender.values()) {
                speeches.put(sender, new Speech(conversation.habit.messages(sender, random), random));
            }
        }

        Speech of(Sender sender) {
            return speeches.get(sender);
        }

        @Override
        public String toString() {
            return conversation + " round " + conversation.rounds.indexOf(this);
        }
    }

    final int number;
    final Habit habit;
    final boolean overIpv6;
    final List<Round> rounds = new ArrayList<>();
    /** The server's window was seen closed. */
    final CountDownLatch windowClosed = new CountDownLatch(1);
    /** A probe of the client's was seen that keeps an idle connection alive. */
    final CountDownLatch keptAlive = new CountDownLatch(1);

    Conversation(int number, Habit habit, boolean overIpv6, SplittableRandom random) {
        this.number = number;
        this.habit = habit;
        this.overIpv6 = overIpv6;
        for (int round = 0; round < habit.rounds(); round++) {
            rounds.add(new Round(this, random));
        }
    }

    int clientPort() {
        return FIRST_CLIENT_PORT + number;
    }

    int serverPort() {
        return FIRST_SERVER_PORT + number;
    }

    static boolean isClientPort(int port) {
        return port >= FIRST_CLIENT_PORT;
    }

    /** Of a client port. */
    static int number(int clientPort) {
        return clientPort - FIRST_CLIENT_PORT;
    }

    @Override
    public String toString() {
        return habit + (overIpv6 ? " over IPv6, port " : " over IPv4, port ") + clientPort();
    }
}
