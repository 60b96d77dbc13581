package io.weir.defragment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.decode.Encapsulation;
import org.junit.jupiter.api.Test;

class DefragmenterTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private final DefragmenterOptions options = DefragmenterOptions.DEFAULTS;
    private final Defragmenter defragmenter = new Defragmenter(options);
    private final FragmentBuilder packet = new FragmentBuilder();

    private Outcome give(FragmentBuilder packet, int offset, String text, boolean more) {
        return defragmenter.accept(packet.fragment(offset, text, more), packet.segment());
    }

    private void ledgerAddsUp() {
        assertThat(defragmenter.outcomes().get(Outcome.WAITING))
                .isEqualTo(defragmenter.released().sum() + defragmenter.waitingFragments());
    }

    @Test
    void twoFragmentsMakeADatagram() {
        assertThat(give(packet, 0, "abcdefgh", true)).isEqualTo(Outcome.WAITING);
        assertThat(give(packet, 8, "ij", false)).isEqualTo(Outcome.COMPLETED);
        assertThat(FragmentBuilder.text(defragmenter)).isEqualTo("abcdefghij");
        assertThat(defragmenter.protocol()).isEqualTo(FragmentBuilder.UDP);
        assertThat(defragmenter.waitingFragments()).isZero();
        ledgerAddsUp();
    }

    @Test
    void theSameIdentificationMayBeUsedAgain() {
        give(packet, 0, "abcdefgh", true);
        give(packet, 8, "ij", false);
        give(packet, 0, "ABCDEFGH", true);
        assertThat(give(packet, 8, "IJ", false)).isEqualTo(Outcome.COMPLETED);
        assertThat(FragmentBuilder.text(defragmenter)).isEqualTo("ABCDEFGHIJ");
    }

    @Test
    void fragmentsOfTwoProtocolsNeverMix() {
        give(packet, 0, "abcdefgh", true);
        assertThat(give(new FragmentBuilder().protocol(FragmentBuilder.TCP), 8, "ij", false))
                .isEqualTo(Outcome.WAITING);
        assertThat(defragmenter.waitingFragments()).isEqualTo(2);
    }

    @Test
    void fragmentsOfTwoVlansDomainsOrIdentificationsNeverMix() {
        give(packet, 0, "abcdefgh", true);
        long vlan = Encapsulation.VLAN.step(7);
        assertThat(give(new FragmentBuilder().path(vlan), 8, "ij", false)).isEqualTo(Outcome.WAITING);
        assertThat(give(new FragmentBuilder().path(vlan, vlan), 8, "ij", false)).isEqualTo(Outcome.WAITING);
        assertThat(give(new FragmentBuilder().domain(1), 8, "ij", false)).isEqualTo(Outcome.WAITING);
        assertThat(give(new FragmentBuilder().identification(2), 8, "ij", false))
                .isEqualTo(Outcome.WAITING);
        assertThat(give(new FragmentBuilder().ipv6(), 8, "ij", false)).isEqualTo(Outcome.WAITING);
    }

    @Test
    void ipv6TakesTheNextHeaderOfTheFirstFragment() {
        give(new FragmentBuilder().ipv6().protocol(60), 8, "ij", false);
        assertThat(give(new FragmentBuilder().ipv6().protocol(FragmentBuilder.UDP), 0, "abcdefgh", true))
                .isEqualTo(Outcome.COMPLETED);
        assertThat(defragmenter.protocol()).isEqualTo(FragmentBuilder.UDP);
    }

    @Test
    void aFragmentWithoutBytesKeepsNothing() {
        assertThat(give(packet, 8, "", false)).isEqualTo(Outcome.EMPTY);
        assertThat(defragmenter.waitingFragments()).isZero();
    }

    @Test
    void aFragmentBeyondTheLargestDatagramIsRefused() {
        assertThat(give(packet, 65_464, "A".repeat(71), false)).isEqualTo(Outcome.TOO_LARGE);
        assertThat(give(packet, 65_528, "A".repeat(1480), true)).isEqualTo(Outcome.TOO_LARGE);
        assertThat(defragmenter.waitingFragments()).isZero();
    }

    @Test
    void theLargestDatagramIsPutTogether() {
        String text = "0123456789abcdef".repeat(4095).substring(0, 65_515);
        Outcome last = null;
        for (int offset = 0; offset < text.length(); offset += 1480) {
            int end = Math.min(text.length(), offset + 1480);
            last = give(packet, offset, text.substring(offset, end), end < text.length());
        }
        assertThat(last).isEqualTo(Outcome.COMPLETED);
        assertThat(FragmentBuilder.text(defragmenter)).isEqualTo(text);
    }

    @Test
    void aFragmentThatTheCaptureCutIsRefused() {
        var cut = packet.fragment(0, new byte[8], 16, true);
        assertThat(defragmenter.accept(cut, packet.segment())).isEqualTo(Outcome.CUT);
    }

    @Test
    void aLastFragmentMayBeAsSmallAsOneByte() {
        give(packet, 0, "abcdefgh", true);
        assertThat(give(packet, 8, "i", false)).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void aTinyFirstFragmentIsTakenAsLinuxTakesIt() {
        FragmentBuilder tcp = new FragmentBuilder().protocol(FragmentBuilder.TCP);
        assertThat(give(tcp, 0, "abcdefgh", true)).isEqualTo(Outcome.WAITING);
    }

    @Test
    void aTinyFirstFragmentIsRefusedOnDemand() {
        Defragmenter strict =
                new Defragmenter(new DefragmenterOptions(FragmentPolicy.LINUX, 1 << 20, 16, 64, 30 * SECOND_NS, true));
        FragmentBuilder tcp = new FragmentBuilder().protocol(FragmentBuilder.TCP);
        strict.accept(tcp.fragment(24, "ij", false), tcp.segment());
        assertThat(strict.accept(tcp.fragment(0, "abcdefgh", true), tcp.segment()))
                .isEqualTo(Outcome.TINY_FIRST);
        assertThat(strict.released().get(Outcome.TINY_FIRST)).isEqualTo(1);
        byte[] header = new byte[24];
        header[12] = (byte) 0xA0;
        assertThat(strict.accept(tcp.fragment(0, header, 24, true), tcp.segment()))
                .isEqualTo(Outcome.TINY_FIRST);
        header[12] = 0x60;
        assertThat(strict.accept(tcp.fragment(0, header, 24, true), tcp.segment()))
                .isEqualTo(Outcome.WAITING);
    }

    /** Those of UDP were sent to a Linux 6.18 host, the rest of the datagram behind them: none reached the socket. */
    @Test
    void aFirstFragmentOverIpv6WithoutTheUpperHeaderIsRefusedAsByLinux() {
        String options = "\u0011\0\1\4\0\0\0\0";
        assertThat(first(60, options)).isEqualTo(Outcome.TINY_FIRST);
        assertThat(first(60, "\u0006" + options.substring(1) + "0123456789abcdef"))
                .isEqualTo(Outcome.TINY_FIRST);
        assertThat(first(60, "\u003c" + options.substring(1) + options)).isEqualTo(Outcome.TINY_FIRST);
        assertThat(first(60, "\u0011\2\1\u0014" + "\0".repeat(12))).isEqualTo(Outcome.TINY_FIRST);
        assertThat(first(43, "\u0011\0\0\0\0\0\0\0")).isEqualTo(Outcome.TINY_FIRST);
        assertThat(first(0, "\u0011\0\5\2\0\0\1\0")).isEqualTo(Outcome.TINY_FIRST);
        assertThat(first(60, "\u002c" + options.substring(1) + "\u0011\0\0\0\0\0\0\7"))
                .isEqualTo(Outcome.TINY_FIRST);
        assertThat(first(51, "\u0011\1\0\0" + "\0".repeat(12))).isEqualTo(Outcome.TINY_FIRST);
    }

    /** Linux takes the last one: it finds no header to hold against the fragment's end. */
    @Test
    void aFirstFragmentOverIpv6MayHaveExtensionHeadersBeforeTheUpperOne() {
        String options = "\u0011\0\1\4\0\0\0\0";
        assertThat(first(60, options + "UDP-head")).isEqualTo(Outcome.WAITING);
        assertThat(first(43, "\u0011\0\0\0\0\0\0\0UDP-head")).isEqualTo(Outcome.WAITING);
        assertThat(first(60, "\u003c" + options.substring(1) + options + "UDP-head"))
                .isEqualTo(Outcome.WAITING);
        assertThat(first(60, "\u003c" + options.substring(1))).isEqualTo(Outcome.WAITING);
    }

    @Test
    void headersThatTheCaptureCutAreNotWalked() {
        var cut = new FragmentBuilder().ipv6().protocol(60).fragment(0, new byte[1], 16, true);
        assertThat(defragmenter.accept(cut, new FragmentBuilder().ipv6().segment()))
                .isEqualTo(Outcome.CUT);
    }

    private Outcome first(int nextHeader, String text) {
        Defragmenter fresh = new Defragmenter(options);
        FragmentBuilder first = new FragmentBuilder().ipv6().protocol(nextHeader);
        return fresh.accept(first.fragment(0, text, true), first.segment());
    }

    @Test
    void aTinyFirstFragmentOverIpv6IsRefusedAsByLinux() {
        FragmentBuilder tcp = new FragmentBuilder().ipv6().protocol(FragmentBuilder.TCP);
        give(tcp, 16, "ij", false);
        assertThat(give(tcp, 0, "0123456789abcdef", true)).isEqualTo(Outcome.TINY_FIRST);
        assertThat(defragmenter.waitingFragments()).isEqualTo(1);
    }

    @Test
    void aDatagramIsGivenUpAfterThirtySecondsOfPacketTime() {
        give(packet.timeNs(SECOND_NS), 0, "abcdefgh", true);
        defragmenter.expire(31 * SECOND_NS);
        assertThat(defragmenter.waitingFragments()).isEqualTo(1);
        assertThat(give(packet.timeNs(31 * SECOND_NS + 1), 8, "ij", false)).isEqualTo(Outcome.WAITING);
        assertThat(defragmenter.released().get(Outcome.TIMED_OUT)).isEqualTo(1);
        ledgerAddsUp();
    }

    @Test
    void theSixtyFifthFragmentDropsTheDatagram() {
        for (int index = 0; index < 64; index++) {
            assertThat(give(packet, 16 * index, "abcdefgh", true)).isEqualTo(Outcome.WAITING);
        }
        assertThat(give(packet, 16 * 64, "abcdefgh", true)).isEqualTo(Outcome.TOO_MANY_FRAGMENTS);
        assertThat(defragmenter.released().get(Outcome.TOO_MANY_FRAGMENTS)).isEqualTo(64);
        ledgerAddsUp();
    }

    @Test
    void theOldestDatagramMakesRoomForANewOne() {
        for (int id = 0; id <= options.maxDatagrams(); id++) {
            give(packet.identification(id), 0, "abcdefgh", true);
        }
        assertThat(defragmenter.released().get(Outcome.EVICTED)).isEqualTo(1);
        assertThat(give(packet.identification(1), 8, "ij", false)).isEqualTo(Outcome.COMPLETED);
        assertThat(give(packet.identification(0), 8, "ij", false)).isEqualTo(Outcome.WAITING);
        ledgerAddsUp();
    }

    @Test
    void memoryIsBoundedUnderAFlood() {
        String large = "x".repeat(65_000);
        for (int id = 0; id < 500; id++) {
            give(packet.identification(id), 0, large, true);
            assertThat(defragmenter.waitingFragments() * 65_000L).isLessThanOrEqualTo(options.maxBytes());
        }
        assertThat(give(packet.identification(499), 65_000, "end", false)).isEqualTo(Outcome.COMPLETED);
        assertThat(FragmentBuilder.text(defragmenter)).isEqualTo(large + "end");
        ledgerAddsUp();
    }

    @Test
    void aDatagramLargerThanAllMemoryIsGivenUp() {
        Defragmenter small = new Defragmenter(
                new DefragmenterOptions(FragmentPolicy.LINUX, FragmentMemory.PAGE_BYTES, 4, 64, SECOND_NS, false));
        assertThat(small.accept(packet.fragment(0, "x".repeat(4096), true), packet.segment()))
                .isEqualTo(Outcome.EVICTED);
        assertThat(small.waitingFragments()).isZero();
    }

    @Test
    void optionsOutOfRangeAreRefusedByName() {
        assertThatThrownBy(() -> new DefragmenterOptions(FragmentPolicy.LINUX, 4 << 20, 0, 64, 1, false))
                .hasMessage("maxDatagrams is 0; allowed is 1 to 16384");
    }
}
