package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Filters in force, by either backend. */
@Timeout(60)
class LiveFilterTest {
    private static final byte[] WEB = Frames.tcp("10.0.0.1", 1000, "10.0.0.2", 80, "web");
    private static final byte[] MAIL = Frames.tcp("10.0.0.1", 1000, "10.0.0.2", 25, "mail");
    private static final byte[] WEB6 = Frames.tcp6(1, 1000, 2, 80, "web");

    @BeforeEach
    void needsLibpcap() {
        Assumptions.assumeTrue(Libpcap.available(), "skipped: " + Libpcap.unavailable());
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void onlyWhatTheFilterWantsArrives(Backend backend) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            LiveOptions options = options(backend).withFilter(Filter.of("tcp port 80"));
            try (LiveSource source = LiveSources.open(options)) {
                for (byte[] frame : List.of(WEB, MAIL, WEB6, MAIL)) {
                    Namespace.send("other", frame);
                }
                Recorder got = new Recorder().drain(source);

                assertThat(got.frames).hasSize(2);
                assertThat(got.bytes(0)).isEqualTo(WEB);
                assertThat(got.bytes(1)).isEqualTo(WEB6);
                assertThat(source.filter().expression()).isEqualTo("tcp port 80");
                assertThat(source.statistics().received()).isEqualTo(2);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void vlanFiltersSeeTheTagThatTheKernelTookOut(Backend backend) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            LiveOptions options = options(backend)
                    .withOwnService(new OwnService(9347, List.of()))
                    .withFilter(Filter.of("vlan 12 and tcp port 80"));
            try (LiveSource source = LiveSources.open(options)) {
                Namespace.send("other", WEB);
                Namespace.send("other", Frames.tagged(WEB, 0x8100, 12));
                Namespace.send("other", Frames.tagged(WEB, 0x8100, 13));
                Namespace.send("other", Frames.tagged(MAIL, 0x8100, 12));
                Recorder got = new Recorder().drain(source);

                assertThat(got.frames).hasSize(1);
                if (backend == Backend.AFPACKET) {
                    assertThat(got.frames.get(0).vlanTag).isEqualTo(0x8100_000C);
                    assertThat(got.bytes(0)).isEqualTo(WEB);
                } else {
                    assertThat(got.frames.get(0).vlanTag).isEqualTo(Frame.NO_VLAN_TAG);
                    assertThat(got.bytes(0)).isEqualTo(Frames.tagged(WEB, 0x8100, 12));
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aFilterIsReplacedWhileFramesPass(Backend backend) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = LiveSources.open(options(backend).withFilter(Filter.of("tcp port 80")))) {
                Recorder got = new Recorder();
                for (int round = 0; round < 6; round++) {
                    source.filter(Filter.of(round % 2 == 0 ? "tcp port 25" : "tcp port 80"));
                    for (int index = 0; index < 5; index++) {
                        Namespace.send("other", WEB);
                        Namespace.send("other", MAIL);
                        source.poll(got, 10, 0);
                    }
                }
                got.drain(source);

                List<Integer> ports =
                        got.frames.stream().map(LiveFilterTest::port).collect(Collectors.toList());
                assertThat(ports).hasSize(30);
                for (int index = 0; index < 30; index++) {
                    assertThat(ports.get(index)).isEqualTo(index / 5 % 2 == 0 ? 25 : 80);
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void afterARefusedFilterTheOldOneIsInForce(Backend backend) throws Exception {
        Namespace.run(() -> {
            Namespace.cable("one", "other");
            try (LiveSource source = LiveSources.open(options(backend).withFilter(Filter.of("tcp port 80")))) {
                assertThatThrownBy(() -> source.filter(Filter.of("tcp porz 80")))
                        .isInstanceOf(FilterException.class);
                assertThat(source.filter().expression()).isEqualTo("tcp port 80");
                Namespace.send("other", MAIL);
                Namespace.send("other", WEB);
                assertThat(new Recorder().drain(source).frames).hasSize(1);

                source.filter(Filter.NONE);
                Namespace.send("other", MAIL);
                Namespace.send("other", WEB);
                assertThat(new Recorder().drain(source).frames).hasSize(2);
            }
        });
    }

    private static LiveOptions options(Backend backend) {
        return LiveOptions.defaults()
                .withBackend(backend)
                .withBufferBytes(4 << 20)
                .withInterfaces(List.of("one"));
    }

    private static int port(Recorder.Kept kept) {
        return kept.bytes[36] << 8 | kept.bytes[37] & 0xFF;
    }
}
