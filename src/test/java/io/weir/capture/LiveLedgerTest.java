package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.capture.FrameSource.Statistics;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each frame that the kernel saw is delivered, dropped or waits, by either backend. */
@Timeout(60)
class LiveLedgerTest {
    private static final byte[] WEB = Frames.tcp("10.0.0.1", 1000, "10.0.0.2", 80, "web");
    private static final byte[] MAIL = Frames.tcp("10.0.0.1", 1000, "10.0.0.2", 25, "mail");

    @BeforeEach
    void needsLibpcap() {
        Assumptions.assumeTrue(Libpcap.available(), "skipped: " + Libpcap.unavailable());
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void whatNobodyReadWaitsAndIsDeliveredLater(Backend backend) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = LiveSources.open(options(backend, "one"))) {
                send(300, WEB);
                assertCounts(source, 300, 0, 300, 0);
                Recorder got = new Recorder();
                while (got.frames.size() < 100) {
                    source.poll(got, 10, 10);
                }
                int taken = got.frames.size();
                assertCounts(source, 300, taken, 300 - taken, 0);
                send(50, WEB);
                assertCounts(source, 350, taken, 350 - taken, 0);
                got.drain(source);
                assertCounts(source, 350, 350, 0, 0);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void whatWaitsWhenTheSourceIsClosedIsDropped(Backend backend) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            LiveSource source = LiveSources.open(options(backend, "one"));
            send(20, WEB);
            new Recorder().drain(source);
            send(30, WEB);
            source.close();
            assertThat(source.statistics().waiting()).isZero();
            assertThat(source.statistics().delivered()).isEqualTo(20);
            assertThat(source.statistics().droppedByKernel()).isEqualTo(30);
            assertThat(source.statistics().received()).isEqualTo(50);
        });
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void afterTheIntakeHasEndedOnlyWhatWaitsComes(Backend backend) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = LiveSources.open(options(backend, "one"))) {
                send(40, WEB);
                source.endIntake();
                send(40, MAIL);
                assertThat(new Recorder().drain(source).frames).hasSize(40);
                assertCounts(source, 40, 40, 0, 0);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void onLoopbackAndOnAllInterfacesNothingWaitsForEver(Backend backend) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            for (String name : List.of("lo", Interfaces.ANY)) {
                try (LiveSource source = LiveSources.open(options(backend, name))) {
                    for (int round = 1; round <= 3; round++) {
                        sendDatagrams(100);
                        assertBalanced(source);
                        new Recorder().drain(source);
                        assertCounts(source, 100 * round, 100 * round, 0, 0);
                    }
                    if (name.equals(Interfaces.ANY)) {
                        // both ends of the cable
                        send(10, WEB);
                        assertCounts(source, 320, 300, 20, 0);
                        new Recorder().drain(source);
                        assertCounts(source, 320, 320, 0, 0);
                    }
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void whatTheFilterBeforeLetPassIsDeliveredAfterItsChange(Backend backend) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            for (String name : List.of("one", Interfaces.ANY)) {
                LiveOptions options = options(backend, name).withFilter(Filter.of("tcp port 80 and inbound"));
                try (LiveSource source = LiveSources.open(options)) {
                    send(10, WEB);
                    send(10, MAIL);
                    source.filter(Filter.of("tcp port 25 and inbound"));
                    send(10, WEB);
                    send(10, MAIL);
                    assertCounts(source, 20, 0, 20, 0);
                    source.filter(Filter.of("udp"));
                    assertThat(new Recorder().drain(source).frames).hasSize(20);
                    assertCounts(source, 20, 20, 0, 0);
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void framesOfAnInterfaceThatIsDeletedAreDeliveredOrDropped(Backend backend) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            Namespace.cable("veth7", "far7");
            LiveOptions options = options(backend, "one").withInterfaces(List.of("one", "veth*"));
            try (LiveSource source = LiveSources.open(options)) {
                send(20, WEB);
                send("far7", 30, WEB);
                assertCounts(source, 50, 0, 50, 0);
                Namespace.command("ip", "link", "del", "veth7");
                source.refresh();
                Recorder got = new Recorder().drain(source);
                source.countNow();
                Statistics counts = source.statistics();

                assertThat(counts.waiting()).isZero();
                assertThat(counts.delivered()).isEqualTo(got.frames.size()).isGreaterThanOrEqualTo(20);
                assertThat(counts.delivered() + counts.droppedByKernel()).isEqualTo(50);
                assertThat(counts.received()).isEqualTo(50);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aHandlerThatThrowsLeavesTheCountersBalanced(Backend backend) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = LiveSources.open(options(backend, "one"))) {
                send(30, WEB);
                Recorder.throwAtOneFrame(source);
                assertCounts(source, 30, 1, 29, 0);
                new Recorder().drain(source);
                assertCounts(source, 30, 30, 0, 0);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void noFrameIsTooShortForTheFilterThatLeavesOutTheOwnService(Backend backend) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            byte[] four = Frames.tcp("10.0.0.1", 9347, "10.0.0.2", 80, "own");
            byte[] options = four.clone();
            // an IP header of 60 bytes, as it claims
            options[14] = 0x4F;
            byte[] six = Frames.tcp6(1, 9347, 2, 80, "own");
            int sent = 0;
            try (LiveSource source =
                    LiveSources.open(options(backend, "one").withOwnService(new OwnService(9347, List.of())))) {
                // one byte of IP up to all but the last byte of a TCP header
                for (byte[] frame : List.of(four, options, six)) {
                    for (int length = 15; length < (frame == six ? 54 : 34); length++) {
                        Namespace.send("other", Arrays.copyOf(frame, length));
                        sent++;
                    }
                }
                Recorder got = new Recorder().drain(source);
                assertThat(got.frames).hasSize(sent);
                assertCounts(source, sent, sent, 0, 0);

                Namespace.send("other", four);
                Namespace.send("other", six);
                Namespace.send("other", Arrays.copyOf(four, 54));
                Namespace.send("other", Arrays.copyOf(six, 74));
                assertThat(new Recorder().drain(source).frames).isEmpty();
                assertCounts(source, sent, sent, 0, 0);
            }
        });
    }

    private static void assertCounts(LiveSource source, long received, long delivered, long waiting, long dropped) {
        source.countNow();
        Statistics counts = source.statistics();
        assertThat(new long[] {counts.received(), counts.delivered(), counts.waiting(), counts.droppedByKernel()})
                .as("received, delivered, waiting, dropped")
                .containsExactly(received, delivered, waiting, dropped);
    }

    private static void assertBalanced(LiveSource source) {
        source.countNow();
        Statistics counts = source.statistics();
        assertThat(counts.received()).isEqualTo(counts.delivered() + counts.waiting() + counts.droppedByKernel());
    }

    private static void send(int count, byte[] frame) {
        send("other", count, frame);
    }

    private static void send(String interfaceName, int count, byte[] frame) {
        try (FrameSender sender = new FrameSender(interfaceName)) {
            for (int index = 0; index < count; index++) {
                assertThat(sender.send(frame)).isTrue();
            }
        }
    }

    private static void sendDatagrams(int count) throws IOException {
        InetAddress here = InetAddress.getByName("127.0.0.1");
        // a bound receiver keeps the kernel from answering with errors
        try (DatagramSocket socket = new DatagramSocket();
                DatagramSocket receiver = new DatagramSocket(7777, here)) {
            for (int index = 0; index < count; index++) {
                socket.send(new DatagramPacket(new byte[100], 100, receiver.getLocalAddress(), 7777));
            }
        }
    }

    /** With so many blocks, each closed so late, that a slow test does not fill the ring with nearly empty ones. */
    private static LiveOptions options(Backend backend, String interfaceName) {
        return LiveOptions.defaults()
                .withBackend(backend)
                .withBufferBytes(32 << 20)
                .withLatencyMs(20)
                .withInterfaces(List.of(interfaceName));
    }
}
