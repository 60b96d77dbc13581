package io.weir.reassemble;

import static io.weir.reassemble.Options.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Checksum;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every bound is driven to its limit: what happens is the stated policy, it is counted, and delivery goes on. */
@Tag("P9")
class BoundsTest {
    @Test
    @DisplayName("R15, G11: a direction that waits for too much gives up its first hole")
    void aDirectionThatWaitsForTooMuchGivesUpItsFirstHole() {
        Conversation conversation = Conversation.open(Options.with("maxWaitingBytesPerDirection", 1_000));
        for (int index = 0; index < 12; index++) {
            conversation.client().at(11 + 100L * index).data("x".repeat(100));
        }
        assertThat(conversation.stream().client()).startsWith("[10 evicted]xxxx");
        assertThat(conversation.count(Anomaly.WAIT_LIMIT)).isEqualTo(1);
        conversation.client().data("y");
        assertThat(conversation.stream().client()).endsWith("xy");
        assertThat(conversation.stream().clientHalf().waitingBytes()).isZero();
    }

    @Test
    @DisplayName("R15: the smallest hole below is given up, the others still wait")
    void onlyTheFirstHoleIsGivenUp() {
        Conversation conversation = Conversation.open(Options.with("maxWaitingBytesPerDirection", 1_000));
        conversation.client().at(11).data("a".repeat(600));
        conversation.client().at(701).data("b".repeat(600));
        assertThat(conversation.stream().client()).isEqualTo("[10 evicted]" + "a".repeat(600));
        conversation.client().at(611).data("-".repeat(90));
        assertThat(conversation.stream().client()).endsWith("a" + "-".repeat(90) + "b".repeat(600));
    }

    @Test
    void aDirectionWithTooManyIslandsGivesUpItsFirstHole() {
        Conversation conversation = Conversation.open(Options.with("maxIslandsPerDirection", 8));
        for (int index = 0; index < 20; index++) {
            conversation.client().at(2 + 2L * index).data("i");
        }
        assertThat(conversation.stream().clientHalf().waitingBytes()).isLessThanOrEqualTo(8);
        assertThat(conversation.stream().client()).startsWith("[1 evicted]i[1 evicted]i");
        assertThat(conversation.count(Anomaly.WAIT_LIMIT)).isEqualTo(12);
    }

    @Test
    @DisplayName("the next byte is never refused, or a bound becomes a deadlock")
    void theNextByteIsNeverRefused() {
        Conversation conversation = Conversation.open(
                Options.with("maxWaitingBytesPerDirection", 64 << 10, "maxWaitingBytesTotal", 1L << 16));
        for (int index = 0; index < 60; index++) {
            conversation.client().at(101 + 1_000L * index).data("x".repeat(1_000));
        }
        conversation.client().at(1).data("y".repeat(100));
        assertThat(conversation.stream().client()).startsWith("y".repeat(100) + "x");
        assertThat(conversation.stream().clientHalf().gapBytes()).isZero();
    }

    @Test
    void aSegmentLargerThanTheBoundDoesNotStopTheDirection() {
        Conversation conversation = Conversation.open(Options.with("maxWaitingBytesPerDirection", 100));
        conversation.client().at(11).data("x".repeat(5_000));
        conversation.client().at(5_011).data("y");
        assertThat(conversation.stream().client()).isEqualTo("[10 evicted]" + "x".repeat(5_000) + "y");
    }

    @Test
    @DisplayName("section 7: when all memory is used the direction with most bytes waiting gives up its first hole")
    void whenAllMemoryIsUsedTheDirectionWithMostBytesWaitingPays() {
        Probe probe = new Probe(Options.with("maxWaitingBytesTotal", 1L << 16));
        Conversation modest = probe.conversation().handshake();
        Conversation greedy = probe.conversation().handshake();
        modest.client().at(11).data("m".repeat(500));
        for (int index = 0; index < 100; index++) {
            greedy.client().at(11 + 1_000L * index).data("g".repeat(1_000));
        }
        assertThat(probe.streams.get(0).client()).isEmpty();
        assertThat(probe.streams.get(0).clientHalf().waitingBytes()).isEqualTo(500);
        assertThat(probe.streams.get(1).client()).startsWith("[10 evicted]ggg");
        assertThat(probe.count(Anomaly.MEMORY_LIMIT)).isPositive();
        assertThat(probe.assembler.waitingMemory()).isLessThanOrEqualTo(1 << 16);
        modest.client().at(1).data("0123456789");
        assertThat(probe.streams.get(0).client()).isEqualTo("0123456789" + "m".repeat(500));
    }

