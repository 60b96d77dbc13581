package io.weir.decode;

import static io.weir.decode.PacketBuilder.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PredictedHeadersTest {
    private static final String TIMESTAMPS = "0101080a 00000009 00000008";
    private static final int IPV4 = 14;
    private static final int TCP = 34;

    /** A priority and no VLAN, so no step of the path; a frame with a tag is never predicted. */
    private static final int PRIORITY_TAG = 0x8100_2000;

    private final PredictedHeaders predicted = new PredictedHeaders(true);

    private boolean isPredicted(byte[] frame) {
        return predicted.decode(ByteBuffer.wrap(frame), 0, frame.length, false, new Segment());
    }

    private boolean isPredicted(PacketBuilder packet) {
        return isPredicted(packet.bytes());
    }

    @Test
    void plainSegmentsArePredicted() {
        assertThat(isPredicted(tcp("").ipv4().ethernet())).isTrue();
        assertThat(isPredicted(tcp("hello").ipv4().ethernet())).isTrue();
        assertThat(isPredicted(tcp("hello", TIMESTAMPS).ipv4().ethernet())).isTrue();
        assertThat(isPredicted(tcp("").ipv4().ethernet().then(0, 0, 0, 0, 0, 0)))
                .isTrue();
        assertThat(isPredicted(tcp("x").ipv4("", 0x4000).ethernet())).isTrue();
    }

    @Test
    void everythingElseIsLeftToTheLayers() {
        assertThat(isPredicted(tcp("x", "020405b4").ipv4().ethernet())).isFalse();
        assertThat(isPredicted(tcp("x", "080a 00000009 00000008 0101").ipv4().ethernet()))
                .isFalse();
        assertThat(isPredicted(tcp("x").ipv4("01010101", 0).ethernet())).isFalse();
        assertThat(isPredicted(tcp("x").ipv4("", 0x2000).ethernet())).isFalse();
        assertThat(isPredicted(tcp("x").ipv4("", 0x0001).ethernet())).isFalse();
        assertThat(isPredicted(tcp("x").ipv6().ethernet())).isFalse();
        assertThat(isPredicted(tcp("x").ipv4().udp(4789).ipv4().ethernet())).isFalse();
        assertThat(isPredicted(tcp("x").ipv4().vlan(7).ethernet())).isFalse();
        assertThat(isPredicted(tcp("x").ipv4().ethernet().patch(IPV4 + 2, 0, 0)))
                .isFalse();
        assertThat(isPredicted(tcp("x").ipv4().ethernet().patch(IPV4 + 2, 0xFF, 0xFF)))
                .isFalse();
        assertThat(isPredicted(tcp("x").ipv4().ethernet().patch(TCP + 12, 0x40)))
                .isFalse();
        assertThat(isPredicted(tcp("x").ipv4().ethernet().patch(TCP + 13, Segment.ACK | Segment.URG)))
                .isFalse();
    }

    @Test
    void aFrameThatIsCutIsLeftToTheLayers() {
        byte[] frame = tcp("hello", TIMESTAMPS).ipv4().ethernet().bytes();
        for (int length = 0; length < frame.length; length++) {
            assertThat(isPredicted(Arrays.copyOf(frame, length)))
                    .describedAs("%s of %s bytes", length, frame.length)
                    .isFalse();
        }
    }

    @Test
    void predictionAndLayersMakeTheSameSegmentOfAnyFrame() {
        long seed = Long.getLong("weir.fuzz.seed", System.nanoTime());
        System.out.println("PredictedHeadersTest: seed " + seed);
        Random random = new Random(seed);
        int guessed = 0;
        for (int count = 0; count < 200_000; count++) {
            byte[] frame = frame(random);
            boolean offloaded = random.nextInt(8) == 0;
            int wire = frame.length + (random.nextInt(4) == 0 ? random.nextInt(100) : 0);
            Decoding whole = Decoding.of(LinkLayer.ETHERNET, frame, frame.length, wire, -1, offloaded);
            Decoding byLayers = Decoding.of(LinkLayer.ETHERNET, frame, frame.length, wire, PRIORITY_TAG, offloaded);
            guessed += isPredicted(frame) ? 1 : 0;
            String what = "seed " + seed + ", frame " + HexFormat.of().formatHex(frame);
            assertThat(whole.outcome).describedAs(what).isEqualTo(byLayers.outcome);
            if (whole.outcome == Decoded.SEGMENT) {
                assertThat(form(whole.segment)).describedAs(what).isEqualTo(form(byLayers.segment));
                assertThat(whole.segment.memory().limit()).isGreaterThanOrEqualTo(end(whole.segment));
            }
        }
        assertThat(guessed).isBetween(20_000, 180_000);
    }

    /** Mostly a plain segment with something changed in its headers, at times cut or padded. */
    private static byte[] frame(Random random) {
        String payload = "x".repeat(random.nextInt(4) * random.nextInt(200));
        String[] options = {"", "", TIMESTAMPS, "020405b4", "01010101", "01010402"};
        byte[] frame = tcp(payload, options[random.nextInt(options.length)])
                .ipv4("", random.nextInt(8) == 0 ? random.nextInt(0x10000) : 0x4000)
                .ethernet()
                .then(new int[random.nextInt(10)])
                .bytes();
        for (int changes = random.nextInt(3); changes > 0; changes--) {
            frame[random.nextInt(Math.min(frame.length, 70))] = (byte) random.nextInt(256);
        }
        return random.nextInt(8) == 0 ? Arrays.copyOf(frame, random.nextInt(frame.length + 1)) : frame;
    }

    private static byte[] form(Segment segment) {
        ByteBuffer form = ByteBuffer.allocate(segment.wireForm());
        segment.writeTo(form, 0);
        return form.array();
    }

    private static int end(Segment segment) {
        return segment.payloadOffset() + segment.payloadLength();
    }
}
