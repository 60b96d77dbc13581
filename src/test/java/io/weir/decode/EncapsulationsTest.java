package io.weir.decode;

import static io.weir.decode.Sample.ip;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way to wrap a TCP segment: it is found, whole, with the right path, and no cut of the packet confuses the decoder. */
class EncapsulationsTest {
    static List<Sample> samples() {
        return Sample.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void theSegmentInsideIsFound(Sample sample) {
        Decoding decoding = Decoding.of(sample.linkType(), sample.packet());

        assertThat(decoding.outcome).isEqualTo(Decoded.SEGMENT);
        assertThat(decoding.path()).isEqualTo(sample.path());
        assertThat(decoding.payload()).isEqualTo("hello");
        assertThat(decoding.segment.payloadWireLength()).isEqualTo(5);
        assertThat(decoding.segment.sequence()).isEqualTo(PacketBuilder.SEQUENCE);
        assertThat(decoding.ends())
                .isEqualTo(
                        sample.packet().innermostIpv6()
                                ? "2001:db8::1 40000 > 2001:db8::22 80"
                                : "10.0.0.1 40000 > 10.0.0.2 80");
        assertThat(decoding.segment.hopLimit()).isEqualTo(64);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void theChecksumInsideIsVerified(Sample sample) {
        assertThat(Decoding.of(sample.linkType(), sample.packet()).segment.checksum())
                .isEqualTo(Checksum.RIGHT);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aCutPacketIsNamedOrCutInItsPayload(Sample sample) {
        byte[] whole = sample.packet().bytes();
        for (int length = 0; length < whole.length; length++) {
            Decoding cut = Decoding.of(sample.linkType(), whole, length, whole.length, -1, false);
            assertThat(cut.outcome).isNotNull().isNotEqualTo(Decoded.FRAGMENT);
            if (cut.outcome == Decoded.SEGMENT) {
                assertThat(cut.segment.payloadWireLength())
                        .as("cut at %d", length)
                        .isEqualTo(5);
                assertThat(cut.payload()).isEqualTo("hello".substring(0, cut.segment.payloadLength()));
            } else {
                assertThat(cut.outcome.kind()).isNotEqualTo(Decoded.Kind.SEGMENT);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aPacketThatIsShortOnTheWireIsNamed(Sample sample) {
        byte[] whole = sample.packet().bytes();
        for (int length = 0; length < whole.length; length++) {
            assertThat(Decoding.of(sample.linkType(), Arrays.copyOf(whole, length)).outcome)
                    .isNotNull();
        }
    }

    @Test
    void aTagThatTheKernelTookOutIsTheOutermostStep() {
        byte[] bytes = ip().vlan(5).ethernet().bytes();
        Decoding decoding = Decoding.of(1, bytes, bytes.length, bytes.length, 0x8100_6007, false);
        assertThat(decoding.path()).isEqualTo("vlan:7 vlan:5");
    }

    @Test
    void eightStepsAreFollowedAndTheNinthIsRefused() {
        PacketBuilder packet = ip();
        for (int step = 0; step < Segment.MAX_PATH; step++) {
            packet.vlan(step + 1);
        }
        byte[] bytes = packet.ethernet().bytes();
        assertThat(Decoding.of(1, bytes).segment.pathLength()).isEqualTo(Segment.MAX_PATH);
        assertThat(Decoding.of(1, bytes, bytes.length, bytes.length, 0x8100_0007, false).outcome)
                .isEqualTo(Decoded.TOO_DEEP);
    }

    @Test
    void tunnelsInTunnelsWithoutEndAreRefused() {
        PacketBuilder packet = ip();
        for (int step = 0; step < 200; step++) {
            packet.ethernet().tag(0x8903, "0000");
        }
        assertThat(Decoding.ethernet(packet).outcome).isEqualTo(Decoded.TOO_DEEP);
    }

    @Test
    void noRepetitionOfAnyHeadersExhaustsTheStack() {
        List<String> repeated = List.of(
                "0000 0100 aaaa03 000000 8100",
                "00000000 8100",
                "000000 020000000001 020000000002 8903",
                "0000 880b ff03 0031 0000 020000000001 020000000002 8100",
                "0000 8847 00000140 020000000001 020000000002 8100",
                "0000 8864 1100 0001 ffff 0031 0000 020000000001 020000000002 8100",
                "0000 0100 aaaa03 0080c2 0007 0000 020000000001 020000000002 8100");
        for (String headers : repeated) {
            byte[] bytes = PacketBuilder.raw(
                            0, PacketBuilder.hex("020000000001 020000000002 8100" + headers.repeat(20_000)))
                    .bytes();
            assertThat(Decoding.of(1, bytes).outcome.kind()).as(headers).isNotEqualTo(Decoded.Kind.SEGMENT);
        }
    }
}
