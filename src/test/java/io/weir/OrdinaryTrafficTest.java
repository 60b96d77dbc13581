package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.Conversation.Round;
import io.weir.Conversation.Sender;
import io.weir.ToldStream.Told;
import io.weir.TrafficRecording.Recorded;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What applications read is what weir tells, however little of it was captured. Ordinary traffic is recorded once and then
 * read as captures of different quality would have it. {@code -Dweir.seed} repeats the sizes and what a capture lacks; the
 * kernel decides how TCP cuts the bytes into segments.
 */
@Timeout(120)
class OrdinaryTrafficTest {
    private static final double LOSS = 0.03;
    private static final double REORDERING = 0.2;
    private static final int MAX_PLACES = 5;
    private static final double REPETITION = 0.3;
    private static final int MAX_DELAY_FRAMES = 8;
    /** TCP may repeat something, and what comes after a reset is told to nobody. */
    private static final double MIN_SHARE_TOLD = 0.9;

    /** Whose frames are captured. */
    enum Captured {
        BOTH(EnumSet.allOf(Sender.class)),
        CLIENT_TO_SERVER(EnumSet.of(Sender.CLIENT)),
        SERVER_TO_CLIENT(EnumSet.of(Sender.SERVER));

        private final Set<Sender> senders;

        Captured(Set<Sender> senders) {
            this.senders = senders;
        }
    }

    private static final long SEED = Long.getLong("weir.seed", System.nanoTime());
    private static OrdinaryTraffic traffic;

    private final SplittableRandom random = new SplittableRandom(SEED);

    @BeforeAll
    static void record() throws Exception {
        long startedNs = System.nanoTime();
        traffic = OrdinaryTraffic.recorded(SEED);
        System.out.printf(
                "OrdinaryTrafficTest seed %d: %d connections, %d frames, %,d bytes of payload in %.1f s%n",
                SEED,
                traffic.rounds().size(),
                traffic.frames().size(),
                traffic.frames().stream().mapToLong(Recorded::payloadBytes).sum(),
                (System.nanoTime() - startedNs) / 1e9);
    }

