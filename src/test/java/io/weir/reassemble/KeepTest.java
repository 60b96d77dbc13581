package io.weir.reassemble;

import static io.weir.reassemble.FlowDirection.CLIENT_TO_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A stream that wants to see bytes again together with those that follow. */
class KeepTest {
    private final List<String> seen = new ArrayList<>();

    /** What the client's calls bring, kept bytes left of a bar; keeps what the rule says of it. */
    private Conversation keeping(Recording.Keeper rule) {
        return new Probe(AssemblerOptions.defaults(), connection -> new Recording().keeping(data -> {
                    if (data.direction() != CLIENT_TO_SERVER || data.start()) {
                        return -1;
                    }
                    StringBuilder text = new StringBuilder();
                    byte[] bytes = new byte[data.length()];
                    data.copy(0, bytes, 0, bytes.length);
                    text.append(ReceiverOracle.text(bytes)).insert(data.saved(), '|');
                    seen.add(text + (data.skip() > 0 ? " skip " + data.skip() : "") + (data.end() ? " end" : ""));
                    return rule.keepFrom(data);
                }))
                .conversation()
                .handshake();
    }

    @Test
    @DisplayName("R19: by default nothing is kept")
    void byDefaultNothingIsKept() {
        Conversation conversation = keeping(data -> -1);
        conversation.client().data("abc").data("def");
        assertThat(seen).containsExactly("|abc", "|def");
    }

    @Test
    @DisplayName("R17, R19: kept bytes come first in the next call and are counted as saved")
    void keptBytesComeFirstInTheNextCall() {
        Conversation conversation = keeping(data -> 1);
        conversation.client().data("abc").data("def").data("g");
        assertThat(seen).containsExactly("|abc", "bc|def", "cdef|g");
        assertThat(conversation.stream().client()).isEqualTo("abcdefg");
    }

    @Test
    @DisplayName("R19: everything can be kept, call after call")
    void everythingCanBeKeptCallAfterCall() {
        Conversation conversation = keeping(data -> 0);
        conversation.client().data("abc").data("def").data("ghi");
        assertThat(seen).containsExactly("|abc", "abc|def", "abcdef|ghi");
    }

    @Test
    @DisplayName("R19: to keep from behind the end keeps nothing")
    void toKeepFromBehindTheEndKeepsNothing() {
        Conversation conversation = keeping(ScatterGather::length);
        conversation.client().data("abc").data("def");
        assertThat(seen).containsExactly("|abc", "|def");
    }

    @Test
    @DisplayName("R19: the last word of a call counts")
    void theLastWordOfACallCounts() {
        Conversation conversation = keeping(data -> {
            data.keepFrom(0);
            data.keepFrom(1);
            return 2;
        });
        conversation.client().data("abc").data("def");
        assertThat(seen).containsExactly("|abc", "c|def");
    }

    @Test
    @DisplayName("KeepWithOutOfOrder: kept bytes, then bytes that waited")
    void keptBytesThenBytesThatWaited() {
        Conversation conversation = keeping(data -> 2);
        conversation.client().at(1).data("abc");
        conversation.client().at(7).data("ghi");
        conversation.client().at(4).data("def");
        assertThat(seen).containsExactly("|abc", "c|defghi");
        assertThat(conversation.stream().client()).isEqualTo("abcdefghi");
    }

    @Test
    @DisplayName("KeepSimpleOnBoundary, NotBoundary: every cut of what lies in several pieces")
    void everyCutOfWhatLiesInSeveralPieces() {
        for (int cut = 0; cut <= 12; cut++) {
            seen.clear();
            int from = cut;
            Conversation conversation = keeping(data -> from);
            conversation.client().at(4).data("def");
            conversation.client().at(10).data("jkl");
            conversation.client().at(7).data("ghi");
            conversation.client().at(1).data("abc");
            conversation.client().at(13).data("!");
            assertThat(seen)
                    .as("cut at %d", cut)
                    .containsExactly("|abcdefghijkl", "abcdefghijkl".substring(cut) + "|!");
            conversation.probe.end();
        }
    }

    @Test
    @DisplayName("3.13, R26: what was kept is handed back when the direction ends")
    void whatWasKeptIsHandedBackWhenTheDirectionEnds() {
        Conversation conversation = keeping(data -> 0);
        conversation.client().data("abc");
        conversation.client().fin();
        assertThat(seen).containsExactly("|abc", "abc| end");
    }

    @Test
    @DisplayName("3.13: what was kept is handed back when the capture ends")
    void whatWasKeptIsHandedBackWhenTheCaptureEnds() {
        Conversation conversation = keeping(data -> 1);
        conversation.client().data("abc");
        conversation.probe.end();
        assertThat(seen).containsExactly("|abc", "bc| end");
    }

    @Test
    @DisplayName("3.13: what was kept is handed back when the connection is reset")
    void whatWasKeptIsHandedBackWhenTheConnectionIsReset() {
        Conversation conversation = keeping(data -> 1);
        conversation.client().data("abc");
        conversation.server().rst();
        assertThat(seen).containsExactly("|abc", "bc| end");
    }

    @Test
    @DisplayName("3.13: what was kept is handed back with the gap that follows it")
    void whatWasKeptIsHandedBackWithTheGapThatFollowsIt() {
        Conversation conversation = keeping(data -> 1);
        conversation.client().at(1).data("abc");
        conversation.client().at(7).data("ghi");
        conversation.server().ack(10);
        conversation.after(Options.SECOND);
        assertThat(seen).containsExactly("|abc", "bc|ghi skip 3");
        assertThat(conversation.stream().client()).isEqualTo("abc[3 not-captured]ghi");
    }

    @Test
    @DisplayName("3.14: kept bytes are charged, and given back at the end")
    void keptBytesAreChargedAndGivenBack() {
        Conversation conversation = keeping(data -> 0);
        for (int index = 0; index < 20; index++) {
            conversation.client().data("x".repeat(1_000));
        }
        assertThat(conversation.probe.assembler.waitingMemory()).isGreaterThanOrEqualTo(20_000);
        conversation.goodbye();
        assertThat(conversation.probe.assembler.waitingMemory()).isZero();
    }

    @Test
    @DisplayName("bound: more is not kept than a direction may have waiting, and that is told")
    void moreIsNotKeptThanADirectionMayHaveWaiting() {
        Conversation conversation = keeping(data -> 0);
        for (int index = 0; index < 80; index++) {
            conversation.client().data("x".repeat(60_000));
            assertThat(conversation.probe.assembler.waitingMemory()).isLessThan(4_500_000);
        }
        assertThat(conversation.count(Anomaly.WAIT_LIMIT)).isPositive();
        assertThat(conversation.stream().client()).hasSize(4_800_000);
    }

    @Test
    @DisplayName("KeepLonger: one byte at a time, everything kept, across the wrap")
    void oneByteAtATimeEverythingKeptAcrossTheWrap() {
        Probe probe = keeping(data -> 0).probe.end();
        Conversation wrapping = probe.conversation().numbers(0xFFFF_FFF0L, 9).handshake();
        seen.clear();
        String letters = "abcdefghijklmnopqrstuvwxyzabcdef";
        for (int index = 0; index < letters.length(); index++) {
            wrapping.client().data(letters.substring(index, index + 1));
        }
        assertThat(seen.get(31)).isEqualTo(letters.substring(0, 31) + "|f");
    }
}