    @Test
    @DisplayName("P9: bytes that are held back count against their direction's bound")
    void bytesThatAreHeldBackCountAgainstTheirDirectionsBound() {
        Conversation conversation = Conversation.open(Options.with("maxWaitingBytesPerDirection", 1_000));
        for (int index = 0; index < 30; index++) {
            conversation.client().at(1 + 100L * index).checksum(Checksum.WRONG).data("x".repeat(100));
        }
        assertThat(conversation.probe.assembler.waitingMemory()).isLessThan(2_000);
        assertThat(conversation.stream().clientHalf().refusedBytes()).isEqualTo(2_000);
        conversation.server().ack(1_001);
        conversation.client().at(1_001).data("y");
        assertThat(conversation.stream().client()).isEqualTo("x".repeat(1_000) + "y");
    }

    @Test
    @DisplayName("P9: what is held back gives way to what waits above a hole")
    void whatIsHeldBackGivesWayToWhatWaitsAboveAHole() {
        Probe probe = new Probe(Options.with("maxWaitingBytesTotal", 1L << 16));
        Conversation honest = probe.conversation().handshake();
        honest.client().at(11).data("m".repeat(500));
        for (int stream = 0; stream < 4; stream++) {
            Conversation forged = probe.conversation().handshake();
            for (int index = 0; index < 100; index++) {
                forged.client().at(1 + 1_000L * index).checksum(Checksum.WRONG).data("x".repeat(1_000));
            }
        }
        honest.client().at(511).data("m".repeat(1_400));
        assertThat(probe.streams.get(0).client()).isEmpty();
        assertThat(probe.streams.get(0).clientHalf().waitingBytes()).isEqualTo(1_900);
        assertThat(probe.assembler.waitingMemory()).isLessThanOrEqualTo(1 << 16);
        honest.client().at(1).data("0123456789");
        assertThat(probe.streams.get(0).client()).isEqualTo("0123456789" + "m".repeat(1_900));
    }

    @Test
    @DisplayName("P9: whatever is sent, the memory of waiting bytes stays below its bound")
    void theMemoryOfWaitingBytesStaysBelowItsBound() {
        long bound = 1 << 20;
        Probe probe = new Probe(Options.with("maxWaitingBytesTotal", bound));
        for (int stream = 0; stream < 40; stream++) {
            Conversation conversation = probe.conversation().handshake();
            for (int index = 0; index < 300; index++) {
                conversation.client().at(2 + 200L * index).data("z".repeat(1 + 190 * (stream % 2)));
                assertThat(probe.assembler.waitingMemory()).isLessThanOrEqualTo(bound);
            }
        }
        probe.end();
    }

    @Test
    @DisplayName("evasion: a SYN flood takes a quarter of the table and spares whoever talks")
    void aSynFloodTakesAQuarterOfTheTableAndSparesWhoeverTalks() {
        Probe probe = new Probe(Options.with("maxStreams", 100));
        Conversation talks = probe.conversation().handshake();
        talks.client().data("before ");
        for (int index = 0; index < 2_000; index++) {
            probe.conversation().client().syn();
        }
        assertThat(probe.pool.size()).isLessThanOrEqualTo(26);
        talks.client().data("after");
        assertThat(probe.streams.get(0).client()).isEqualTo("before after");
        assertThat(probe.count(Anomaly.STREAM_LIMIT)).isEqualTo(2_000 - 25);
        assertThat(probe.streams.get(1).ending).isEqualTo(Ending.EVICTED);
    }

