package io.weir.decode;

import static io.weir.decode.PacketBuilder.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TcpHeaderTest {
    private static final int ETHERNET_AND_IPV4 = 14 + 20;
    private static final int DATA_OFFSET = ETHERNET_AND_IPV4 + 12;
    private static final int CHECKSUM = ETHERNET_AND_IPV4 + 16;

    private static Segment withOptions(String options) {
        Decoding decoding = Decoding.ethernet(tcp("x", options).ipv4());
        assertThat(decoding.outcome).isEqualTo(Decoded.SEGMENT);
        assertThat(decoding.payload()).isEqualTo("x");
        return decoding.segment;
    }

    @Test
    void theHeaderIsReadWhole() {
        Segment segment = Decoding.ethernet(tcp("hello").ipv4()).segment;
        assertThat(segment.sequence()).isEqualTo(0x01020304);
        assertThat(segment.acknowledgement()).isEqualTo(0x0A0B0C0D);
        assertThat(segment.flags()).isEqualTo(Segment.ACK | Segment.PSH);
        assertThat(segment.window()).isEqualTo(1000);
        assertThat(segment.urgentPointer()).isZero();
        assertThat(segment.options()).isZero();
    }

    @Test
    void theOptionsOfASynAreRead() {
        Segment segment = withOptions("020405b4 0402 080a 00000001 00000002 01 030307");
        assertThat(segment.options())
                .isEqualTo(Segment.OPTION_MSS
                        | Segment.OPTION_SACK_PERMITTED
                        | Segment.OPTION_TIMESTAMPS
                        | Segment.OPTION_WINDOW_SCALE);
        assertThat(segment.maximumSegmentSize()).isEqualTo(1460);
        assertThat(segment.timestampValue()).isEqualTo(1);
        assertThat(segment.timestampEcho()).isEqualTo(2);
        assertThat(segment.windowScale()).isEqualTo(7);
    }

    @Test
    void timestampsAreReadInTheUsualLayoutAndInAnyOther() {
        assertThat(withOptions("0101080a 00000009 00000008").timestampValue()).isEqualTo(9);
        assertThat(withOptions("080a 00000009 00000008 0101").timestampEcho()).isEqualTo(8);
    }

    @Test
    void theOptionsOfThePacketBeforeAreForgotten() {
        Decoding decoding = Decoding.ethernet(tcp("x", "020405b4").ipv4());
        byte[] plain = tcp("x").ipv4().bytes();
        decoding.decoder.decode(
                ByteBuffer.wrap(plain), 0, plain.length, plain.length, 101, -1, false, decoding.segment);
        assertThat(decoding.segment.options()).isZero();
        assertThat(decoding.segment.maximumSegmentSize()).isZero();
    }

    @Test
    void otherOptionsAreNamed() {
        assertThat(withOptions("0101050a 00000001 00000002").hasOption(Segment.OPTION_SACK))
                .isTrue();
        assertThat(withOptions("1312" + "00".repeat(16) + "0000").hasOption(Segment.OPTION_SIGNATURE))
                .isTrue();
        assertThat(withOptions("1d04 0000").hasOption(Segment.OPTION_SIGNATURE)).isTrue();
        assertThat(withOptions("2202 0101").hasOption(Segment.OPTION_FAST_OPEN)).isTrue();
        assertThat(withOptions("fe04 f989").hasOption(Segment.OPTION_FAST_OPEN)).isTrue();
        assertThat(withOptions("1e04 0000").hasOption(Segment.OPTION_MULTIPATH)).isTrue();
        assertThat(withOptions("fd04 1234").options()).isZero();
    }

    @Test
    void anOptionLengthOfZeroOneOrTooMuchEndsTheListAndIsNamed() {
        assertThat(withOptions("02000000").options()).isEqualTo(Segment.OPTION_MALFORMED);
        assertThat(withOptions("02010000").options()).isEqualTo(Segment.OPTION_MALFORMED);
        assertThat(withOptions("01010102").options()).isEqualTo(Segment.OPTION_MALFORMED);
        assertThat(withOptions("030307 02").options())
                .isEqualTo(Segment.OPTION_MALFORMED | Segment.OPTION_WINDOW_SCALE);
        assertThat(withOptions("0101080b 00000000 00000000").options()).isEqualTo(Segment.OPTION_MALFORMED);
    }

    @Test
    void anMssOrWindowScaleOfTheWrongLengthIsNamedAndNotUsed() {
        assertThat(withOptions("0206 05b40000 0000").options()).isEqualTo(Segment.OPTION_WRONG_LENGTH);
        assertThat(withOptions("0304 0707").options()).isEqualTo(Segment.OPTION_WRONG_LENGTH);
    }

    @Test
    void theListEndsAtItsEndMark() {
        assertThat(withOptions("00 020405").options()).isZero();
    }

    @Test
    void aDataOffsetThatCannotBeIsRefused() {
        assertThat(Decoding.of(1, tcp("hello").ipv4().ethernet().patch(DATA_OFFSET, 0x40)).outcome)
                .isEqualTo(Decoded.TCP_DATA_OFFSET);
        assertThat(Decoding.of(1, tcp("hello").ipv4().ethernet().patch(DATA_OFFSET, 0x70)).outcome)
                .isEqualTo(Decoded.TCP_DATA_OFFSET);
        assertThat(Decoding.ethernet(PacketBuilder.raw(6, new byte[19]).ipv4()).outcome)
                .isEqualTo(Decoded.TCP_HEADER_SHORT);
    }

    @Test
    void aFlippedBitMakesTheChecksumWrong() {
        byte[] right = tcp("hello").ipv4().ethernet().bytes();
        for (int bit = 8 * ETHERNET_AND_IPV4; bit < 8 * right.length; bit++) {
            byte[] wrong = right.clone();
            wrong[bit / 8] ^= 1 << bit % 8;
            Decoding decoding = Decoding.of(1, wrong);
            if (decoding.outcome == Decoded.SEGMENT) {
                assertThat(decoding.segment.checksum()).as("bit %d", bit).isEqualTo(Checksum.WRONG);
            }
        }
    }

    @Test
    void aChecksumOfEveryLengthIsVerified() {
        Random random = new Random(7);
        for (int length = 0; length < 300; length++) {
            byte[] payload = new byte[length];
            random.nextBytes(payload);
            String text = new String(payload, java.nio.charset.StandardCharsets.ISO_8859_1);
            assertThat(Decoding.ethernet(tcp(text).ipv4()).segment.checksum()).isEqualTo(Checksum.RIGHT);
            assertThat(Decoding.ethernet(tcp(text).ipv6()).segment.checksum()).isEqualTo(Checksum.RIGHT);
        }
    }

    @Test
    void theSumOfThePseudoHeaderAloneMeansOffloading() {
        // 0a000001 + 0a000002 + 6 + 25 bytes
        PacketBuilder packet = tcp("hello").ipv4().ethernet().patch(CHECKSUM, 0x14, 0x22);
        assertThat(Decoding.of(1, packet).segment.checksum()).isEqualTo(Checksum.PARTIAL);
        // without the length, as some hosts leave it to the card
        assertThat(Decoding.of(1, packet.patch(CHECKSUM, 0x14, 0x09)).segment.checksum())
                .isEqualTo(Checksum.PARTIAL);
        assertThat(Decoding.of(1, packet.patch(CHECKSUM, 0x14, 0x0A)).segment.checksum())
                .isEqualTo(Checksum.WRONG);
    }

    @Test
    void aCutSegmentsChecksumIsUnknown() {
        byte[] bytes = tcp("hello").ipv4().ethernet().bytes();
        Decoding decoding = Decoding.of(1, bytes, bytes.length - 2, bytes.length, -1, false);
        assertThat(decoding.segment.checksum()).isEqualTo(Checksum.CUT);
        assertThat(decoding.payload()).isEqualTo("hel");
        assertThat(decoding.segment.payloadWireLength()).isEqualTo(5);
    }

    @Test
    void anOffloadedChecksumIsNotLookedAt() {
        byte[] bytes = tcp("hello").ipv4().ethernet().patch(CHECKSUM, 1, 2).bytes();
        assertThat(Decoding.of(1, bytes, bytes.length, bytes.length, -1, true)
                        .segment
                        .checksum())
                .isEqualTo(Checksum.OFFLOADED);
    }

    @Test
    void verificationCanBeOff() {
        byte[] bytes = tcp("hello").ipv4().bytes();
        Segment segment = new Segment();
        new PacketDecoder(false).decode(ByteBuffer.wrap(bytes), 0, bytes.length, bytes.length, 101, -1, false, segment);
        assertThat(segment.checksum()).isEqualTo(Checksum.UNVERIFIED);
    }
}
