package io.weir.decode;

import static io.weir.decode.PacketBuilder.raw;
import static io.weir.decode.PacketBuilder.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Where a packet ends: what its IP header says, what the frame says, and what was captured. */
class IpLengthsTest {
    private static final int RAW = 101;

    private static Decoding raw101(PacketBuilder packet) {
        return Decoding.of(RAW, packet);
    }

    @Test
    void paddingBehindThePacketIsCut() {
        assertThat(Decoding.of(1, tcp("").ipv4().ethernet().then(0, 0, 0, 0, 0, 0))
                        .segment
                        .payloadLength())
                .isZero();
        assertThat(Decoding.of(1, tcp("").ipv6().ethernet().then(0, 0, 0, 0, 0, 0))
                        .segment
                        .payloadLength())
                .isZero();
    }

    /** Such a frame never came over a link: the sending host leaves the length out for its card to put in. */
    @Test
    void aLengthOfZeroMeansAllThatIsThereInAPacketThatNoLinkCarries() {
        String large = "a".repeat(2000);
        assertThat(raw101(tcp(large).ipv4().patch(2, 0, 0)).payload()).isEqualTo(large);
        assertThat(raw101(tcp(large).ipv6(0)).payload()).isEqualTo(large);
    }

    /** Linux drops both: the one for its length, the other because nothing is left for TCP. */
    @Test
    void aLengthOfZeroIsRefusedInAPacketThatALinkCarries() {
        assertThat(raw101(tcp("a".repeat(1460)).ipv4().patch(2, 0, 0)).outcome).isEqualTo(Decoded.IPV4_TOTAL_LENGTH);
        assertThat(raw101(tcp("a".repeat(1440)).ipv6(0)).outcome).isEqualTo(Decoded.TCP_HEADER_SHORT);
        assertThat(raw101(raw(59).ipv6(0)).outcome).isEqualTo(Decoded.NO_NEXT_HEADER);
    }

    @Test
    void aLengthOfZeroBeforeHopByHopOptionsWithoutAJumboPayloadMeansAllThatIsThere() {
        PacketBuilder packet = tcp("hello").extension(0, "0000050200000100").ipv6(0);
        assertThat(raw101(packet).payload()).isEqualTo("hello");
    }

    /** Linux drops it (InTruncatedPkts), so the bytes that are there never reach an application. */
    @Test
    void aLengthBeyondTheFrameIsRefused() {
        assertThat(Decoding.of(1, tcp("forged").ipv4().ethernet().patch(16, 1500 >> 8, 1500 & 0xFF)).outcome)
                .isEqualTo(Decoded.IPV4_TOTAL_LENGTH);
        assertThat(raw101(tcp("hello").ipv4().patch(2, 0, 46)).outcome).isEqualTo(Decoded.IPV4_TOTAL_LENGTH);
        assertThat(raw101(raw(17, new byte[16]).ipv4("", 0x2000).patch(2, 0, 60)).outcome)
                .isEqualTo(Decoded.IPV4_TOTAL_LENGTH);
        assertThat(raw101(tcp("hello").ipv6(26)).outcome).isEqualTo(Decoded.IPV6_PAYLOAD_LENGTH);
    }

    /** Some tools cut frames and write that they were that long. */
    @Test
    void aLengthBeyondTheFrameOfAFileLeavesBytesMissing() {
        Decoding decoding = ofFile(tcp("hello").ipv4().patch(2, 0, 55));
        assertThat(decoding.payload()).isEqualTo("hello");
        assertThat(decoding.segment.payloadWireLength()).isEqualTo(15);
        assertThat(decoding.segment.checksum()).isEqualTo(Checksum.CUT);
        assertThat(ofFile(tcp("hello").ipv6(35)).segment.payloadWireLength()).isEqualTo(15);
        assertThat(ofFile(tcp("hello").ipv4().patch(2, 0, 55).ipv4()).outcome).isEqualTo(Decoded.IPV4_TOTAL_LENGTH);
    }

    private static Decoding ofFile(PacketBuilder packet) {
        byte[] bytes = packet.bytes();
        Decoding decoding = new Decoding();
        decoding.outcome = new PacketDecoder(true, PacketDecoder.WireLength.TOLD)
                .decode(ByteBuffer.wrap(bytes), 0, bytes.length, bytes.length, RAW, -1, false, decoding.segment);
        return decoding;
    }

