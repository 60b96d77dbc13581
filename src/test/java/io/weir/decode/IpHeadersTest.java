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
