package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
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
                Recorder got = new Recorder().expect(source, 2);

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
                assertThat(source.statistics().byInterface()).containsOnly(java.util.Map.entry("one", 2L));
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
                Recorder got = new Recorder().expect(source, 2);

                assertThat(got.frames).hasSize(2);
                assertThat(got.frames.get(0).vlanTag).isEqualTo(0x8100_6064);
                assertThat(got.bytes(0)).isEqualTo(plain);
                assertThat(got.frames.get(1).vlanTag).isEqualTo(0x88A8_0022);
                assertThat(got.bytes(1)).isEqualTo(Frames.tagged(plain, 0x8100, 12));
            }
        });
    }

    @Test
    void anInterfaceThatDoesNotExistIsNamedWithThoseThatDo() throws Exception {
        Namespace.run(() -> assertThatThrownBy(() -> LiveSources.open(OPTIONS.withInterfaces(List.of("eth7"))))
                .isInstanceOf(CaptureException.class)
                .hasMessage("No interface eth7; there are: lo."));
    }
}
