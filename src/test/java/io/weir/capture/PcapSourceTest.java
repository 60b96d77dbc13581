package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Timestamp;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PcapSourceTest {
    private static final LiveOptions OPTIONS =
            LiveOptions.defaults().withBackend(Backend.PCAP).withBufferBytes(4 << 20);

    @BeforeEach
    void needsLibpcap() {
        Assumptions.assumeTrue(Libpcap.available(), "skipped: " + Libpcap.unavailable());
    }

    @ParameterizedTest(name = "portable {0}")
    @ValueSource(booleans = {false, true})
    void bothDirectionsArriveAsTheyWereSent(boolean portable) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = PcapSource.open(OPTIONS.withInterfaces(List.of("one")), portable)) {
                byte[] there = Frames.tcp("10.0.0.1", 1000, "10.0.0.2", 80, "request");
                byte[] back = Frames.tcp("10.0.0.2", 80, "10.0.0.1", 1000, "answer");
                long before = System.currentTimeMillis() * 1_000_000;
                Namespace.send("one", there);
                Namespace.send("other", back);
                Recorder got = new Recorder().drain(source);

                assertThat(got.frames).hasSize(2);
                assertThat(got.bytes(0)).isEqualTo(there);
                assertThat(got.bytes(1)).isEqualTo(back);
                assertThat(got.frames.get(0).linkType).isEqualTo(1);
                assertThat(got.frames.get(0).wireLength).isEqualTo(there.length);
                assertThat(got.frames.get(0).timeNs).isBetween(before, before + 5_000_000_000L);
                assertThat(source.statistics().byInterface()).isEqualTo(Map.of("one", 2L));
            }
        });
    }

    @ParameterizedTest(name = "portable {0}")
    @ValueSource(booleans = {false, true})
    void severalInterfacesAreAskedInTurnAndMayComeAndGo(boolean portable) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = PcapSource.open(OPTIONS.withInterfaces(List.of("one", "veth*")), portable)) {
                Namespace.cable("veth7", "far7");
                assertThat(source.refresh()).isTrue();
                Namespace.send("other", Frames.tcp("10.0.0.1", 1, "10.0.0.2", 2, "a"));
                Namespace.send("far7", Frames.tcp("10.0.0.1", 1, "10.0.0.2", 2, "b"));
                assertThat(new Recorder().drain(source).frames).hasSize(2);
                Namespace.command("ip", "link", "del", "veth7");
                assertThat(source.refresh()).isTrue();
                Namespace.send("other", Frames.tcp("10.0.0.1", 1, "10.0.0.2", 2, "c"));
                assertThat(new Recorder().drain(source).frames).hasSize(1);
                assertThat(source.statistics().byInterface()).isEqualTo(Map.of("one", 2L, "veth7", 1L));
            }
        });
    }

    @ParameterizedTest(name = "portable {0}")
    @ValueSource(booleans = {false, true})
    void oneOfSeveralInterfacesThatIsDownOrDeletedDoesNotDisturbTheOthers(boolean portable) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            Namespace.cable("veth7", "far7");
            Namespace.cable("veth8", "far8");
            Namespace.command("ip", "link", "set", "veth8", "down");
            byte[] frame = Frames.tcp("10.0.0.1", 1, "10.0.0.2", 2, "a");
            try (LiveSource source = PcapSource.open(OPTIONS.withInterfaces(List.of("one", "veth*")), portable)) {
                Namespace.send("other", frame);
                assertThat(new Recorder().drain(source).frames).hasSize(1);

                Namespace.command("ip", "link", "set", "veth8", "up");
                source.refresh();
                Namespace.send("far8", frame);
                assertThat(new Recorder().drain(source).frames).hasSize(1);

                Namespace.command("ip", "link", "del", "veth7");
                Namespace.command("ip", "link", "set", "veth8", "down");
                Namespace.send("other", frame);
                assertThat(new Recorder().drain(source).frames).hasSize(1);
                source.refresh();
                Namespace.send("other", frame);
                assertThat(new Recorder().drain(source).frames).hasSize(1);
                assertThat(source.statistics().byInterface()).isEqualTo(Map.of("one", 3L, "veth8", 1L));
                assertThat(source.statistics().waiting()).isZero();
            }
        });
    }

    @ParameterizedTest(name = "portable {0}")
    @ValueSource(booleans = {false, true})
    void anyGivesCookedFrames(boolean portable) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = PcapSource.open(OPTIONS.withInterfaces(List.of(Interfaces.ANY)), portable)) {
                Namespace.send("other", Frames.tcp("10.0.0.1", 1, "10.0.0.2", 2, "a"));
                Recorder got = new Recorder().drain(source);
                assertThat(got.frames).hasSize(2);
                assertThat(got.frames.get(0).linkType).isEqualTo(113);
                assertThat(source.interfaceName(got.frames.get(0).interfaceIndex))
                        .isEqualTo("any");
            }
        });
    }

    @ParameterizedTest(name = "portable {0}")
    @ValueSource(booleans = {false, true})
    void anInterfaceThatIsDeletedEndsTheCaptureInPlainWords(boolean portable) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = PcapSource.open(OPTIONS.withInterfaces(List.of("one")), portable)) {
                Namespace.command("ip", "link", "del", "one");
                assertThatThrownBy(() -> source.poll(new Recorder(), 1, 1000))
                        .hasMessage("Interface one is gone; capture goes on when it is back.");
            }
        });
    }

    @ParameterizedTest(name = "portable {0}")
    @ValueSource(booleans = {false, true})
    void aHandlerThatThrowsCostsOneFrame(boolean portable) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = PcapSource.open(OPTIONS.withInterfaces(List.of("one")), portable)) {
                for (int index = 0; index < 5; index++) {
                    Namespace.send("other", Frames.tcp("10.0.0.1", 1, "10.0.0.2", 2, "a"));
                }
                Recorder.throwAtOneFrame(source);
                assertThat(new Recorder().drain(source).frames).hasSize(4);
                assertThat(source.statistics().delivered()).isEqualTo(5);
            }
        });
    }

    @Test
    void elsewhereThanOnLinuxFiltersGoThroughLibpcapAndTheLedgerHolds() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            OwnService own = new OwnService(9347, List.of());
            LiveOptions options = OPTIONS.withInterfaces(List.of("one")).withOwnService(own);
            try (LiveSource source = PcapSource.open(options.withFilter(Filter.of("tcp port 80")), true)) {
                for (int round = 0; round < 2; round++) {
                    Namespace.send("other", Frames.tcp("10.0.0.1", 1, "10.0.0.2", 80, "web"));
                    Namespace.send("other", Frames.tcp("10.0.0.1", 1, "10.0.0.2", 25, "mail"));
                    Namespace.send("other", Frames.tcp("10.0.0.1", 25, "10.0.0.2", 9347, "own"));
                    Namespace.send("other", Frames.ethernet(0x0800, new byte[] {0x45, 0, 0}));
                    assertThat(new Recorder().drain(source).frames).hasSize(round + 1);
                    FrameSource.Statistics counts = source.statistics();
                    assertThat(counts.received()).isEqualTo(1 + 2 * round);
                    assertThat(counts.delivered()).isEqualTo(1 + 2 * round);
                    assertThat(counts.waiting()).isZero();
                    source.filter(Filter.of("less 17 or tcp port 25"));
                }
            }
        });
    }

    @Test
    void timesKeepTheirNanoseconds() {
        Timestamp time = new Timestamp(1_700_000_000_123L);
        time.setNanos(123_456_789);
        assertThat(PcapSource.nanoseconds(time)).isEqualTo(1_700_000_000_123_456_789L);
    }
}
