package io.weir.reassemble;

import static io.weir.reassemble.Options.MS;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Checksum;
import io.weir.decode.Segment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who gives way when memory is full, who is told of it, and what becomes of the segment for which room is made. */
@Tag("P9")
class RoomTest {
    private final Probe probe = new Probe(Options.with("maxWaitingBytesTotal", 1L << 16));
    private final Conversation conversation = probe.conversation().handshake();

    /** Sends segments of 1000 bytes, each {@code step} behind the one before, above a hole of ten, until it is given up. */
    private int fillUntilTheHoleIsGivenUp(int step) {
        int sent = 0;
        while (conversation.stream().client().isEmpty()) {
            conversation.client().at(11 + (long) step * sent++).data("x".repeat(1_000));
        }
        return sent;
    }

    @Test
    void aSegmentForWhichItsOwnDirectionMakesRoomIsDeliveredAtOnce() {
        int sent = fillUntilTheHoleIsGivenUp(1_000);
        assertThat(conversation.stream().client()).isEqualTo("[10 evicted]" + "x".repeat(1_000 * sent));
        assertThat(conversation.stream().anomalies).containsExactly(Anomaly.MEMORY_LIMIT);
        assertThat(probe.assembler.waitingMemory()).isZero();
        assertThat(conversation.stream().clientHalf().overlapBytes()).isZero();
    }

    @Test
    void aSegmentThatIsPartlyKnownOnceRoomIsMadeBringsTheRest() {
        int sent = fillUntilTheHoleIsGivenUp(900);
        assertThat(conversation.stream().client()).isEqualTo("[10 evicted]" + "x".repeat(900 * sent + 100));
        assertThat(conversation.stream().clientHalf().duplicateBytes()).isEqualTo(100L * (sent - 1));
        assertThat(probe.assembler.waitingMemory()).isZero();
    }

    @Test
    void aSegmentThatIsKnownOnceRoomIsMadeIsADuplicate() {
        int sent = fillUntilTheHoleIsGivenUp(1_000);
        Probe again = new Probe(Options.with("maxWaitingBytesTotal", 1L << 16));
        Conversation same = again.conversation().handshake();
        for (int index = 0; index < sent - 1; index++) {
            same.client().at(11 + 1_000L * index).data("x".repeat(1_000));
        }
        assertThat(same.stream().client()).isEmpty();
        same.client().at(11 + 500).data("x".repeat(1_000));
        assertThat(same.stream().client()).isEqualTo("[10 evicted]" + "x".repeat(1_000 * (sent - 1)));
        assertThat(same.stream().clientHalf().duplicateBytes()).isEqualTo(1_000);
    }

    @Test
    void aSegmentBehindTheFinThatMakingRoomHasBroughtIsRefused() {
        int sent = fillUntilTheHoleIsGivenUp(1_000);
        Probe again = new Probe(Options.with("maxWaitingBytesTotal", 1L << 16));
        Conversation ending = again.conversation().handshake();
        for (int index = 0; index < sent - 1; index++) {
            int flags = index == sent - 2 ? Segment.FIN : 0;
            ending.client().at(11 + 1_000L * index).with(flags).data("x".repeat(1_000));
        }
        assertThat(ending.stream().client()).isEmpty();
        ending.client().at(11 + 1_000L * (sent - 1) - 400).data("x".repeat(1_000));
        assertThat(ending.stream().client()).isEqualTo("[10 evicted]" + "x".repeat(1_000 * (sent - 1)));
        assertThat(ending.stream().ended(FlowDirection.CLIENT_TO_SERVER)).isTrue();
        assertThat(ending.stream().clientHalf().duplicateBytes()).isEqualTo(400);
        assertThat(ending.stream().clientHalf().refusedBytes()).isEqualTo(600);
        again.end();
    }

    @Test
    @DisplayName("P9: bytes for which nobody can make room are refused, and their stream is told")
    void bytesForWhichNobodyCanMakeRoomAreRefused() {
        conversation.client().at(11).data("x".repeat(65_500));
        assertThat(conversation.stream().log).last().isEqualTo("client memory-limit 10+65500");
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(65_500);
        assertThat(probe.assembler.waitingMemory()).isZero();
        conversation.client().at(1).data("ask");
        assertThat(conversation.stream().client()).isEqualTo("ask");
        probe.end();
    }

