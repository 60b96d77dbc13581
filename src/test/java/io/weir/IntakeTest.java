package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.weir.capture.CaptureFile;
import io.weir.capture.Frame;
import io.weir.capture.FrameSource;
import io.weir.decode.Decoded;
import io.weir.decode.PacketDecoder;
import io.weir.decode.Segment;
import io.weir.defragment.Defragmenter;
import io.weir.defragment.DefragmenterOptions;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class IntakeTest {
    private final List<Integer> ports = new ArrayList<>();

    @Test
    void everyFrameEndsInExactlyOneCounter() throws Exception {
        Intake intake = intake(null, new OwnTraffic(80, List.of()), null);
        feed(
                intake,
                new PcapBuilder()
                        .exchange("question", "answer")
                        .other(0x0806)
                        .udp()
                        .malformed()
                        .malformed());

        assertThat(intake.frames().get(FrameCounter.DELIVERED)).isEqualTo(12);
        assertThat(intake.frames().get(FrameCounter.OWN_TRAFFIC)).isEqualTo(8);
        assertThat(intake.decoded().get(Decoded.ARP)).isEqualTo(1);
        assertThat(intake.decoded().get(Decoded.UDP)).isEqualTo(1);
        assertThat(intake.decoded().get(Decoded.TCP_DATA_OFFSET)).isEqualTo(2);
        assertLedger(intake);
        assertThat(ports).isEmpty();
    }

    @Test
    void framesThatTheFilterDoesNotWantAreCountedAndNotDecoded() throws Exception {
        Intake intake = intake(frame -> frame.wireLength() > 54, OwnTraffic.NONE, null);
        feed(intake, new PcapBuilder().exchange("question", "answer"));

        assertThat(intake.frames().get(FrameCounter.FILTERED)).isEqualTo(6);
        assertThat(intake.decoded().get(Decoded.SEGMENT)).isEqualTo(2);
        assertLedger(intake);
    }

    @Test
    void duplicatesOfAnotherInterfaceAreCountedAndNotHandedOn() throws Exception {
        Intake intake = intake(null, OwnTraffic.NONE, segment -> segment.has(Segment.SYN));
        feed(intake, new PcapBuilder().exchange("question", "answer"));

        assertThat(intake.frames().get(FrameCounter.DUPLICATES)).isEqualTo(2);
        assertThat(ports).hasSize(6);
        assertLedger(intake);
    }

    @Test
    void ownTrafficIsThatOfTheServicesAddressAndPort() throws Exception {
        OwnTraffic own = new OwnTraffic(80, List.of(InetAddress.getByName("10.0.0.2")));
        OwnTraffic other = new OwnTraffic(80, List.of(InetAddress.getByName("10.0.0.1")));
        Intake without = intake(null, own, null);
        feed(without, new PcapBuilder().exchange("question", "answer"));
        assertThat(ports).isEmpty();

        feed(intake(null, other, null), new PcapBuilder().exchange("question", "answer"));
        assertThat(ports).hasSize(8);
    }

    @Test
    void ownTrafficOverIpv6IsKnownByItsAddressToo() throws Exception {
        OwnTraffic own = new OwnTraffic(9347, List.of(InetAddress.getByName("2001:db8::1")));
        Segment segment = new Segment()
                .addresses(true, 0x20010db800000000L, 1, 0x20010db800000000L, 2)
                .ports(9347, 40_000);

        assertThat(own.is(segment)).isTrue();
        assertThat(own.is(segment.ports(40_000, 9347))).isFalse();
        assertThat(own.is(segment.addresses(true, 0x20010db800000000L, 2, 0x20010db800000000L, 1)))
                .isTrue();
        assertThat(own.is(segment.addresses(false, 0, 1, 0, 1))).isFalse();
    }

    @Test
    void aFrameAllocatesNothing() {
        byte[] capture = new PcapBuilder()
                .client(1001, 5001, PcapBuilder.ACK, "x".repeat(1_000))
                .bytes();
        ByteBuffer memory = ByteBuffer.allocateDirect(capture.length).put(capture);
        Frame frame = new Frame()
                .bytes(memory, 40, capture.length - 40, capture.length - 40)
                .origin(1, 1, 0);
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        Intake counting = new Intake(
                new PacketDecoder(true),
                new Defragmenter(DefragmenterOptions.DEFAULTS),
                null,
                new OwnTraffic(9347, List.of()),
                segment -> false,
                0,
                segment -> {});
        for (int round = 0; round < 20_000; round++) {
            counting.onFrame(frame);
        }
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5; attempt++) {
            long before = thread.getThreadAllocatedBytes(id);
            for (int round = 0; round < 10_000; round++) {
                counting.onFrame(frame);
            }
            least = Math.min(least, thread.getThreadAllocatedBytes(id) - before);
        }

        assertThat(least).isLessThan(10_000);
        assertThat(counting.decoded().get(Decoded.SEGMENT)).isEqualTo(70_000);
    }

    private Intake intake(Predicate<Frame> filter, OwnTraffic own, Predicate<Segment> duplicate) {
        return new Intake(
                new PacketDecoder(true),
                new Defragmenter(DefragmenterOptions.DEFAULTS),
                filter,
                own,
                duplicate,
                0,
                segment -> ports.add(segment.destinationPort()));
    }

    private static void feed(Intake intake, PcapBuilder capture) throws Exception {
        try (CaptureFile file = CaptureFile.open(new ByteArrayInputStream(capture.bytes()), "test")) {
            while (file.poll(intake, 1_000, 1_000) != FrameSource.END) {
                // all of it
            }
        }
    }

    private static void assertLedger(Intake intake) {
        assertThat(intake.frames().get(FrameCounter.FILTERED)
                        + intake.frames().get(FrameCounter.OWN_TRAFFIC)
                        + intake.frames().get(FrameCounter.DUPLICATES)
                        + intake.decoded().sum())
                .isEqualTo(intake.frames().get(FrameCounter.DELIVERED));
    }
}
