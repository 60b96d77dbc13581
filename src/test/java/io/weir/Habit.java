package io.weir;

import io.weir.Conversation.Sender;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.util.SplittableRandom;
import jdk.net.ExtendedSocketOptions;

/** How applications use TCP. The messages of a conversation are known to both ends. */
enum Habit {
    UPLOAD(1_200_000, 0) {
        @Override
        void client(Talker talker) throws IOException {
            talker.sayAllThenHearAll();
        }

        @Override
        void server(Talker talker) throws IOException {
            talker.hearAll();
        }
    },
    DOWNLOAD(0, 1_200_000) {
        @Override
        void client(Talker talker) throws IOException {
            talker.hearAll();
        }

        @Override
        void server(Talker talker) throws IOException {
            talker.sayAll();
        }
    },
    BOTH_WAYS_AT_ONCE(800_000, 800_000) {
        @Override
        void client(Talker talker) throws Exception {
            talker.sayAndHearAll();
        }

        @Override
        void server(Talker talker) throws Exception {
            talker.sayAndHearAll();
        }
    },
    CHAT(20_000, 40_000, 15),
    CHAT_IN_TINY_PIECES(20, 10, 200),
    SERVER_SPEAKS_FIRST(300, 3_000, 20) {
        @Override
        void client(Talker talker) throws IOException {
            for (int message = 0; message < talker.messages(); message++) {
                talker.hear(message);
                talker.say(message);
            }
            talker.hearEnd();
        }

        @Override
        void server(Talker talker) throws IOException {
            for (int message = 0; message < talker.messages(); message++) {
                talker.say(message);
                talker.hear(message);
            }
        }
    },
    ANSWER_AFTER_HALF_CLOSE(300_000, 300_000) {
        @Override
        void client(Talker talker) throws IOException {
            talker.sayAllThenHearAll();
        }

        @Override
        void server(Talker talker) throws IOException {
            talker.hearAll();
            talker.sayAll();
        }
    },
    SLOW_READER(200_000, 0) {
        @Override
        void client(Talker talker) throws IOException {
            talker.sayAllThenHearAll();
        }

        @Override
        void server(Talker talker) throws Exception {
            talker.await(talker.round.conversation.windowClosed, "the window never closed");
            talker.hearAll(SMALL_BYTES);
        }
    },
    IDLE_BUT_KEPT_ALIVE(2_000, 2_000, 4) {
        @Override
        void client(Talker talker) throws Exception {
            talker.socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            talker.socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 1);
            talker.socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 1);
            talker.say(0);
            talker.hear(0);
            talker.await(talker.round.conversation.keptAlive, "no probe kept it alive");
            for (int message = 1; message < talker.messages(); message++) {
                talker.say(message);
                talker.hear(message);
            }
        }
    },
    URGENT_BYTES(1_000, 10, 30) {
        @Override
        void client(Talker talker) throws IOException {
            // Java does not wait for room to send an urgent byte, so there is room for everything
            talker.socket.setSendBufferSize(SEND_BUFFER_BYTES);
            // by then the server reads urgent bytes in their place
            talker.hear(0);
            for (int message = 0; message < talker.messages(); message++) {
                talker.sayUrgently(message);
            }
            talker.socket.shutdownOutput();
            talker.hearAll();
        }

        @Override
        void server(Talker talker) throws IOException {
            talker.socket.setOOBInline(true);
            talker.sayAll();
            talker.hearAll();
        }
    },
    CLIENT_RESETS(200_000, 400_000) {
        @Override
        void client(Talker talker) throws Exception {
            talker.sayAll();
            talker.awaitHeard();
            talker.hearBytes(SOME_BYTES, SMALL_BYTES);
            talker.reset();
        }

        @Override
        void server(Talker talker) throws Exception {
            talker.sayAndHearAll();
        }
    },
    SERVER_RESETS(800_000, 0) {
        @Override
        void client(Talker talker) throws IOException {
            talker.sayAll();
            talker.hearAll();
        }

        @Override
        void server(Talker talker) throws IOException {
            talker.hearBytes(SOME_BYTES, SMALL_BYTES);
            talker.reset();
        }
    },
    SAME_PORT_AGAIN_AFTER_RESET(40_000, 40_000, 5) {
        @Override
        void client(Talker talker) throws Exception {
            super.client(talker);
            talker.reset();
        }

        @Override
        int rounds() {
            return 3;
        }
    },
    /** The server closes first, so that what is left of a connection waits at its side when the next one comes. */
    SAME_PORT_AGAIN_AFTER_FIN(40_000, 40_000, 5) {
        @Override
        void client(Talker talker) throws Exception {
            super.client(talker);
            talker.hearEnd();
        }

        @Override
        void server(Talker talker) throws Exception {
            talker.inTurn();
        }

        @Override
        int rounds() {
            return 3;
        }
    },
    NOTHING_SAID(0, 0);

    private static final int SMALL_BYTES = 4_096;
    private static final int SEND_BUFFER_BYTES = 1 << 18;
    /** Less than either side of a conversation that is reset says. */
    private static final int SOME_BYTES = 10_000;

    private final int maxClientBytes;
    private final int maxServerBytes;
    private final int messages;

    Habit(int maxClientBytes, int maxServerBytes) {
        this(maxClientBytes, maxServerBytes, 1);
    }

    Habit(int maxClientBytes, int maxServerBytes, int messages) {
        this.maxClientBytes = maxClientBytes;
        this.maxServerBytes = maxServerBytes;
        this.messages = messages;
    }

    /** Lengths of what one side says. */
    int[] messages(Sender sender, SplittableRandom random) {
        int maxBytes = sender == Sender.CLIENT ? maxClientBytes : maxServerBytes;
        if (maxBytes == 0) {
            return new int[0];
        }
        int minBytes = messages == 1 ? maxBytes / 2 : 1;
        return random.ints(messages, minBytes, maxBytes + 1).toArray();
    }

    /** Says and hears in turn. */
    void client(Talker talker) throws Exception {
        for (int message = 0; message < talker.messages(); message++) {
            talker.say(message);
            talker.hear(message);
        }
    }

    void server(Talker talker) throws Exception {
        talker.inTurn();
        talker.hearEnd();
    }

    int rounds() {
        return 1;
    }

    boolean endsByReset() {
        return this == CLIENT_RESETS || this == SERVER_RESETS || this == SAME_PORT_AGAIN_AFTER_RESET;
    }

    /** Whether an application may not have read all that the other one said. */
    boolean losesBytes() {
        return this == CLIENT_RESETS || this == SERVER_RESETS;
    }

    /** Of the server. */
    int receiveBufferBytes() {
        return this == SLOW_READER ? 2 * SMALL_BYTES : 0;
    }
}
