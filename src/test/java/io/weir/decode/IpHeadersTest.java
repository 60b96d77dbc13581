package io.weir.decode;

import static io.weir.decode.PacketBuilder.raw;
import static io.weir.decode.PacketBuilder.tcp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class IpHeadersTest {
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
    void impossibleIpv4HeadersAreNamed() {
        assertThat(raw101(tcp("x").ipv4().patch(0, 0x55)).outcome).isEqualTo(Decoded.IPV4_VERSION);
        assertThat(raw101(tcp("x").ipv4().patch(0, 0x44)).outcome).isEqualTo(Decoded.IPV4_HEADER_LENGTH);
        assertThat(raw101(raw(6).ipv4().patch(0, 0x46)).outcome).isEqualTo(Decoded.IPV4_HEADER_LENGTH);
        assertThat(raw101(tcp("x").ipv4().patch(2, 0, 19)).outcome).isEqualTo(Decoded.IPV4_TOTAL_LENGTH);
        assertThat(Decoding.of(RAW, Arrays.copyOf(tcp("x").ipv4().bytes(), 19)).outcome)
                .isEqualTo(Decoded.IPV4_HEADER_SHORT);
    }

    @Test
    void impossibleIpv6HeadersAreNamed() {
        assertThat(Decoding.of(229, tcp("x").ipv6().patch(0, 0x70)).outcome).isEqualTo(Decoded.IPV4_VERSION);
        assertThat(Decoding.ethernet(tcp("x").ipv6()).outcome).isEqualTo(Decoded.SEGMENT);
        assertThat(Decoding.of(1, tcp("x").ipv6().ethernet().patch(14, 0x50)).outcome)
                .isEqualTo(Decoded.IPV6_VERSION);
        assertThat(Decoding.of(RAW, Arrays.copyOf(tcp("x").ipv6().bytes(), 39)).outcome)
                .isEqualTo(Decoded.IPV6_HEADER_SHORT);
        assertThat(raw101(raw(0, new byte[4]).ipv6()).outcome).isEqualTo(Decoded.IPV6_EXTENSION_SHORT);
        assertThat(raw101(tcp("x").extension(60, "00ff000000000000").ipv6()).outcome)
                .isEqualTo(Decoded.IPV6_EXTENSION_SHORT);
        assertThat(raw101(tcp("x").extension(51, "000000000000000000000000").ipv4()).outcome)
                .isEqualTo(Decoded.AUTHENTICATION_HEADER);
    }

    @Test
    void extensionHeadersWithoutEndAreRefused() {
        PacketBuilder packet = tcp("x");
        for (int count = 0; count < 40; count++) {
            packet.extension(60, "0000000000000000");
        }
        assertThat(raw101(packet.ipv6()).outcome).isEqualTo(Decoded.IPV6_EXTENSION_COUNT);
    }

    @Test
    void theEndpointBehindARoutingHeaderIsTheDestination() {
        String route = "00020001 00000000 20010db8000000000000000000000099";
        Decoding decoding = raw101(tcp("x").extension(43, route).ipv6());
        assertThat(decoding.ends()).isEqualTo("2001:db8::1 40000 > 2001:db8::99 80");
        Decoding arrived =
                raw101(tcp("x").extension(43, "00020000" + route.substring(8)).ipv6());
        assertThat(arrived.ends()).isEqualTo("2001:db8::1 40000 > 2001:db8::22 80");
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

    @Test
    void anIpv4FragmentIsDescribed() {
        Decoding decoding = raw101(raw(6, new byte[16]).ipv4("01010101", 0x2003));
        Fragment fragment = decoding.decoder.fragment();
        assertThat(decoding.outcome).isEqualTo(Decoded.FRAGMENT);
        assertThat(fragment.ipv6()).isFalse();
        assertThat(fragment.protocol()).isEqualTo(6);
        assertThat(fragment.identification()).isEqualTo(0x1234);
        assertThat(fragment.offset()).isEqualTo(24);
        assertThat(fragment.more()).isTrue();
        assertThat(fragment.headerLength()).isEqualTo(24);
        assertThat(fragment.payloadLength()).isEqualTo(16);
        assertThat(fragment.payloadWireLength()).isEqualTo(16);
    }

    @Test
    void aFragmentThatMustNotBeFragmentedIsOneAllTheSame() {
        assertThat(raw101(raw(6, new byte[16]).ipv4("", 0x6000)).outcome).isEqualTo(Decoded.FRAGMENT);
        assertThat(raw101(raw(6, new byte[16]).ipv4("", 0x0001)).outcome).isEqualTo(Decoded.FRAGMENT);
    }

    @Test
    void anIpv6FragmentIsDescribed() {
        Decoding decoding =
                raw101(raw(6, new byte[16]).extension(44, "0000 0010 89abcdef").ipv6());
        Fragment fragment = decoding.decoder.fragment();
        assertThat(decoding.outcome).isEqualTo(Decoded.FRAGMENT);
        assertThat(fragment.ipv6()).isTrue();
        assertThat(fragment.protocol()).isEqualTo(6);
        assertThat(fragment.identification()).isEqualTo(0x89ABCDEF);
        assertThat(fragment.offset()).isEqualTo(16);
        assertThat(fragment.more()).isFalse();
        assertThat(fragment.headerLength()).isZero();
    }

    @Test
    void aWholeDatagramIsDecodedFurther() {
        Decoding decoding = raw101(raw(17, new byte[16]).ipv4("", 0x2000));
        PacketBuilder inner =
                tcp("hello").ipv4().ethernet().header("08000000 00002a00").udp(4789);
        byte[] datagram = inner.bytes();
        Decoded outcome =
                decoding.decoder.resume(17, ByteBuffer.wrap(datagram), 0, datagram.length, false, decoding.segment);
        assertThat(outcome).isEqualTo(Decoded.SEGMENT);
        assertThat(decoding.path()).isEqualTo("vxlan:42");
        assertThat(decoding.payload()).isEqualTo("hello");
    }

    @Test
    void whatIsNoTcpIsNamed() {
        byte[] some = new byte[32];
        assertThat(raw101(raw(17, some).ipv4()).outcome).isEqualTo(Decoded.UDP);
        assertThat(raw101(raw(1, some).ipv4()).outcome).isEqualTo(Decoded.ICMP);
        assertThat(raw101(raw(58, some).ipv6()).outcome).isEqualTo(Decoded.ICMP);
        assertThat(raw101(raw(50, some).ipv4()).outcome).isEqualTo(Decoded.ENCRYPTED);
        assertThat(raw101(raw(108, some).ipv4()).outcome).isEqualTo(Decoded.COMPRESSED);
        assertThat(raw101(raw(132, some).ipv4()).outcome).isEqualTo(Decoded.OTHER_IP_PROTOCOL);
        assertThat(raw101(raw(59).ipv6()).outcome).isEqualTo(Decoded.NO_NEXT_HEADER);
        assertThat(Decoding.of(1, raw(0, some).tag(0x0806, "").ethernet()).outcome)
                .isEqualTo(Decoded.ARP);
        assertThat(Decoding.of(1, raw(0, some).tag(0x88CC, "").ethernet()).outcome)
                .isEqualTo(Decoded.NOT_IP);
        assertThat(Decoding.of(1, raw(0, some).tag(0x88E5, "").ethernet()).outcome)
                .isEqualTo(Decoded.ENCRYPTED);
        assertThat(Decoding.of(1, raw(0, some).tag(0x8863, "").ethernet()).outcome)
                .isEqualTo(Decoded.LINK_CONTROL);
        assertThat(Decoding.of(1, raw(0, some).tag(0x0026, "424203").ethernet()).outcome)
                .isEqualTo(Decoded.LINK_CONTROL);
        assertThat(Decoding.of(9, raw(0, some).header("ff03c021")).outcome).isEqualTo(Decoded.LINK_CONTROL);
        assertThat(Decoding.of(9, raw(0, some).header("ff0300fd")).outcome).isEqualTo(Decoded.COMPRESSED);
        assertThat(Decoding.of(253, raw(0, some)).outcome).isEqualTo(Decoded.UNSUPPORTED_LINK_TYPE);
        assertThat(Decoding.of(105, raw(0, some).header("0840")).outcome).isEqualTo(Decoded.ENCRYPTED);
        assertThat(Decoding.of(105, raw(0, some).header("8000")).outcome).isEqualTo(Decoded.LINK_CONTROL);
    }

    @Test
    void aPacketThatAnErrorQuotesIsNoPacket() {
        PacketBuilder quoted = tcp("hello").ipv4().protocol(1, "03010000 00000000");
        assertThat(raw101(quoted.ipv4()).outcome).isEqualTo(Decoded.ICMP);
    }

    @Test
    void aPortAloneMakesNoTunnel() {
        byte[] noise = new byte[64];
        Arrays.fill(noise, (byte) 0xEE);
        for (int port : new int[] {1701, 2152, 3544, 4789, 4790, 6081, 6635, 8472}) {
            assertThat(raw101(raw(17, noise).udp(port).ipv4()).outcome)
                    .as("port %d", port)
                    .isEqualTo(Decoded.UDP);
        }
    }

    @Test
    void aLittleEndianBufferIsRefusedAtOnce() {
        ByteBuffer little = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        assertThatThrownBy(() -> new PacketDecoder(true).decode(little, 0, 64, 64, 1, -1, false, new Segment()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("order(BIG_ENDIAN)");
    }
}
