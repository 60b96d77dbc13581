package io.weir.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StreamIdsTest {
    private static final long TIME_NS = 1_700_000_000_123_456_789L;

    @Test
    void aFileGivesTheSameIdsEachTime() {
        StreamIds first = StreamIds.ofFile();
        StreamIds second = StreamIds.ofFile();

        for (int stream = 0; stream < 3; stream++) {
            assertThat(first.text(TIME_NS, first.take())).isEqualTo(second.text(TIME_NS, second.take()));
        }
    }

    @Test
    void anIdIsShortAndSafeInUrls() {
        StreamIds ids = new StreamIds("node-7 1700000000000000000", 3, 4);

        assertThat(ids.text(TIME_NS, ids.take())).matches("[0-9a-v]{18,20}");
        assertThat(ids.text(Long.MAX_VALUE, Long.MAX_VALUE)).matches("[0-9a-v]{30}");
        assertThat(ids.text(-1, 0)).matches("0{11}[0-9a-v]{7}");
    }

    @Test
    void idsSortByOpeningTime() {
        StreamIds ids = new StreamIds("node", 0, 1);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Long> times = new ArrayList<>();
        for (int stream = 0; stream < 1_000; stream++) {
            times.add(TIME_NS + random.nextLong(1L << random.nextInt(10, 60)));
        }
        times.sort(null);
        List<String> texts = new ArrayList<>();
        long before = 0;
        for (long time : times) {
            if (time / 1_000 > before) {
                texts.add(ids.text(time, ids.take()));
            }
            before = time / 1_000;
        }

        assertThat(texts).as("seed %d", seed).isSorted();
    }

    @Test
    void idsDifferBetweenPartitionsNodesAndStarts() {
        Set<String> seen = new HashSet<>();
        for (String origin : List.of("node-1 1", "node-1 2", "node-2 1")) {
            for (int partition = 0; partition < 3; partition++) {
                StreamIds ids = new StreamIds(origin, partition, 3);
                for (int stream = 0; stream < 100; stream++) {
                    seen.add(ids.text(TIME_NS, ids.take()));
                }
            }
        }

        assertThat(seen).hasSize(900);
    }

    @Test
    void anIdLeadsBackToItsStreamAndPartition() {
        StreamIds ids = new StreamIds("node", 2, 3);
        ids.take();
        long number = ids.take();
        String id = ids.text(TIME_NS, number);

        assertThat(ids.number(id)).isEqualTo(number);
        assertThat(StreamIds.partition(id, 3)).isEqualTo(2);
    }

    @Test
    void whatIsNoIdOfThisPartitionIsRefused() {
        StreamIds ids = new StreamIds("node", 2, 3);
        String id = ids.text(TIME_NS, ids.take());
        String notYet = ids.text(TIME_NS, 32);

        assertThat(ids.number(notYet)).isEqualTo(-1);
        assertThat(new StreamIds("node", 1, 3).number(id)).isEqualTo(-1);
        StreamIds elsewhere = new StreamIds("other", 2, 3);
        elsewhere.take();
        assertThat(elsewhere.number(id)).isEqualTo(-1);
        for (String wrong : List.of(
                "", "x", id.substring(0, 17), id + "0000000000000", id.replace('0', 'ü'), "zzzzzzzzzzzzzzzzzzzz")) {
            assertThat(ids.number(wrong)).as(wrong).isEqualTo(-1);
            assertThat(StreamIds.partition("zzzz", 3)).isEqualTo(-1);
        }
    }
}
