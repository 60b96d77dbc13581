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

@Timeout(60)
class PcapSourceTest {
    private static final LiveOptions OPTIONS =
            LiveOptions.defaults().withBackend(Backend.PCAP).withBufferBytes(4 << 20);

    @BeforeEach
    void needsLibpcap() {
        Assumptions.assumeTrue(Libpcap.available(), "skipped: " + Libpcap.unavailable());
    }

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
                assertThat(got.frames.get(0).linkType).isEqualTo(1);
                assertThat(got.frames.get(0).wireLength).isEqualTo(there.length);
                assertThat(got.frames.get(0).timeNs).isBetween(before, before + 5_000_000_000L);
                assertThat(source.statistics().byInterface()).isEqualTo(Map.of("one", 2L));
            }
        });
    }

    @Test
    void severalInterfacesAreAskedInTurnAndMayComeAndGo() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = LiveSources.open(OPTIONS.withInterfaces(List.of("one", "veth*")))) {
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

    @Test
    void anyGivesCookedFrames() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = LiveSources.open(OPTIONS.withInterfaces(List.of(Interfaces.ANY)))) {
                Namespace.send("other", Frames.tcp("10.0.0.1", 1, "10.0.0.2", 2, "a"));
                Recorder got = new Recorder().drain(source);
                assertThat(got.frames).hasSize(2);
                assertThat(got.frames.get(0).linkType).isEqualTo(113);
                assertThat(source.interfaceName(got.frames.get(0).interfaceIndex))
                        .isEqualTo("any");
            }
        });
    }

    @Test
    void anInterfaceThatIsDeletedEndsTheCaptureInPlainWords() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = LiveSources.open(OPTIONS.withInterfaces(List.of("one")))) {
                Namespace.command("ip", "link", "del", "one");
                assertThatThrownBy(() -> source.poll(new Recorder(), 1, 1000))
                        .hasMessage("Interface one is gone; capture goes on when it is back.");
            }
        });
    }

    @Test
    void aHandlerThatThrowsCostsOneFrame() throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = LiveSources.open(OPTIONS.withInterfaces(List.of("one")))) {
                for (int index = 0; index < 5; index++) {
                    Namespace.send("other", Frames.tcp("10.0.0.1", 1, "10.0.0.2", 2, "a"));
                }
                assertThatThrownBy(() -> {
                            for (int round = 0; round < 100; round++) {
                                source.poll(
                                        frame -> {
                                            throw new IllegalStateException("handler");
                                        },
                                        10,
                                        50);
                            }
                        })
                        .hasMessage("handler");
                assertThat(new Recorder().drain(source).frames).hasSize(4);
                assertThat(source.statistics().delivered()).isEqualTo(5);
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
