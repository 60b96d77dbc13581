package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Checksum;
import io.weir.decode.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Anything in any order: random flags, numbers, options, silences, answers, defects of the streams and bounds that are always
 * too small. Nobody can say what should be delivered; but nothing is thrown that no stream threw, every call keeps the contract
 * of {@link Stream}, every byte is accounted for, and at the end no memory is left. One seed again with {@code -Dweir.seed}.
 */
@Tag("P7")
class OpStreamTest {
    private static final int ROUNDS = Integer.getInteger("weir.rounds", 3_000);
    private static final int OPERATIONS = 150;
    private static final List<String> CALLS = List.of("accept", "opened", "reassembled", "anomaly", "complete");
    private static final long SEED = Long.getLong("weir.seed", System.nanoTime());

    @Test
    void whateverIsSentEveryCallKeepsItsContractAndEveryByteIsAccountedFor() {
        System.out.println(
                "OpStreamTest: " + ROUNDS + " rounds, seed " + SEED + " (again with -Dweir.seed=" + SEED + ")");
        for (int round = 0; round < ROUNDS; round++) {
            long seed = SEED + round;
            List<Long> operations =
                    new SplittableRandom(seed).longs(OPERATIONS).boxed().toList();
            if (failure(seed, operations) != null) {
                List<Long> few = shrink(seed, operations);
                throw new AssertionError(
                        "seed " + SEED + ", round " + round + ": " + script(seed, few), failure(seed, few));
            }
        }
    }

    /** Leaves out what is not needed to fail. */
    private static List<Long> shrink(long seed, List<Long> operations) {
        List<Long> few = new ArrayList<>(operations);
        for (int size = few.size() / 2; size > 0; size /= 2) {
            for (int from = 0; from + size <= few.size(); ) {
                List<Long> fewer = new ArrayList<>(few);
                fewer.subList(from, from + size).clear();
                if (failure(seed, fewer) == null) {
                    from += size;
                } else {
                    few = fewer;
                }
            }
        }
        return few;
    }

    private static Throwable failure(long seed, List<Long> operations) {
        try {
            run(seed, operations, new ArrayList<>());
            return null;
        } catch (RuntimeException | AssertionError broken) {
            return broken;
        }
    }

    private static List<String> script(long seed, List<Long> operations) {
        List<String> script = new ArrayList<>();
        try {
            run(seed, operations, script);
        } catch (RuntimeException | AssertionError broken) {
            script.add(String.valueOf(broken.getMessage()).strip());
        }
        return script;
    }

    /** Each operation is a seed of its own, so that it stays the same when others are left out. */
    private static void run(long seed, List<Long> operations, List<String> script) {
        SplittableRandom random = new SplittableRandom(~seed);
        AssemblerOptions options = options(random);
        script.add(options.toString());
        Probe probe = new Probe(options, connection -> recording(new SplittableRandom(seed ^ connection.clientPort())));
        probe.timersFirst = true;
        Conversation[] conversations = new Conversation[1 + random.nextInt(4)];
        for (int index = 0; index < conversations.length; index++) {
            conversations[index] = probe.conversation()
                    .numbers(-64 + random.nextInt(128) & 0xFFFF_FFFFL, 0x8000_0000L - random.nextInt(128));
            if (random.nextInt(4) > 0) {
                script.add("handshake " + conversations[index].client());
                Defect.tolerated(conversations[index]::handshake);
            }
        }
        for (long operation : operations) {
            Defect.tolerated(() -> operate(new SplittableRandom(operation), probe, conversations, script));
            assertThat(probe.assembler.waitingMemory()).isLessThanOrEqualTo(options.maxWaitingBytesTotal());
            probe.streams.stream().filter(stream -> stream.ending == null).forEach(OpStreamTest::whatIsToldWasSent);
        }
        script.add("end");
        Defect.tolerated(probe::end);
        probe.end();
    }

    private static void whatIsToldWasSent(Recording stream) {
        for (HalfConnection half : List.of(stream.connection.low, stream.connection.high)) {
            assertThat(half.is(HalfConnection.STARTED) ? half.sentTo : half.next)
                    .as("bytes that count as sent")
                    .isGreaterThanOrEqualTo(half.next);
        }
    }

