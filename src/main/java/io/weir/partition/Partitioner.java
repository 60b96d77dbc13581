package io.weir.partition;

import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import java.util.Arrays;

/**
 * Gives every flow one of the lanes: the same for both directions, chosen by a keyed hash, so that nobody can aim many
 * flows at one lane. All methods belong to the writer's thread but {@link #lane}, {@link #lanes} and {@link #droppedSegments}.
 */
public final class Partitioner {
    private final FlowHash hash;
    private final Lane[] lanes;

    public Partitioner(FlowHash hash, LaneOptions options) {
        this.hash = hash;
        lanes = new Lane[options.lanes()];
        for (int index = 0; index < lanes.length; index++) {
            lanes[index] = new Lane(options);
        }
    }

    private Partitioner(FlowHash hash, Lane[] lanes) {
        this.hash = hash;
        this.lanes = lanes;
    }

    /** For one of several writers: the same lanes, but only its own, whose number is the same for each. */
    public Partitioner share(int writer, int writers) {
        int count = lanes.length / writers;
        if (count * writers != lanes.length) {
            throw new IllegalArgumentException(lanes.length + " lanes cannot be shared by " + writers + " writers");
        }
        return new Partitioner(hash, Arrays.copyOfRange(lanes, writer * count, (writer + 1) * count));
    }

    /** Computes {@link Segment#hash} and the lane that it leads to. */
    public int laneOf(Segment segment) {
        long value = hash.of(segment);
        segment.hash(value);
        return (int) ((value >>> 32) * lanes.length >>> 32);
    }

    /**
     * Puts a segment, hashed by this call, into its flow's lane.
     *
     * @return false if the lane is full; nothing is counted then. A file source tries again, see {@link #flush}
     */
    public boolean offer(Segment segment) {
        return lanes[laneOf(segment)].offer(segment);
    }

    /**
     * As {@link #offer}, but a segment that finds no room is counted as dropped against its lane.
     *
     * @return whether it found room
     */
    public boolean offerOrDrop(Segment segment) {
        Lane lane = lanes[laneOf(segment)];
        if (lane.offer(segment)) {
            return true;
        }
        lane.drop();
        return false;
    }

    /**
     * Tells all lanes that time has passed. May be repeated: a lane that has got the mark does not get it twice.
     *
     * @return false if a lane had no room for it
     */
    public boolean offerTime(long nowNs) {
        boolean everywhere = true;
        for (Lane lane : lanes) {
            everywhere &= lane.offerTime(nowNs);
        }
        return everywhere;
    }

    /**
     * Tells all lanes that the source has ended, see {@link Lane#offerEnd}. A lane that gets the mark twice ends twice, which
     * does no harm.
     *
     * @return false if a lane had no room for it; try again later
     */
    public boolean offerEnd() {
        boolean everywhere = true;
        for (Lane lane : lanes) {
            everywhere &= lane.offerEnd();
        }
        return everywhere;
    }

    /** Publishes what was offered to any lane and wakes the readers that are idle. */
    public void flush() {
        for (Lane lane : lanes) {
            lane.flush();
        }
    }

    /** Bytes that every lane has free at least. */
    public int freeBytes() {
        int free = Integer.MAX_VALUE;
        for (Lane lane : lanes) {
            free = Math.min(free, lane.freeBytes());
        }
        return free;
    }

    /** Any thread. */
    public Lane lane(int index) {
        return lanes[index];
    }

    /** How many lanes there are; any thread. */
    public int lanes() {
        return lanes.length;
    }

    /** Sum over all lanes; any thread. */
    public long droppedSegments() {
        long sum = 0;
        for (Lane lane : lanes) {
            sum += lane.counters().get(LaneCounter.DROPPED);
        }
        return sum;
    }
}
