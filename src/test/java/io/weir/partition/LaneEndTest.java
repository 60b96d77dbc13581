package io.weir.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Segment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaneEndTest {
    private final Lane lane = new Lane(new LaneOptions(1, LaneOptions.MIN_BYTES_PER_LANE));
    private final List<String> journal = new ArrayList<>();

    private final SegmentHandler reader = new SegmentHandler() {
        @Override
        public void onSegment(Segment segment) {
            journal.add("segment " + segment.timeNs());
        }

        @Override
        public void onTime(long nowNs) {
            journal.add("time " + nowNs);
        }

        @Override
        public void onEnd() {
            journal.add("end");
        }
    };

    @Test
    void theEndKeepsItsPlaceAmongSegments() {
        lane.offer(segment(10));
        lane.offerEnd();
        lane.offer(segment(20));
        lane.flush();

        assertThat(lane.drain(reader, 100)).isEqualTo(3);
        assertThat(journal).containsExactly("segment 10", "end", "segment 20");
    }

    @Test
    void timeMayBeginAnewAfterTheEnd() {
        lane.offerTime(100);
        lane.offerEnd();
        lane.offerTime(50);
        lane.flush();
        lane.drain(reader, 100);

        assertThat(journal).containsExactly("time 100", "end", "time 50");
    }

    private static Segment segment(long timeNs) {
        return new Segment().origin(timeNs, 0, 0, 60).payload(ByteBuffer.allocate(0), 0, 0, 0);
    }
}