    /** As a host does that receives the tunnel's packets. */
    @Test
    void aLengthBeyondTheTunnelIsRefused() {
        assertThat(Decoding.ethernet(tcp("hello")
                                .ipv4()
                                .patch(2, 0, 55)
                                .protocol(47, "00000800")
                                .ipv4())
                        .outcome)
                .isEqualTo(Decoded.IPV4_TOTAL_LENGTH);
        assertThat(Decoding.ethernet(tcp("hello").ipv6(35).ipv4()).outcome).isEqualTo(Decoded.IPV6_PAYLOAD_LENGTH);
        PacketBuilder vxlan =
                tcp("hello").ipv4().ethernet().header("08000000 00002a00").udp(4789);
        assertThat(Decoding.ethernet(vxlan.patch(4, 1, 0).ipv4()).outcome).isEqualTo(Decoded.UDP);
    }

    /** Linux drops the one and takes the other. */
    @Test
    void aUdpLengthOfZeroIsALengthOverIpv6Only() {
        PacketBuilder vxlan =
                tcp("hello").ipv4().ethernet().header("08000000 00002a00").udp(4789);
        byte[] datagram = vxlan.patch(4, 0, 0).bytes();
        assertThat(raw101(raw(17, datagram).ipv4()).outcome).isEqualTo(Decoded.UDP);
        assertThat(raw101(raw(17, datagram).ipv6()).payload()).isEqualTo("hello");
    }

    @Test
    void whatTheSnapLengthCutIsMissing() {
        byte[] whole = tcp("hello, world").ipv4().bytes();
        Decoding cut = Decoding.of(RAW, whole, whole.length - 7, whole.length, -1, false);
        assertThat(cut.payload()).isEqualTo("hello");
        assertThat(cut.segment.payloadWireLength()).isEqualTo(12);
        assertThat(cut.segment.checksum()).isEqualTo(Checksum.CUT);
    }

    /** The flag T of ERSPAN: the frame was longer than the tunnel carries. */
    @Test
    void whatAMirrorCutIsMissing() {
        assertThat(mirrored("1000 0407 00000000").payload()).isEqualTo("hello");
        assertThat(mirrored("1000 0407 00000000").segment.payloadWireLength()).isEqualTo(15);
        assertThat(mirrored("1000 0007 00000000").outcome).isEqualTo(Decoded.IPV4_TOTAL_LENGTH);
    }

    private static Decoding mirrored(String erspan) {
        return Decoding.ethernet(tcp("hello")
                .ipv4()
                .patch(2, 0, 55)
                .ethernet()
                .header(erspan)
                .protocol(47, "100088be 00000001")
                .ipv4());
    }

    /** A rule may log less than the whole packet, and nothing in the capture tells how long that was. */
    @Test
    void whatARuleThatLogsCutIsMissing() {
        Decoding logged = Decoding.of(
                239, tcp("hello").ipv4().patch(2, 0, 55).header("0031 0009").header("0200 0007"));
        assertThat(logged.payload()).isEqualTo("hello");
        assertThat(logged.segment.payloadWireLength()).isEqualTo(15);
    }

    @Test
    void aJumboPayloadLengthThatCannotBeIsRefused() {
        for (int length : new int[] {1 << 26, 70_001, 65_535, -1}) {
            byte[] bytes = tcp("a".repeat(69_972))
                    .extension(0, String.format("0000c204%08x", length))
                    .ipv6(0)
                    .bytes();
            assertThat(Decoding.of(RAW, bytes).outcome)
                    .describedAs("%d", length)
                    .isEqualTo(Decoded.IPV6_PAYLOAD_LENGTH);
        }
    }

    @Test
    void aJumboPayloadLengthCounts() {
        int payload = 70_000;
        // hop-by-hop header of 8 bytes, TCP header of 20
        byte[] bytes = tcp("a".repeat(payload))
                .extension(0, String.format("0000c204%08x", payload + 28))
                .ipv6(0)
                .then(1, 2, 3)
                .bytes();
        Decoding decoding = Decoding.of(RAW, bytes);
        assertThat(decoding.segment.payloadLength()).isEqualTo(payload);
        assertThat(decoding.segment.checksum()).isEqualTo(Checksum.RIGHT);
    }
}