    @ParameterizedTest
    @EnumSource
    void whatApplicationsReadIsTold(Captured captured) throws IOException {
        ToldStream.read(frames(captured), streams -> assertAllIsTold(captured, streams));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsCapturedTwiceIsToldOnce(Captured captured) throws IOException {
        ToldStream.read(repeated(frames(captured)), streams -> assertAllIsTold(captured, streams));
    }

    @ParameterizedTest
    @EnumSource
    void fromTheMiddleOnTheRestIsTold(Captured captured) throws IOException {
        List<Recorded> all = frames(captured);
        int cut = random.nextInt(all.size() / 5, all.size() * 4 / 5);
        List<Recorded> rest = all.subList(cut, all.size());
        ToldStream.read(rest, streams -> assertRestIsTold(captured, rest, streams));
    }

    @ParameterizedTest
    @EnumSource
    void whatTheCaptureLostIsAGapAndTheRestIsInItsPlace(Captured captured) throws IOException {
        List<Recorded> kept = frames(captured).stream()
                .filter(frame -> partsConnections(frame) || random.nextDouble() >= LOSS)
                .toList();
        ToldStream.read(kept, streams -> assertPlaces(captured, kept, streams));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsCapturedInAnotherOrderIsToldInItsPlace(Captured captured) throws IOException {
        List<Recorded> frames = reordered(frames(captured));
        ToldStream.read(frames, streams -> assertPlaces(captured, frames, streams));
    }

    private static void assertAllIsTold(Captured captured, List<ToldStream> streams) {
        assertThat(streams).extracting(stream -> stream.round).containsExactlyInAnyOrderElementsOf(traffic.rounds());
        for (ToldStream stream : streams) {
            for (Sender sender : Sender.values()) {
                Told told = stream.of(sender);
                if (captured.senders.contains(sender)) {
                    assertThat(told.gapBytes)
                            .as("%s: gaps of %s", stream, sender)
                            .isZero();
                    assertToldFrom(0, stream, sender);
                } else {
                    assertThat(told.bytes).as("%s: bytes of %s", stream, sender).isZero();
                }
            }
        }
    }

    private static void assertRestIsTold(Captured captured, List<Recorded> frames, List<ToldStream> all) {
        Map<Round, List<ToldStream>> byRound = byRound(all);
        for (Round round : traffic.rounds()) {
            List<ToldStream> streams = byRound.getOrDefault(round, List.of());
            assertThat(streams).as("%s: streams", round).hasSizeLessThanOrEqualTo(1);
            for (Sender sender : captured.senders) {
                List<Recorded> rest = frames.stream()
                        .filter(frame -> frame.round() == round && frame.sender() == sender)
                        .toList();
                if (rest.stream().anyMatch(frame -> frame.payloadBytes() > 0)) {
                    assertRestIsTold(round, sender, rest, streams);
                } else {
                    streams.forEach(stream -> assertThat(stream.of(sender).bytes)
                            .as("%s: bytes of %s", stream, sender)
                            .isZero());
                }
            }
        }
    }

    private static void assertRestIsTold(Round round, Sender sender, List<Recorded> rest, List<ToldStream> streams) {
        int firstByte = firstByte(rest);
        if (streams.isEmpty() && firstByte >= round.of(sender).readBytes) {
            return;
        }
        assertThat(streams).as("%s: streams", round).hasSize(1);
        ToldStream stream = streams.get(0);
        assertThat(stream.of(sender).gapBytes)
                .as("%s: gaps of %s", stream, sender)
                .isZero();
        int lowest = lowestByte(rest);
        if (lowest == firstByte) {
            assertToldFrom(firstByte, stream, sender);
            return;
        }
        // TCP repeated something from before the first byte: told or not
        int readBytes = round.of(sender).readBytes;
        byte[] content = round.of(sender).content;
        assertThat(IntStream.rangeClosed(lowest, Math.max(firstByte, rest.get(0).offset()))
                        .anyMatch(base ->
                                stream.of(sender).isIn(content, base) && base + stream.of(sender).bytes >= readBytes))
                .as("%s: from %d on, or %d, %s", stream, firstByte, lowest, sender)
                .isTrue();
    }

    private static int firstByte(List<Recorded> frames) {
        return frames.stream()
                .filter(frame -> frame.payloadBytes() > 0)
                .findFirst()
                .orElseThrow()
                .offset();
    }

    private static int lowestByte(List<Recorded> frames) {
        return frames.stream()
                .filter(frame -> frame.payloadBytes() > 0)
                .mapToInt(Recorded::offset)
                .min()
                .orElseThrow();
    }

    /** Whether nobody could tell two connections between the same ports apart without the frame in its place. */
    private static boolean partsConnections(Recorded frame) {
        return frame.round().conversation.habit.rounds() > 1 && (frame.opens() || frame.resets());
    }

    /** Each byte is the one that was said at its offset, and nearly all that was captured is told. */
    private static void assertPlaces(Captured captured, List<Recorded> frames, List<ToldStream> streams) {
        long toldBytes = 0;
        for (ToldStream stream : streams) {
            for (Sender sender : captured.senders) {
                Told told = stream.of(sender);
                byte[] content = stream.round.of(sender).content;
                assertThat(bases(told, stream.round, sender, frames).anyMatch(base -> told.isIn(content, base)))
                        .as("%s: bytes of %s are in their places", stream, sender)
                        .isTrue();
                toldBytes += told.bytes;
            }
        }
        long capturedBytes = frames.stream().mapToLong(Recorded::payloadBytes).sum();
        assertThat((double) toldBytes / capturedBytes).as("share told").isGreaterThan(MIN_SHARE_TOLD);
    }

    /** What offset 0 may be: the beginning, or what some frame that was captured says. */
    private static IntStream bases(Told told, Round round, Sender sender, List<Recorded> frames) {
        return told.startUnknown
                ? frames.stream()
                        .filter(frame -> frame.round() == round && frame.sender() == sender)
                        .mapToInt(Recorded::offset)
                        .distinct()
                : IntStream.of(0);
    }

    /** What was said from {@code base} on, without a gap, and no less than was read of it. */
    private static void assertToldFrom(int base, ToldStream stream, Sender sender) {
        Conversation.Speech speech = stream.round.of(sender);
        Told told = stream.of(sender);
        assertThat(told.isIn(speech.content, base))
                .as("%s: bytes of %s from %d on are those that were said", stream, sender, base)
                .isTrue();
        assertThat(base + told.bytes)
                .as("%s: end of what %s said, %d of which were read", stream, sender, speech.readBytes)
                .isBetween((long) speech.readBytes, (long) speech.content.length);
    }

    private static List<Recorded> frames(Captured captured) {
        return traffic.frames().stream()
                .filter(frame -> captured.senders.contains(frame.sender()))
                .toList();
    }

    private List<Recorded> reordered(List<Recorded> original) {
        List<Recorded> frames = new ArrayList<>(original);
        for (int index = 0; index < frames.size() - 1; index++) {
            int other = Math.min(frames.size() - 1, index + random.nextInt(1, MAX_PLACES + 1));
            if (random.nextDouble() < REORDERING
                    && frames.subList(index, other + 1).stream().noneMatch(OrdinaryTrafficTest::partsConnections)) {
                frames.set(index, frames.set(other, frames.get(index)));
            }
        }
        return frames;
    }

    private List<Recorded> repeated(List<Recorded> frames) {
        List<List<Recorded>> later = new ArrayList<>();
        IntStream.range(0, frames.size() + MAX_DELAY_FRAMES).forEach(index -> later.add(new ArrayList<>()));
        List<Recorded> all = new ArrayList<>();
        for (int index = 0; index < frames.size(); index++) {
            all.add(frames.get(index));
            if (random.nextDouble() < REPETITION) {
                int delayed = index + random.nextInt(MAX_DELAY_FRAMES);
                boolean parted = frames.subList(index + 1, Math.min(frames.size(), delayed + 1)).stream()
                        .anyMatch(OrdinaryTrafficTest::partsConnections);
                later.get(parted ? index : delayed).add(frames.get(index));
            }
            all.addAll(later.get(index));
        }
        return all;
    }

    private static Map<Round, List<ToldStream>> byRound(List<ToldStream> streams) {
        return streams.stream().collect(Collectors.groupingBy(stream -> stream.round));
    }
}
