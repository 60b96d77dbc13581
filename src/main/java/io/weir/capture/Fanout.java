package io.weir.capture;

import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Deals frames out to the packet rings of several capture workers (packet(7), PACKET_FANOUT), each frame to one. Both
 * directions of a conversation, all fragments of a datagram, and both directions of a tunnel come to the same ring: they are
 * dealt by the outermost addresses alone, see {@link FanoutProgram}. The kernel's own hash looks at ports too, which differ
 * between the directions of a VXLAN tunnel and are missing in fragments.
 *
 * <p>Frames are let in only while all rings are there, in the order of the workers: with one ring more or less, conversations
 * would move to another ring in their midst. So if one ring goes, all are opened again. Any thread.
 */
public final class Fanout {
    private final RingSocket[] rings;
    private final BpfProgram[] filters;
    private final BpfProgram program = FanoutProgram.of(new SecureRandom().nextInt() | 1);
    private volatile int round;
    private boolean complete;
    private boolean admitting;

    /** @param workers each of which is to open one ring */
    public Fanout(int workers) {
        rings = new RingSocket[workers];
        filters = new BpfProgram[workers];
    }

    public int workers() {
        return rings.length;
    }

    /**
     * Takes in a bound ring that refuses all frames.
     *
     * @param filter that it shall have when all are there
     * @return the round in which it is; once {@link #round} is another one, no frame will come to the ring any more
     */
    synchronized int enter(int worker, RingSocket ring, BpfProgram filter) {
        rings[worker] = ring;
        filters[worker] = filter;
        for (RingSocket other : rings) {
            if (other == null) {
                return round;
            }
        }
        // also where the kernel refuses, so that who leaves ends the round
        complete = true;
        int group = rings[0].newFanout();
        for (int index = 1; index < rings.length; index++) {
            rings[index].joinFanout(group);
        }
        rings[0].dealBy(program);
        for (int index = 0; index < rings.length; index++) {
            rings[index].attach(filters[index]);
        }
        admitting = true;
        return round;
    }

    int round() {
        return round;
    }

    /** Changes a ring's filter, now or when it will be let in. */
    synchronized void filter(int worker, RingSocket ring, BpfProgram filter) {
        if (rings[worker] == ring) {
            if (admitting) {
                ring.attach(filter);
            }
            filters[worker] = filter;
        }
    }

    /** From now on no frame enters any ring. */
    synchronized void shut() {
        if (admitting) {
            admitting = false;
            for (RingSocket ring : rings) {
                ring.shut();
            }
        }
    }

    /** Takes out a ring, before it is closed. */
    synchronized void leave(int worker, RingSocket ring) {
        if (rings[worker] != ring) {
            return;
        }
        if (!complete) {
            rings[worker] = null;
            return;
        }
        shut();
        complete = false;
        Arrays.fill(rings, null);
        round++;
    }
}
