package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the counters of drivers that there are not. */
class InterfaceLossesTest {
    @TempDir
    private Path statistics;

    private InterfaceLosses losses;

    @BeforeEach
    void begin() throws IOException {
        losses = new InterfaceLosses(statistics);
        lost("eth0", 100, 7);
        losses.follow(List.of(of("eth0", 2)));
    }

    @Test
    void whatAnInterfaceLostBeforeDoesNotCount() throws IOException {
        losses.look();
        assertThat(losses.sum()).isZero();

        lost("eth0", 103, 8);
        losses.look();
        assertThat(losses.sum()).isEqualTo(4);
    }

    @Test
    void anInterfaceThatLeavesTakesNothingAway() throws IOException {
        joins("veth1", 3);
        lost("veth1", 10, 0);
        losses.look();
        assertThat(losses.sum()).isEqualTo(10);

        losses.follow(List.of(of("eth0", 2)));
        losses.look();
        assertThat(losses.sum()).isEqualTo(10);
    }

    @Test
    void anInterfaceThatIsMadeAgainUnderItsNameBeginsAnew() throws IOException {
        joins("veth1", 3);
        lost("veth1", 10, 0);
        losses.look();
        losses.follow(List.of(of("eth0", 2)));
        joins("veth1", 4);
        lost("veth1", 6, 0);
        losses.look();

        assertThat(losses.sum()).isEqualTo(16);
    }

    @Test
    void aDriverThatIsSetBackHidesNoLoss() throws IOException {
        lost("eth0", 2, 1);
        losses.look();

        assertThat(losses.sum()).isEqualTo(3);
    }

    @Test
    void whatADriverDoesNotTellIsAsBefore() throws IOException {
        lost("eth0", 110, 7);
        losses.look();
        Files.delete(statistics.resolve("eth0/statistics/rx_missed_errors"));
        losses.look();
        assertThat(losses.sum()).isEqualTo(10);

        lost("eth0", 111, 7);
        losses.look();
        assertThat(losses.sum()).isEqualTo(11);
    }

    @Test
    void whatWasNotToldAtTheBeginningDoesNotCount() throws IOException {
        losses.follow(List.of(of("eth0", 2), of("late", 9)));
        losses.look();
        lost("late", 50, 0);
        losses.look();
        lost("late", 51, 0);
        losses.look();

        assertThat(losses.sum()).isEqualTo(1);
    }

    private void joins(String name, int index) throws IOException {
        lost(name, 0, 0);
        losses.follow(List.of(of("eth0", 2), of(name, index)));
    }

    private void lost(String name, long missed, long overrun) throws IOException {
        Path counters = Files.createDirectories(statistics.resolve(name).resolve("statistics"));
        Files.writeString(counters.resolve("rx_missed_errors"), missed + "\n");
        Files.writeString(counters.resolve("rx_fifo_errors"), overrun + "\n");
    }

    private static LiveInterface of(String name, int index) {
        return new LiveInterface(name, index, true, true, false, false, 1_500, 1, List.of());
    }
}
