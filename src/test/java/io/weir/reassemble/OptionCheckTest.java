package io.weir.reassemble;

import static io.weir.reassemble.FlowDirection.CLIENT_TO_SERVER;
import static io.weir.reassemble.FlowDirection.SERVER_TO_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.Checksum;
import io.weir.decode.Segment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Advice about options; what it finds never drops a byte. */
class OptionCheckTest {
    private final TcpOptionCheck check = new TcpOptionCheck();

    private static Segment segment(int flags, int payloadBytes) {
        return new Segment()
                .numbers(1, 1, flags, 1_000, 0)
                .checksum(Checksum.RIGHT)
                .payload(null, 0, payloadBytes, payloadBytes);
    }

    private void handshake(int clientMaximum, int serverMaximum) {
        Segment syn = segment(Segment.SYN, 0);
        Segment synAck = segment(Segment.SYN | Segment.ACK, 0);
        assertThat(check.check(clientMaximum > 0 ? syn.maximumSegmentSize(clientMaximum) : syn, CLIENT_TO_SERVER))
                .isNull();
        assertThat(check.check(serverMaximum > 0 ? synAck.maximumSegmentSize(serverMaximum) : synAck, SERVER_TO_CLIENT))
                .isNull();
    }

    @Test
    @DisplayName("R30: a segment larger than its receiver's maximum is told")
    void aSegmentLargerThanItsReceiversMaximumIsTold() {
        handshake(1_400, 1_000);
        assertThat(check.check(segment(Segment.ACK, 1_000), CLIENT_TO_SERVER)).isNull();
        assertThat(check.check(segment(Segment.ACK, 1_001), CLIENT_TO_SERVER)).isEqualTo(Anomaly.SEGMENT_TOO_LARGE);
        assertThat(check.check(segment(Segment.ACK, 1_001), SERVER_TO_CLIENT)).isNull();
    }

    @Test
    @DisplayName("3.25: a super-segment of an offloading card is nothing odd")
    void aSuperSegmentOfAnOffloadingCardIsNothingOdd() {
        handshake(1_400, 1_000);
        assertThat(check.check(segment(Segment.ACK, 28_752).checksum(Checksum.PARTIAL), CLIENT_TO_SERVER))
                .isNull();
        assertThat(check.check(segment(Segment.ACK, 28_752).checksum(Checksum.OFFLOADED), CLIENT_TO_SERVER))
                .isNull();
    }

    @Test
    @DisplayName("R30: without a maximum nothing is too large")
    void withoutAMaximumNothingIsTooLarge() {
        handshake(0, 0);
        assertThat(check.check(segment(Segment.ACK, 60_000), CLIENT_TO_SERVER)).isNull();
    }

    @Test
    @DisplayName("R30: an option of the wrong length is told")
    void anOptionOfTheWrongLengthIsTold() {
        assertThat(check.check(segment(Segment.SYN, 0).addOption(Segment.OPTION_WRONG_LENGTH), CLIENT_TO_SERVER))
                .isEqualTo(Anomaly.OPTION_WRONG_LENGTH);
        assertThat(check.check(segment(Segment.ACK, 0).addOption(Segment.OPTION_MALFORMED), CLIENT_TO_SERVER))
                .isEqualTo(Anomaly.OPTION_MALFORMED);
    }

    @Test
    @DisplayName("RFC 7323: a timestamp that was agreed on and is missing is told")
    void aTimestampThatWasAgreedOnAndIsMissingIsTold() {
        check.check(segment(Segment.SYN, 0).timestamps(1, 0), CLIENT_TO_SERVER);
        check.check(segment(Segment.SYN | Segment.ACK, 0).timestamps(1, 1), SERVER_TO_CLIENT);
        assertThat(check.check(segment(Segment.ACK, 5), CLIENT_TO_SERVER)).isEqualTo(Anomaly.TIMESTAMP_MISSING);
        assertThat(check.check(segment(Segment.RST, 0), CLIENT_TO_SERVER)).isNull();
        assertThat(check.check(segment(Segment.ACK, 5).timestamps(2, 1), CLIENT_TO_SERVER))
                .isNull();
    }

    @Test
    @DisplayName("3.25: a retransmission is no matter of options")
    void aRetransmissionIsNoMatterOfOptions() {
        handshake(1_400, 1_000);
        assertThat(check.check(segment(Segment.ACK, 100), CLIENT_TO_SERVER)).isNull();
        assertThat(check.check(segment(Segment.ACK, 100), CLIENT_TO_SERVER)).isNull();
    }
}
