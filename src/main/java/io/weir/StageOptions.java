package io.weir;

import io.weir.defragment.DefragmenterOptions;
import io.weir.defragment.FragmentPolicy;
import io.weir.reassemble.AssemblerOptions;
import io.weir.reassemble.AssemblerOptions.ChecksumRule;
import io.weir.reassemble.OverlapPolicy;
import java.util.Locale;

/** What each stage is told of the configuration. */
final class StageOptions {
    private StageOptions() {}

    /** @param partitions that share the bounds which hold for the whole probe */
    static AssemblerOptions assembler(Configuration values, int partitions) {
        return new AssemblerOptions(
                constant(OverlapPolicy.class, values.text(Schema.OVERLAP)),
                constant(ChecksumRule.class, values.text(Schema.CHECKSUM)),
                share(values.number(Schema.WAITING_BYTES), partitions),
                values.integer(Schema.WAITING_BYTES_PER_DIRECTION),
                values.integer(Schema.ISLANDS),
                (int) share(values.number(Schema.STREAMS), partitions),
                values.durationNs(Schema.HOLE_TIMEOUT),
                values.durationNs(Schema.ACKED_HOLE_GRACE),
                values.durationNs(Schema.START_GRACE),
                values.durationNs(Schema.HALF_OPEN_TIMEOUT),
                values.durationNs(Schema.IDLE_TIMEOUT),
                values.durationNs(Schema.AFTER_CLOSE),
                values.integer(Schema.HISTORY_BYTES));
    }

    static DefragmenterOptions defragmenter(Configuration values) {
        return new DefragmenterOptions(
                constant(FragmentPolicy.class, values.text(Schema.FRAGMENT_OVERLAP)),
                values.integer(Schema.FRAGMENT_BYTES),
                values.integer(Schema.FRAGMENT_DATAGRAMS),
                values.integer(Schema.FRAGMENTS_PER_DATAGRAM),
                values.durationNs(Schema.FRAGMENT_TIMEOUT),
                values.on(Schema.REFUSE_TINY_FIRST));
    }

    /** Of a bound for the whole probe, at least 1. */
    static long share(long whole, int partitions) {
        return Math.max(1, whole / partitions);
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String choice) {
        return Enum.valueOf(type, choice.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