    @Test
    @DisplayName("P9: the stream whose held bytes give way is told, what it has waiting above a hole stays")
    void theStreamWhoseHeldBytesGiveWayIsTold() {
        conversation.client().at(11).data("waits");
        for (int index = 0; index < 60; index++) {
            conversation
                    .client()
                    .at(16 + 1_000L * index)
                    .checksum(Checksum.WRONG)
                    .data("x".repeat(1_000));
        }
        Conversation honest = probe.conversation().handshake();
        for (int index = 0; index < 20; index++) {
            honest.client().at(11 + 1_000L * index).data("m".repeat(1_000));
        }
        Recording forged = probe.streams.get(0);
        assertThat(forged.anomalies).containsOnlyOnce(Anomaly.MEMORY_LIMIT);
        assertThat(forged.clientHalf().waitingBytes()).isEqualTo(5);
        assertThat(probe.streams.get(1).anomalies).isEmpty();
        assertThat(probe.streams.get(1).client()).isEmpty();
        conversation.client().at(1).data("0123456789");
        assertThat(forged.client()).isEqualTo("0123456789waits");
        probe.end();
    }

    @Test
    @DisplayName("P9: of one direction what is held gives way to what waits")
    void ofOneDirectionWhatIsHeldGivesWayToWhatWaits() {
        Conversation small = Conversation.open(Options.with("maxWaitingBytesPerDirection", 1_000));
        small.client().at(1).checksum(Checksum.WRONG).data("E".repeat(600));
        small.client().at(701).data("b".repeat(600));
        assertThat(small.stream().client()).isEmpty();
        assertThat(small.stream().anomalies).containsExactly(Anomaly.CHECKSUM_WRONG, Anomaly.WAIT_LIMIT);
        assertThat(small.stream().clientHalf().refusedBytes()).isEqualTo(600);
        small.client().at(1).data("a".repeat(700));
        assertThat(small.stream().client()).isEqualTo("a".repeat(700) + "b".repeat(600));
    }

    @Test
    void islandsOfSeveralSegmentsCountOnce() {
        Conversation many = Conversation.open(Options.with("maxIslandsPerDirection", 8));
        for (int index = 0; index < 8; index++) {
            many.client().at(11 + 10L * index).data("ab");
            many.client().at(13 + 10L * index).data("cd");
        }
        assertThat(many.count(Anomaly.WAIT_LIMIT)).isZero();
        many.client().at(91).data("ab");
        assertThat(many.count(Anomaly.WAIT_LIMIT)).isEqualTo(1);
        assertThat(many.stream().client()).isEqualTo("[10 evicted]abcd");
    }

    @Test
    void aRetransmissionOfKnownBytesIsNoCall() {
        int[] calls = new int[1];
        Recording counting = new Recording().keeping(data -> {
            calls[0]++;
            return -1;
        });
        Conversation quiet = new Probe(AssemblerOptions.defaults(), made -> counting).conversation();
        quiet.handshake();
        quiet.client().data("abc");
        int before = calls[0];
        quiet.client().at(1).data("abc");
        quiet.client().at(2).data("b");
        assertThat(calls[0]).isEqualTo(before);
        assertThat(counting.clientHalf().duplicateBytes()).isEqualTo(4);
    }

    @Test
    void bytesBehindTheFinAreToldWithTheirPlace() {
        conversation.client().with(Segment.FIN).data("abc");
        conversation.client().at(2).data("bcEVIL");
        assertThat(conversation.stream().log).last().isEqualTo("client data-after-fin 3+4");
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(4);
        assertThat(conversation.stream().clientHalf().duplicateBytes()).isEqualTo(2);
    }

    @Test
    void aFinBehindAnEmptyDirectionsFinHasMoved() {
        conversation.client().fin();
        conversation.client().at(5).fin();
        assertThat(conversation.count(Anomaly.FIN_MOVED)).isEqualTo(1);
    }

    @Test
    void theFinOfARetransmissionThatTheSnapLengthCutCountsIfItsBytesAreKnown() {
        conversation.client().data("abcdefgh");
        conversation.client().at(1).cut(6).with(Segment.FIN).data("abcdefgh");
        assertThat(conversation.stream().client()).isEqualTo("abcdefgh");
        assertThat(conversation.stream().ended(FlowDirection.CLIENT_TO_SERVER)).isTrue();
        assertThat(conversation.stream().clientHalf().duplicateBytes()).isEqualTo(2);
        conversation.server().acking(10).fin();
        conversation.after(100 * MS);
        assertThat(conversation.stream().ending).isEqualTo(Ending.FIN);
    }
}