    private static void operate(
            SplittableRandom random, Probe probe, Conversation[] conversations, List<String> script) {
        Conversation conversation = conversations[random.nextInt(conversations.length)];
        if (random.nextInt(30) == 0) {
            long silence = 1L << random.nextInt(10, 39);
            script.add("after " + silence);
            probe.after(silence);
        } else if (random.nextInt(100) == 0) {
            script.add("flush");
            probe.assembler.flush(new FlushOptions(probe.nowNs - random.nextInt(100_000), probe.nowNs - (1L << 34)));
        } else {
            segment(random, random.nextInt(3) > 0 ? conversation.client() : conversation.server(), script);
        }
    }

    private static AssemblerOptions options(SplittableRandom random) {
        return Options.with(
                "overlap",
                OverlapPolicy.values()[random.nextInt(OverlapPolicy.values().length)],
                "checksum",
                AssemblerOptions.ChecksumRule.values()[random.nextInt(3)],
                "maxWaitingBytesTotal",
                1L << 16,
                "maxWaitingBytesPerDirection",
                1 + random.nextInt(60_000),
                "maxIslandsPerDirection",
                1 + random.nextInt(20),
                "maxStreams",
                4 + random.nextInt(4),
                "tombstoneNs",
                random.nextInt(3) * 10 * Options.SECOND,
                "historyBytes",
                random.nextInt(3) * 500);
    }

    private static Recording recording(SplittableRandom random) {
        if (random.nextInt(20) == 0) {
            return null;
        }
        Recording recording = new Recording();
        recording.forget = random.nextInt(5) > 0;
        int keep = random.nextInt(6);
        recording.keeping(data -> keep == 0 ? random.nextInt(data.length() + 2) : keep == 1 ? 0 : -1);
        if (random.nextInt(6) == 0) {
            String call = CALLS.get(random.nextInt(CALLS.size()));
            recording.failing(
                    random.nextBoolean()
                            ? Defect.in(call)
                            : any -> {
                                if (random.nextInt(8) == 0) {
                                    throw new Defect(any);
                                }
                            });
        }
        int answer = random.nextInt(9);
        return answer == 8 ? recording.answering(() -> answer(random.nextInt(8))) : recording.accepting(answer(answer));
    }

    private static Stream.Acceptance answer(int number) {
        return switch (number) {
            case 0 -> Stream.Acceptance.REFUSE;
            case 1 -> Stream.Acceptance.START;
            default -> Stream.Acceptance.ACCEPT;
        };
    }

    private static void segment(SplittableRandom random, Endpoint from, List<String> script) {
        long at = from.next() + (random.nextInt(3) == 0 ? 0 : random.nextInt(-60, 60));
        int flags =
                switch (random.nextInt(16)) {
                    case 0 -> Segment.SYN;
                    case 1 -> Segment.SYN | Segment.ACK;
                    case 2 -> Segment.FIN | Segment.ACK;
                    case 3 -> random.nextInt(4) == 0 ? Segment.RST : Segment.ACK;
                    case 4 -> random.nextInt(64);
                    case 5 -> Segment.ACK;
                    default -> Segment.PSH | Segment.ACK;
                };
        int length = flags == Segment.ACK || random.nextInt(8) == 0
                ? 0
                : random.nextInt(random.nextInt(10) == 0 ? 4_000 : 40);
        String data = String.valueOf((char) ('a' + random.nextInt(3))).repeat(length);
        from.at(random.nextInt(40) == 0 ? random.nextLong(1L << 32) : at);
        if (random.nextInt(3) == 0) {
            from.acking(random.nextInt(20) == 0 ? random.nextInt() : from.peerNext() - random.nextInt(20));
        }
        if (random.nextInt(12) == 0) {
            from.window(random.nextInt(4) == 0 ? 0 : random.nextInt(65_536));
        }
        if (random.nextInt(6) == 0) {
            from.timestamps(random.nextInt(100), 0);
        }
        if (random.nextInt(20) == 0) {
            from.checksum(Checksum.values()[random.nextInt(Checksum.values().length)]);
        }
        if (random.nextInt(15) == 0) {
            from.option(1 << random.nextInt(10));
        }
        if (random.nextInt(12) == 0 && length > 0) {
            from.cut(random.nextInt(length + 1));
        }
        script.add(from.describe(flags, data));
        from.send(flags, data);
    }
}
