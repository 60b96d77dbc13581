package io.weir.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SegmentTest {
    @Test
    void aSegmentForgetsTheHashOfTheFlowBefore() {
        Segment segment =
                new Segment().addresses(false, 0, 1, 0, 2).ports(40_000, 80).hash(77);

        assertThat(segment.ports(40_001, 80).hash()).isZero();
        assertThat(segment.hash(78)
                        .addresses(false, 0, 3, 0, 2)
                        .ports(40_000, 80)
                        .hash())
                .isZero();
    }

    @Test
    void whatIsWrittenIntoABatchIsReadAgain() {
        byte[] payload = {9, 8, 7};
        Segment written = new Segment()
                .origin(123_456_789_012L, 7, 5, 90)
                .addresses(true, -1, -2, 3, 4)
                .ports(65_535, 1)
                .hopLimit(255)
                .numbers(-5, -6, 0x1FF, 65_534, 65_533)
                .noOptions()
                .timestamps(-7, -8)
                .maximumSegmentSize(65_495)
                .windowScale(14)
                .checksum(Checksum.CUT)
                .payload(ByteBuffer.wrap(payload), 1, 2, 1_000)
                .noPath();
        written.addPath(Encapsulation.VLAN.step(12));
        written.hash(99);
        ByteBuffer batch = ByteBuffer.allocate(256);
        written.writeTo(batch, 16);
        Segment read = new Segment();
        read.readFrom(batch, 16);

        assertThat(read)
                .usingRecursiveComparison()
                .ignoringFields("memory", "payloadOffset")
                .isEqualTo(written);
        assertThat(read.memory().get(read.payloadOffset())).isEqualTo((byte) 8);
        assertThat(written.wireForm()).isEqualTo(Segment.FIXED_WIRE_BYTES + 8 + 2);
    }

    @Test
    void ofIpv4TheFormIsShorterAndOverwritesWhatTheReaderHadBefore() {
        Segment written = new Segment()
                .origin(1, -2, 3, 4)
                .addresses(false, 0, 0xFFFF_FFFEL, 0, 0x8000_0001L)
                .ports(1, 65_535)
                .hopLimit(1)
                .numbers(1, 2, 0, 65_535, 65_535)
                .noOptions()
                .checksum(Checksum.RIGHT)
                .payload(ByteBuffer.allocate(0), 0, 0, 0)
                .noPath();
        ByteBuffer batch = ByteBuffer.allocate(written.wireForm());
        written.writeTo(batch, 0);
        Segment read = new Segment().addresses(true, 1, 2, 3, 4).timestamps(5, 6);
        read.readFrom(batch, 0);

        assertThat(read)
                .usingRecursiveComparison()
                .ignoringFields("memory", "payloadOffset")
                .isEqualTo(written);
        assertThat(written.wireForm()).isEqualTo(80);
    }

    @Test
    void aChecksumThatNobodyAskedForIsVerifiedWhereTheSegmentIsRead() {
        for (String payload : new String[] {"", "a", "ab", "abc", "x".repeat(1447), "x".repeat(1448)}) {
            for (PacketBuilder packet : List.of(
                    PacketBuilder.tcp(payload).ipv4(),
                    PacketBuilder.tcp(payload, "0101080a 00000009 00000008").ipv4(),
                    PacketBuilder.tcp(payload, "020405b4").ipv4(),
                    PacketBuilder.tcp(payload).ipv6())) {
                byte[] frame = packet.ethernet().bytes();
                assertThat(carried(frame).checksum()).isEqualTo(Checksum.RIGHT);
                frame[frame.length - 1] ^= 1;
                assertThat(carried(frame).checksum()).isEqualTo(Checksum.WRONG);
            }
        }
    }

    @Test
    void aChecksumThatTheHostLeftToTheCardIsFoundWhereTheSegmentIsRead() {
        byte[] frame = PacketBuilder.tcp("abc")
                .ipv4()
                .ethernet()
                .patch(14 + 20 + 16, 0x14, 0x20)
                .bytes();
        assertThat(carried(frame).checksum()).isEqualTo(Checksum.PARTIAL);
    }

    private static Segment carried(byte[] frame) {
        Segment decoded = new Segment();
        ByteBuffer memory = ByteBuffer.wrap(frame);
        new PacketDecoder(true).decode(memory, 0, frame.length, frame.length, LinkLayer.ETHERNET, -1, false, decoded);
        ByteBuffer batch = ByteBuffer.allocate(decoded.wireForm());
        decoded.writeTo(batch, 0);
        Segment read = new Segment();
        read.readFrom(batch, 0);
        read.verify();
        return read;
    }
}
