package io.weir.reassemble;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;

/**
 * What one receiver reads of one direction: slow, and meant to be obviously right. Offsets count from 0, the first byte
 * of the stream; nothing wraps here.
 */
abstract class ReceiverOracle {
    /** Stands for a FIN: it takes a number as a byte does, and ends the stream where it is reached. */
    static final char FIN = '\u0004';

    private final StringBuilder run = new StringBuilder();
    private final List<String> tiles = new ArrayList<>();
    private long runStart;

    /** Offset of the next byte to deliver. */
    long next;

    long gapBytes;
    long bytes;

    /** A FIN was reached; nothing is read any more. */
    boolean ended;

    static ReceiverOracle of(OverlapPolicy policy) {
        return policy == OverlapPolicy.LINUX ? new LinuxOracle() : new PairPolicyOracle(PairPolicyOracle.table(policy));
    }

    /** A segment arrives; its data may end with a {@link #FIN}. */
    final void receive(long start, String data) {
        if (!ended) {
            take(start, data);
        }
    }

    abstract void take(long start, String data);

    /** Where the first waiting run starts, or -1 if none waits. */
    abstract long firstWaiting();

    /** Delivers what waits at or below {@link #next} and above it without a hole. */
    abstract void drain();

    /** Gives up every hole below what waits. */
    void giveUpHoles() {
        while (!ended && firstWaiting() >= 0) {
            gapTo(firstWaiting());
            drain();
        }
    }

    void gapTo(long offset) {
        if (offset > next) {
            closeRun();
            tiles.add("gap " + next + "+" + (offset - next));
            gapBytes += offset - next;
            next = offset;
            runStart = next;
        }
    }

    void deliver(String data) {
        String read = data.replace(String.valueOf(FIN), "");
        ended = read.length() < data.length();
        run.append(read);
        bytes += read.length();
        next += read.length();
    }

    private void closeRun() {
        if (run.length() > 0) {
            tiles.add(runStart + ":" + run);
            run.setLength(0);
        }
    }

    /** The stream so far, as {@link Recording#tiles} writes it. */
    List<String> tiles() {
        closeRun();
        runStart = next;
        return tiles;
    }

    static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }
}