    @Test
    @DisplayName("section 7: a full table closes the oldest idle stream")
    void aFullTableClosesTheOldestIdleStream() {
        Probe probe = new Probe(Options.with("maxStreams", 8));
        Conversation[] conversations = new Conversation[9];
        for (int index = 0; index < 8; index++) {
            conversations[index] = probe.conversation().handshake();
        }
        probe.after(5 * SECOND);
        conversations[0].client().data("still alive");
        conversations[8] = probe.conversation().handshake();
        assertThat(probe.pool.size()).isLessThanOrEqualTo(8);
        assertThat(probe.streams.get(0).ending).isNull();
        assertThat(probe.streams.get(1).ending).isEqualTo(Ending.EVICTED);
        assertThat(probe.streams.get(1).log).contains("client stream-limit");
        assertThat(probe.count(Anomaly.STREAM_LIMIT)).isEqualTo(1);
    }

    @Test
    @DisplayName("G11, 3.10: data without a SYN never buffers for ever")
    void dataWithoutASynNeverBuffersForEver() {
        Probe probe = new Probe();
        for (int stream = 0; stream < 50; stream++) {
            Conversation conversation = probe.conversation();
            for (int index = 0; index < 20; index++) {
                conversation.client().at(1_000 + 1_000L * index).data("x".repeat(1_000));
            }
        }
        probe.after(SECOND);
        assertThat(probe.assembler.waitingMemory()).isZero();
        assertThat(probe.streams)
                .allSatisfy(stream -> assertThat(stream.client()).hasSize(20_000));
    }

    @Test
    @DisplayName("3.21: the memory of an attack is given back")
    void theMemoryOfAnAttackIsGivenBack() {
        Probe probe = new Probe();
        for (int stream = 0; stream < 200; stream++) {
            Conversation conversation = probe.conversation().handshake();
            for (int index = 0; index < 100; index++) {
                conversation.client().at(2 + 2L * index).data("x");
            }
        }
        assertThat(probe.assembler.waitingMemory()).isPositive();
        probe.after(400 * SECOND);
        assertThat(probe.assembler.waitingMemory()).isZero();
        assertThat(probe.pool.size()).isZero();
    }

    @Test
    @DisplayName("3.7: remembered connections are bounded as well")
    void rememberedConnectionsAreBoundedAsWell() {
        Probe probe = new Probe(Options.with("maxStreams", 50));
        for (int index = 0; index < 5_000; index++) {
            probe.conversation().handshake().goodbye();
        }
        assertThat(probe.pool.size()).isZero();
        assertThat(probe.streams).hasSize(5_000);
        assertThat(probe.streams).allSatisfy(stream -> assertThat(stream.ending).isEqualTo(Ending.FIN));
    }

    @Test
    @DisplayName("CVE-2017-1000458: a hundred SYNs of one connection are remembered in bounded space")
    void aHundredSynsOfOneConnectionChangeNothing() {
        Conversation conversation = Conversation.begin();
        for (int index = 0; index < 100; index++) {
            conversation.client().syn(1_000 + 7_777L * index);
        }
        conversation.client().startAt(1_000 + 7_777L * 99);
        conversation.server().synAck();
        conversation.client().at(1).data("chosen");
        assertThat(conversation.newest().client()).isEqualTo("chosen");
        assertThat(conversation.probe.pool.size()).isEqualTo(1);
    }

    @Test
    void aConnectionWhoseLastHoleIsGivenUpForAnotherOnesBytesEndsByItsFins() {
        Probe probe = new Probe(Options.with("maxWaitingBytesTotal", 1L << 16));
        Conversation full = probe.conversation().handshake();
        full.server().fin();
        full.client().at(101).data("x".repeat(20_000));
        full.client().fin();
        for (int index = 0; index < 40; index++) {
            probe.conversation().handshake().client().at(3).data("y".repeat(1_400));
        }
        Recording evicted = probe.streams.get(0);
        assertThat(evicted.client()).isEqualTo("[100 evicted]" + "x".repeat(20_000));
        assertThat(evicted.ending).isEqualTo(Ending.FIN);
        assertThat(evicted.endedNs).isLessThan(probe.nowNs);
        probe.end();
    }
}
