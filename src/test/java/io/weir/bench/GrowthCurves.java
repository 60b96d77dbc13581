package io.weir.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * What a packet costs as streams, and holes in a stream, grow: a line for each point, of the curve's name, where on the axis, and
 * nanoseconds of processor time for a packet.
 */
final class GrowthCurves {
    private static final int PACKETS = 1 << 20;
    private static final int ROUNDS = 5;
    private static final int HOLES_STREAMS = 64;

    private GrowthCurves() {}

    public static void main(String[] arguments) {
        // the compiler sees both kinds of traffic before anything is measured
        streams(1_000);
        holes(16);
        for (int streams : new int[] {1_000, 10_000, 100_000, 1_000_000}) {
            print("streams", streams, streams(streams));
        }
        for (int holes : new int[] {1, 4, 16, 64, 256}) {
            print("holes", holes, holes(holes));
        }
    }

    /** Each stream in turn gets its next bytes. */
    private static double streams(int count) {
        GrowingTraffic traffic = new GrowingTraffic(count);
        int rounds = Math.max(1, PACKETS / count);
        List<Double> costs = new ArrayList<>();
        int done = 0;
        for (int measured = 0; measured <= ROUNDS; measured++) {
            int first = done;
            costs.add(traffic.nsPerPacket(() -> {
                for (int round = first; round < first + rounds; round++) {
                    for (int stream = 0; stream < count; stream++) {
                        traffic.data(stream, round);
                    }
                }
            }));
            done += rounds;
        }
        return median(costs.subList(1, costs.size()));
    }

    /** Of each stream in turn, every second piece comes first; then the holes are filled in any order. */
    private static double holes(int count) {
        GrowingTraffic traffic = new GrowingTraffic(HOLES_STREAMS);
        List<Integer> order = new ArrayList<>();
        for (int hole = 0; hole < count; hole++) {
            order.add(2 * hole);
        }
        Collections.shuffle(order, new Random(count));
        int[] filled = order.stream().mapToInt(Integer::intValue).toArray();
        int cycles = PACKETS / (HOLES_STREAMS * 2 * count);
        List<Double> costs = new ArrayList<>();
        int done = 0;
        for (int measured = 0; measured <= ROUNDS; measured++) {
            int first = done;
            costs.add(traffic.nsPerPacket(() -> {
                for (int cycle = first; cycle < first + cycles; cycle++) {
                    for (int stream = 0; stream < HOLES_STREAMS; stream++) {
                        cycle(traffic, stream, 2 * count * cycle, filled);
                    }
                }
            }));
            done += cycles;
        }
        return median(costs.subList(1, costs.size()));
    }

    private static void cycle(GrowingTraffic traffic, int stream, int first, int[] filled) {
        for (int piece = 1; piece < 2 * filled.length; piece += 2) {
            traffic.data(stream, first + piece);
        }
        for (int piece : filled) {
            traffic.data(stream, first + piece);
        }
        traffic.acknowledge(stream, first + 2 * filled.length);
    }

    private static void print(String curve, int at, double cost) {
        System.out.printf("%s %d %.1f%n", curve, at, cost);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }
}
