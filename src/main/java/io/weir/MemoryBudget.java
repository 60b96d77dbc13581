package io.weir;

import io.weir.capture.CaptureFile;
import io.weir.relay.PartitionOptions;
import io.weir.serve.ServeOptions;
import java.util.ArrayList;
import java.util.List;

/** The most memory that weir's buffers take, computed from their bounds; the Java runtime itself comes on top. */
final class MemoryBudget {
    /** Of the tables for one open stream and its entry in the catalogue; measured, rounded up. */
    static final long BYTES_PER_STREAM = 1_280;

    /**
     * @param bytes at most
     * @param onHeap false if they lie outside of Java's heap
     */
    record Share(String what, long bytes, boolean onHeap) {}

    private final List<Share> shares = new ArrayList<>();

    /** @param partitions that run */
    static MemoryBudget of(Configuration values, int partitions) {
        MemoryBudget budget = new MemoryBudget();
        budget.addOffHeap("capture ring", values.number(Schema.RING_BYTES));
        // one more of each for uploaded captures
        budget.addOffHeap("lanes", values.number(Schema.LANE_BYTES) * (partitions + 1));
        budget.addOffHeap(
                "fragments", values.number(Schema.FRAGMENT_BYTES) * (values.integer(Schema.CAPTURE_WORKERS) + 1));
        budget.addOffHeap("uploaded capture", CaptureFile.MAX_MEMORY_BYTES);
        budget.add("reassembly", values.number(Schema.WAITING_BYTES));
        budget.add("history", values.number(Schema.HISTORY_BYTES) * (partitions + 1));
        budget.add("streams", values.number(Schema.STREAMS) * BYTES_PER_STREAM);
        budget.add("retention", values.number(Schema.RETAINED_BYTES));
        budget.add("closed streams", values.number(Schema.CLOSED_STREAMS) * BYTES_PER_STREAM);
        budget.add(
                "events under way", eventBytes(values.number(Schema.WINDOW_BYTES) * (partitions + 1), partitions + 1));
        budget.add("events for readers", eventBytes(StageOptions.serve(values).eventMemoryBytes(), partitions + 1));
        long retainedBytes = 2 * (values.number(Schema.FIRST_BYTES) + values.number(Schema.NEWEST_BYTES));
        budget.add(
                "answers",
                ServeOptions.answerMemoryBytes(Math.min(retainedBytes, values.number(Schema.RETAINED_BYTES))));
        return budget;
    }

    /** Of events that count for so many bytes, each partition's in arrays of its own. */
    private static long eventBytes(long countedBytes, int partitions) {
        return partitions * PartitionOptions.eventMemoryBytes(countedBytes / partitions);
    }

    private void add(String what, long bytes) {
        shares.add(new Share(what, bytes, true));
    }

    private void addOffHeap(String what, long bytes) {
        shares.add(new Share(what, bytes, false));
    }

    List<Share> shares() {
        return List.copyOf(shares);
    }

    long totalBytes() {
        return shares.stream().mapToLong(Share::bytes).sum();
    }

    /** What lies on Java's heap. */
    long heapBytes() {
        return shares.stream().filter(Share::onHeap).mapToLong(Share::bytes).sum();
    }

    /** One line: {@code at most 312 MiB: capture ring 32, lanes 16, ...}. */
    String text() {
        StringBuilder text =
                new StringBuilder("at most ").append(mebibytes(totalBytes())).append(" MiB: ");
        String separator = "";
        for (Share share : shares) {
            text.append(separator).append(share.what()).append(' ').append(mebibytes(share.bytes()));
            separator = ", ";
        }
        return text.toString();
    }

    private static long mebibytes(long bytes) {
        return bytes + (1 << 20) - 1 >> 20;
    }
}
