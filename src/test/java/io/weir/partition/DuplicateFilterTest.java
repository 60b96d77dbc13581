package io.weir.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import org.junit.jupiter.api.Test;

final class DuplicateFilterTest {
    private static final long MS = 1_000_000;

    private final DuplicateFilter filter = new DuplicateFilter(1024, 200 * MS);
    private final FlowHash hash = new FlowHash(3, 4);

    @Test
    void theSameSegmentOnAnotherInterfaceIsADuplicate() {
        assertThat(filter.duplicate(segment(1, 1000, 0))).isFalse();
        assertThat(filter.duplicate(segment(2, 1000, 1 * MS))).isTrue();
        assertThat(filter.duplicate(segment(3, 1000, 2 * MS))).isTrue();
    }

    @Test
    void theSameSegmentOnTheSameInterfaceIsARetransmission() {
        assertThat(filter.duplicate(segment(1, 1000, 0))).isFalse();
        assertThat(filter.duplicate(segment(1, 1000, 1 * MS))).isFalse();
    }

    @Test
    void eachRetransmissionIsKeptOnceWhereverItIsSeenAgain() {
        assertThat(filter.duplicate(segment(1, 1000, 0))).isFalse();
        assertThat(filter.duplicate(segment(2, 1000, 1 * MS))).isTrue();
        assertThat(filter.duplicate(segment(1, 1000, 150 * MS))).isFalse();
        assertThat(filter.duplicate(segment(2, 1000, 250 * MS))).isTrue();
    }

    @Test
    void anotherNumberFlagOrLengthMakesAnotherSegment() {
        assertThat(filter.duplicate(segment(1, 1000, 0))).isFalse();
        assertThat(filter.duplicate(segment(2, 1001, 0))).isFalse();
        assertThat(filter.duplicate(segment(2, 1000, 0).numbers(1000, 7, Segment.ACK | Segment.PSH, 500, 0)))
                .isFalse();
        assertThat(filter.duplicate(segment(2, 1000, 0).payload(null, 0, 0, 1))).isFalse();
    }

    @Test
    void theOtherDirectionIsAnotherSegment() {
        assertThat(filter.duplicate(segment(1, 1000, 0))).isFalse();
        assertThat(filter.duplicate(
                        segment(2, 1000, 0).addresses(false, 0, 2, 0, 1).ports(80, 40_000)))
                .isFalse();
    }

    @Test
    void afterTheWindowItIsARetransmission() {
        assertThat(filter.duplicate(segment(1, 1000, 0))).isFalse();
        assertThat(filter.duplicate(segment(2, 1000, 201 * MS))).isFalse();
    }

    private Segment segment(int interfaceIndex, int sequence, long timeNs) {
        Segment segment = new Segment()
                .origin(timeNs, interfaceIndex, 0, 60)
                .addresses(false, 0, 1, 0, 2)
                .ports(40_000, 80)
                .numbers(sequence, 7, Segment.ACK, 500, 0);
        return segment.hash(hash.of(segment));
    }
}
