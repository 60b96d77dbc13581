package io.weir.capture;

/**
 * What a ring gets of all frames: all of them, or what a {@link Fanout} deals out to it. The capture worker's thread.
 */
final class RingShare {
    private final RingSocket socket;
    private final Fanout fanout;
    private final int worker;
    private int round;
    private boolean ending;

    /** @param fanout null for all frames */
    RingShare(RingSocket socket, Fanout fanout, int worker) {
        this.socket = socket;
        this.fanout = fanout;
        this.worker = worker;
    }

    boolean part() {
        return fanout != null;
    }

    /** To be called before anything can enter the ring. */
    void prepare(BpfProgram filter) {
        socket.attach(part() ? SocketFilter.REFUSE_ALL : filter);
    }

    /** To be called when the ring is bound; lets frames in, of a fanout once all its rings are there. */
    void enter(BpfProgram filter) {
        if (part()) {
            round = fanout.enter(worker, socket, filter);
        }
    }

    void filter(BpfProgram next) {
        if (part()) {
            fanout.filter(worker, socket, next);
        } else {
            socket.attach(next);
        }
    }

    /** No frame enters from now on; what did is still to be read. */
    void end() {
        ending = true;
        if (part()) {
            fanout.shut();
        } else {
            socket.shut();
        }
    }

    /** Whether no frame will come any more, because another worker's ring has gone. */
    boolean lost() {
        return part() && !ending && fanout.round() != round;
    }

    /** To be called before the socket is closed; may be repeated. */
    void leave() {
        if (part()) {
            fanout.leave(worker, socket);
        }
    }
}
