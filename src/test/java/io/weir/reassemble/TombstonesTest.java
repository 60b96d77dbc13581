package io.weir.reassemble;

import static io.weir.reassemble.Options.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ended connections swallow their stragglers for a time, however many there are. */
class TombstonesTest {
    private final Probe probe = new Probe(Options.with("tombstoneNs", 10 * SECOND));
    private final List<Conversation> ended = new ArrayList<>();

    private void end(int count, long everyNs) {
        for (int index = 0; index < count; index++) {
            probe.after(everyNs);
            ended.add(probe.conversation().handshake().goodbye());
        }
    }

    /** Whether a segment after the end opens a stream. */
    private boolean opensOne(Conversation conversation) {
        int before = probe.streams.size();
        conversation.server().ack();
        return probe.streams.size() > before;
    }

    @Test
    void stragglersAreSwallowedUntilTheirTimeIsOver() {
        end(1, 0);
        probe.after(9 * SECOND);
        assertThat(opensOne(ended.get(0))).isFalse();
        probe.after(SECOND);
        assertThat(opensOne(ended.get(0))).isTrue();
    }

    @Test
    void aThousandEndsAfterManyThatAreForgottenAreAllRemembered() {
        // a hundred at a time are remembered here, so that the oldest one lies anywhere when more room is made
        end(300, SECOND / 10);
        end(1_000, SECOND / 1_000);
        assertThat(ended.subList(215, 1_300)).noneMatch(this::opensOne);
        assertThat(ended.subList(0, 200)).allMatch(this::opensOne);
    }

    @Test
    void aNewConnectionTakesItsTombstoneAway() {
        end(3, SECOND / 10);
        ended.get(1).client().syn(900_000);
        assertThat(probe.streams).hasSize(4);
        assertThat(opensOne(ended.get(0))).isFalse();
        assertThat(opensOne(ended.get(2))).isFalse();
    }

    @Test
    void afterTwoThousandMillionEndsNumbersBeginAnew() {
        Tombstones tombstones = new Tombstones(1 << 12, Integer.MAX_VALUE - 300);
        for (int index = 0; index < 1_000; index++) {
            ended.add(probe.conversation());
            ended.get(index).client().syn();
            tombstones.bury(probe.streams.get(index).connection, probe.nowNs);
        }
        for (int index = 0; index < 250; index++) {
            tombstones.dropOldest();
            tombstones.drop(find(tombstones, ended.get(500 + index)));
        }

        assertThat(ended.subList(0, 250)).allMatch(each -> find(tombstones, each) == Tombstones.NONE);
        assertThat(ended.subList(250, 500)).noneMatch(each -> find(tombstones, each) == Tombstones.NONE);
        assertThat(ended.subList(500, 750)).allMatch(each -> find(tombstones, each) == Tombstones.NONE);
        assertThat(ended.subList(750, 1_000)).noneMatch(each -> find(tombstones, each) == Tombstones.NONE);
        assertThat(find(tombstones, ended.get(999))).isEqualTo(698);
        for (int left = 0; left < 500; left++) {
            tombstones.dropOldest();
        }
        assertThat(tombstones.dueNs(0)).isEqualTo(Long.MAX_VALUE);
    }

    private int find(Tombstones tombstones, Conversation conversation) {
        Segment segment = conversation.client().raw();
        return tombstones.find(segment, FlowHash.sourceIsHigher(segment), probe.pool.hash(segment));
    }

    @Test
    void nothingIsRememberedBeyondTheEndOfTheCapture() {
        end(400, SECOND / 100);
        probe.end();
        assertThat(ended).allMatch(this::opensOne);
        probe.end();
    }
}
