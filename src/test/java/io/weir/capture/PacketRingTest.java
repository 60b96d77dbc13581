package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PacketRingTest {
    private static final LiveOptions OPTIONS =
            LiveOptions.defaults().withBackend(Backend.AFPACKET).withBufferBytes(4 << 20);

    @Test
    void bothDirectionsArriveAsTheyWereSent() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = LiveSources.open(OPTIONS.withInterfaces(List.of("one")))) {
                byte[] there = Frames.tcp("10.0.0.1", 1000, "10.0.0.2", 80, "request");
                byte[] back = Frames.tcp("10.0.0.2", 80, "10.0.0.1", 1000, "answer");
                long before = System.currentTimeMillis() * 1_000_000;
                Namespace.send("one", there);
                Namespace.send("other", back);
                Recorder got = new Recorder().drain(source);

                assertThat(got.frames).hasSize(2);
                assertThat(got.bytes(0)).isEqualTo(there);
                assertThat(got.bytes(1)).isEqualTo(back);
                assertThat(got.frames.get(0).outgoing).isTrue();
                assertThat(got.frames.get(1).outgoing).isFalse();
                assertThat(got.frames.get(0).linkType).isEqualTo(1);
                assertThat(got.frames.get(0).timeNs).isBetween(before, before + 5_000_000_000L);
                assertThat(source.interfaceName(got.frames.get(0).interfaceIndex))
                        .isEqualTo("one");
                assertThat(source.statistics().delivered()).isEqualTo(2);
                assertThat(source.statistics().received()).isEqualTo(2);
                assertThat(source.statistics().byInterface()).containsOnly(Map.entry("one", 2L));
            }
        });
    }

    @Test
    void theTagThatTheKernelTookOutIsToldWithTheFrame() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = LiveSources.open(OPTIONS.withInterfaces(List.of("one")))) {
                byte[] plain = Frames.tcp("10.0.0.1", 1000, "10.0.0.2", 80, "tagged");
                Namespace.send("other", Frames.tagged(plain, 0x8100, 0x6064));
                Namespace.send("other", Frames.tagged(Frames.tagged(plain, 0x8100, 12), 0x88A8, 34));
                Recorder got = new Recorder().drain(source);

                assertThat(got.frames).hasSize(2);
                assertThat(got.frames.get(0).vlanTag).isEqualTo(0x8100_6064);
                assertThat(got.bytes(0)).isEqualTo(plain);
                assertThat(got.frames.get(1).vlanTag).isEqualTo(0x88A8_0022);
                assertThat(got.bytes(1)).isEqualTo(Frames.tagged(plain, 0x8100, 12));
            }
        });
    }

    @Test
    void aFrameOnLoopbackComesOnce() throws Exception {
        Namespace.run(() -> {
            for (String name : List.of("lo", Interfaces.ANY)) {
                try (LiveSource source = LiveSources.open(OPTIONS.withInterfaces(List.of(name)))) {
                    sendDatagrams(20);
                    Recorder got = new Recorder().drain(source);

                    assertThat(got.frames).hasSize(20);
                    assertThat(got.frames).allMatch(frame -> !frame.outgoing && frame.checksumOffloaded);
                    assertThat(source.statistics().received()).isEqualTo(20);
                    assertThat(source.interfaceName(got.frames.get(0).interfaceIndex))
                            .isEqualTo("lo");
                }
            }
        });
    }

    @Test
    void aFrameLongerThanTheSnapLengthSaysSo() throws Exception {
        Namespace.run(() -> {
            try (LiveSource source =
                    LiveSources.open(OPTIONS.withInterfaces(List.of("lo")).withSnapLengthBytes(64))) {
                sendDatagrams(1);
                Recorder got = new Recorder().drain(source);

                assertThat(got.bytes(0)).hasSize(64);
                assertThat(got.frames.get(0).wireLength).isEqualTo(142);
            }
        });
    }

    @Test
    void whatATinyRingLosesIsCounted() throws Exception {
        Namespace.run(() -> {
            LiveOptions tiny = OPTIONS.withInterfaces(List.of("lo")).withBufferBytes(LiveOptions.MIN_BUFFER_BYTES);
            try (LiveSource source = LiveSources.open(tiny)) {
                int sent = 3_000;
                sendDatagrams(sent);
                Recorder got = new Recorder().drain(source);
                source.countNow();
                FrameSource.Statistics counts = source.statistics();

                assertThat(counts.droppedByKernel()).isPositive();
                assertThat(counts.delivered()).isEqualTo(got.frames.size()).isLessThan(sent);
                assertThat(counts.received()).isEqualTo(sent);
                assertThat(counts.delivered() + counts.droppedByKernel()).isEqualTo(sent);
            }
        });
    }

    @Test
    void framesOfSeveralInterfacesComeInOneOrder() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            Namespace.cable("veth7", "far7");
            LiveOptions options = OPTIONS.withInterfaces(List.of("o*", "veth?", "!other"));
            try (LiveSource source = LiveSources.open(options)) {
                assertThat(source.interfaces()).containsExactlyInAnyOrder("one", "veth7");
                for (int index = 0; index < 10; index++) {
                    Namespace.send(index % 2 == 0 ? "other" : "far7", frame(index));
                    sendDatagrams(1);
                }
                Recorder got = new Recorder().drain(source);

                assertThat(got.frames).hasSize(10);
                for (int index = 0; index < 10; index++) {
                    assertThat(got.bytes(index)).isEqualTo(frame(index));
                    assertThat(source.interfaceName(got.frames.get(index).interfaceIndex))
                            .isEqualTo(index % 2 == 0 ? "one" : "veth7");
                }
                assertThat(source.statistics().byInterface()).isEqualTo(Map.of("one", 5L, "veth7", 5L));
            }
        });
    }

    @Test
    void anInterfaceThatJoinsLaterIsCapturedToo() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = LiveSources.open(OPTIONS.withInterfaces(List.of("one", "veth*")))) {
                assertThat(source.refresh()).isFalse();
                Namespace.cable("veth7", "far7");
                assertThat(source.refresh()).isTrue();
                assertThat(source.interfaces()).containsExactlyInAnyOrder("one", "veth7");
                Namespace.send("far7", frame(1));
                Namespace.send("other", frame(2));
                assertThat(new Recorder().drain(source).frames).hasSize(2);

                Namespace.command("ip", "link", "del", "veth7");
                assertThat(source.refresh()).isTrue();
                Namespace.send("other", frame(3));
                assertThat(new Recorder().drain(source).frames).hasSize(1);
            }
        });
    }

    @Test
    void anInterfaceThatIsDeletedEndsTheCaptureInPlainWords() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = LiveSources.open(OPTIONS.withInterfaces(List.of("one")))) {
                Namespace.command("ip", "link", "set", "one", "down");
                source.poll(new Recorder(), 1, 50);
                Namespace.command("ip", "link", "set", "one", "up");
                Recorder got = new Recorder();
                for (int attempt = 0; attempt < 50 && got.frames.isEmpty(); attempt++) {
                    Namespace.send("other", frame(1));
                    got.drain(source);
                }
                assertThat(got.frames).isNotEmpty();

                Namespace.command("ip", "link", "del", "one");
                assertThatThrownBy(() -> source.poll(new Recorder(), 1, 1000))
                        .hasMessage("Interface one is gone; capture goes on when it is back.");
            }
        });
    }

    @Test
    void tunnelsWithoutEthernetGiveIpPackets() throws Exception {
        Namespace.run(() -> {
            int tunnel = Namespace.tunnel("tun7");
            LiveOptions options = OPTIONS.withInterfaces(List.of("tun7"));
            if (Libpcap.available()) {
                options = options.withFilter(Filter.of("tcp dst port 80"));
            }
            byte[] wanted = ip(Frames.tcp("10.0.0.1", 1000, "10.0.0.2", 80, "wanted"));
            byte[] other = ip(Frames.tcp("10.0.0.1", 1000, "10.0.0.2", 81, "other"));
            try (LiveSource source = LiveSources.open(options)) {
                Namespace.write(tunnel, wanted);
                Namespace.write(tunnel, other);
                Recorder got = new Recorder().drain(source);

                assertThat(got.frames).hasSize(Libpcap.available() ? 1 : 2);
                assertThat(got.frames.get(0).linkType).isEqualTo(101);
                assertThat(got.bytes(0)).isEqualTo(wanted);
            } finally {
                Libc.close(tunnel);
            }
        });
    }

    @Test
    void theOwnServiceIsNotCaptured() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            OwnService everywhere = new OwnService(9347, List.of());
            OwnService here =
                    new OwnService(9347, List.of(InetAddress.getByName("10.0.0.1"), InetAddress.getByName("fd00::1")));
            List<byte[]> frames = List.of(
                    Frames.tcp("10.0.0.1", 9347, "10.0.0.2", 80, "own answer"),
                    Frames.tcp("10.0.0.2", 80, "10.0.0.1", 9347, "own request"),
                    Frames.tcp6(1, 9347, 2, 80, "own answer"),
                    Frames.tcp6(2, 80, 1, 9347, "own request"),
                    Frames.tcp("10.0.0.3", 9347, "10.0.0.2", 80, "another's"),
                    Frames.tcp6(3, 80, 2, 9347, "another's"),
                    Frames.tcp("10.0.0.1", 80, "10.0.0.2", 9347, "another's"),
                    Frames.tcp("10.0.0.1", 80, "10.0.0.2", 81, "other"),
                    Frames.udp("10.0.0.1", 9347, "10.0.0.2", 9347, "no TCP"),
                    Frames.ethernet(0x0806, new byte[28]));
            for (Backend backend : Backend.values()) {
                LiveOptions options = OPTIONS.withBackend(backend).withInterfaces(List.of("one"));
                if (backend == Backend.PCAP && !Libpcap.available()) {
                    continue;
                }
                assertThat(kept(options.withOwnService(everywhere), frames)).containsExactly(7, 8, 9);
                assertThat(kept(options.withOwnService(here), frames)).containsExactly(4, 5, 6, 7, 8, 9);
            }
        });
    }

    private static List<Integer> kept(LiveOptions options, List<byte[]> frames) throws CaptureException {
        try (LiveSource source = LiveSources.open(options)) {
            frames.forEach(frame -> Namespace.send("other", frame));
            Recorder got = new Recorder().drain(source);
            return got.frames.stream()
                    .map(kept -> IntStream.range(0, frames.size())
                            .filter(index -> Arrays.equals(frames.get(index), kept.bytes))
                            .findFirst()
                            .orElse(-1))
                    .collect(Collectors.toList());
        }
    }

    @Test
    void promiscuousLastsAsLongAsTheCapture() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            LiveOptions options = OPTIONS.withInterfaces(List.of("one")).withPromiscuous(true);
            try (LiveSource source = LiveSources.open(options)) {
                assertThat(source.interfaces()).containsExactly("one");
                assertThat(Namespace.command("ip", "-d", "link", "show", "one")).contains("promiscuity 1");
            }
            assertThat(Namespace.command("ip", "-d", "link", "show", "one")).contains("promiscuity 0");
        });
    }

    @Test
    void interruptEndsALongWait() throws Exception {
        Namespace.run(() -> {
            try (LiveSource source = LiveSources.open(OPTIONS.withInterfaces(List.of("lo")))) {
                Thread other = new Thread(() -> {
                    sleep(100);
                    source.interrupt();
                });
                long started = System.nanoTime();
                other.start();
                assertThat(source.poll(new Recorder(), 10, 20_000)).isZero();
                assertThat(System.nanoTime() - started).isLessThan(5_000_000_000L);
                other.join();
            }
        });
    }

    @Test
    void aHandlerThatThrowsCostsOneFrame() throws Exception {
        throwOnce(10);
    }

    @Test
    void aHandlerThatThrowsAtTheLastFrameOfItsBlockCostsOneFrameToo() throws Exception {
        throwOnce(1);
    }

    private static void throwOnce(int datagrams) throws Exception {
        Namespace.run(() -> {
            try (LiveSource source = LiveSources.open(OPTIONS.withInterfaces(List.of("lo")))) {
                sendDatagrams(datagrams);
                Recorder.throwAtOneFrame(source);
                assertThat(new Recorder().drain(source).frames).hasSize(datagrams - 1);
                assertThat(source.statistics().delivered()).isEqualTo(datagrams);
            }
        });
    }

    @Test
    void aFrameCostsNoAllocation() throws Exception {
        Namespace.run(() -> {
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long id = Thread.currentThread().getId();
            long[] bytes = new long[2];
            FrameHandler handler = frame -> {
                bytes[0] += frame.capturedLength();
                bytes[1]++;
            };
            try (LiveSource source = LiveSources.open(OPTIONS.withInterfaces(List.of("lo")))) {
                long allocated = 0;
                for (int round = 0; round < 20; round++) {
                    sendDatagrams(500);
                    long before = threads.getThreadAllocatedBytes(id);
                    while (bytes[1] < 500L * (round + 1)) {
                        source.poll(handler, 64, 50);
                    }
                    allocated = threads.getThreadAllocatedBytes(id) - before;
                }
                assertThat(allocated).as("bytes for 500 frames").isLessThan(1_000);
            }
        });
    }

    private static byte[] ip(byte[] frame) {
        return Arrays.copyOfRange(frame, 14, frame.length);
    }

    private static byte[] frame(int number) {
        return Frames.tcp("10.0.0.1", 1000 + number, "10.0.0.2", 80, "frame " + number);
    }

    private static void sendDatagrams(int count) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            DatagramPacket packet = new DatagramPacket(new byte[100], 100, InetAddress.getByName("127.0.0.1"), 7777);
            // a bound receiver keeps the kernel from answering with errors
            try (DatagramSocket receiver = new DatagramSocket(7777, InetAddress.getByName("127.0.0.1"))) {
                for (int index = 0; index < count; index++) {
                    socket.send(packet);
                }
            }
        }
    }

    private static void sleep(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anInterfaceThatDoesNotExistIsNamedWithThoseThatDo() throws Exception {
        Namespace.run(() -> assertThatThrownBy(() -> LiveSources.open(OPTIONS.withInterfaces(List.of("eth7"))))
                .isInstanceOf(CaptureException.class)
                .hasMessage("No interface eth7; there are: lo."));
    }
}
