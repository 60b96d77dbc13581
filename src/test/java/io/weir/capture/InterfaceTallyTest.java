package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InterfaceTallyTest {
    /** What the tally has room for. */
    private static final int ROOM = 2_048;

    private final InterfaceTally tally = new InterfaceTally();

    @Test
    void framesAreCountedUnderTheNameOfTheirInterface() {
        tally.name(3, "eth0");
        tally.name(4, "veth1");
        tally.count(3, 2);
        tally.count(4, 5);
        tally.count(3, 1);
        tally.count(7, 0);

        assertThat(tally.frames()).containsOnly(entry("eth0", 3L), entry("veth1", 5L));
        assertThat(tally.nameOf(4)).isEqualTo("veth1");
        assertThat(tally.nameOf(7)).isEqualTo("interface-7");
    }

    @Test
    void anInterfaceThatIsRenamedTakesItsFramesAlong() {
        tally.name(3, "eth0");
        tally.count(3, 2);
        tally.name(3, "wan");

        assertThat(tally.frames()).containsOnly(entry("wan", 2L));
    }

    @Test
    void interfacesThatFindNoRoomAreCountedTogetherAndKeepOffTheNamesOfOthers() {
        for (int index = 1; index <= 3_000; index++) {
            tally.name(index, "veth" + index);
            tally.count(index, 1);
        }

        assertThat(tally.frames())
                .hasSize(ROOM + 1)
                .contains(entry("veth1", 1L), entry("veth" + ROOM, 1L), entry("others", 3_000L - ROOM));
        assertThat(tally.nameOf(ROOM)).isEqualTo("veth" + ROOM);
        assertThat(tally.nameOf(3_000)).isEqualTo("interface-3000");
    }

    /** The kernel never gives an index twice; a node of short-lived pods gets through thousands. */
    @Test
    void afterTenThousandInterfacesThatCameAndWentTheNamesAreStillRight() {
        tally.name(1, "lo");
        for (int index = 2; index <= 10_000; index++) {
            tally.name(index, "veth" + index);
            tally.count(index, 3);
            tally.count(1, 1);
            if (index % 100 == 0) {
                tally.present(present(index));
                assertThat(tally.nameOf(index)).isEqualTo("veth" + index);
                assertThat(tally.nameOf(1)).isEqualTo("lo");
            }
        }

        assertThat(tally.frames()).contains(entry("lo", 9_999L), entry("veth10000", 3L));
        assertThat(tally.frames().get("others")).isPositive();
        assertThat(tally.frames().values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(4L * 9_999);
    }

    private static List<Integer> present(int last) {
        return IntStream.concat(IntStream.of(1), IntStream.rangeClosed(last - 49, last))
                .boxed()
                .toList();
    }

    @Test
    void aNameOutlivesItsInterfaceAsLongAsFramesMayBeOnTheirWay() {
        for (int index = 1; index <= ROOM; index++) {
            tally.name(index, "veth" + index);
            tally.count(index, 1);
        }

        tally.present(List.of(1, 2));
        assertThat(tally.nameOf(5)).isEqualTo("veth5");
        tally.count(5, 1);
        tally.present(List.of(1));
        assertThat(tally.nameOf(5)).isEqualTo("interface-5");
        assertThat(tally.nameOf(2)).as("was there the last time but one").isEqualTo("veth2");
        assertThat(tally.frames())
                .containsOnly(entry("veth1", 1L), entry("veth2", 1L), entry("others", (long) ROOM - 1));
        tally.count(2, 1);
        assertThat(tally.frames()).contains(entry("veth2", 2L));
    }

    @Test
    void aFewInterfacesThatWentKeepTheirCountsUnderTheirNames() {
        tally.name(3, "veth3");
        tally.count(3, 1);
        tally.present(List.of());
        tally.present(List.of());

        assertThat(tally.frames()).containsOnly(entry("veth3", 1L));
    }

    /** What is captured on all interfaces at once by libpcap has no index of its own. */
    @Test
    void framesOfNoInterfaceInParticularKeepTheirName() {
        tally.name(0, "any");
        for (int index = 1; index < ROOM; index++) {
            tally.name(index, "veth" + index);
        }
        tally.present(List.of());
        tally.present(List.of());

        assertThat(tally.nameOf(0)).isEqualTo("any");
        assertThat(tally.nameOf(1)).isEqualTo("interface-1");
    }
}
