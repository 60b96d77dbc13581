package io.weir.relay;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.weir.reassemble.GapCause;
import io.weir.reassemble.ScatterGather;
import io.weir.reassemble.StreamReader.GapException;
import java.util.ArrayDeque;

/**
 * One direction's bytes as a Vert.x {@link ReadStream}, on the event loop of the assembler that feeds it.
 *
 * <p>A gap goes to the exception handler as a {@link GapException}, where it lies; the stream goes on behind it. While
 * paused, at most {@code capacity} bytes wait; what does not fit is lost and becomes a gap of cause {@link
 * GapCause#DROPPED}.
 */
public final class DirectionReadStream implements ReadStream<Buffer> {
    private final int capacity;
    /** Buffers and gaps in order. */
    private final ArrayDeque<Object> waiting = new ArrayDeque<>();

    private int waitingBytes;
    private long demand = Long.MAX_VALUE;
    private boolean ended;
    private boolean draining;
    private long droppedFrom;
    private long droppedBytes;
    private Handler<Buffer> handler;
    private Handler<Void> endHandler;
    private Handler<Throwable> exceptionHandler;

    /** @param capacity bytes that may wait while the stream is paused */
    public DirectionReadStream(int capacity) {
        this.capacity = capacity;
    }

    /** Takes over new bytes, gaps and the end from a callback of this direction. */
    public void offer(ScatterGather data) {
        int from = data.saved();
        long missing = Math.max(0, data.skip());
        long offset = data.offset() + from + (from > 0 ? missing : 0);
        if (missing > 0) {
            tellDropped();
            waiting.add(new GapException(offset - missing, missing, data.skipCause()));
        }
        int length = data.length() - from;
        if (droppedBytes == 0 && waitingBytes + length <= capacity) {
            add(data, from, length);
        } else if (length > 0) {
            droppedFrom = droppedBytes == 0 ? offset : droppedFrom;
            droppedBytes += length;
        }
        ended |= data.end();
        drain();
    }

    private void add(ScatterGather data, int from, int length) {
        if (length > 0) {
            byte[] bytes = new byte[length];
            data.copy(from, bytes, 0, length);
            waiting.add(Buffer.buffer(bytes));
            waitingBytes += length;
        }
    }

    private void tellDropped() {
        if (droppedBytes > 0) {
            waiting.add(new GapException(droppedFrom, droppedBytes, GapCause.DROPPED));
            droppedBytes = 0;
        }
    }

    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        while (!waiting.isEmpty() && (demand > 0 || waiting.peek() instanceof GapException)) {
            Object next = waiting.poll();
            if (next instanceof GapException gap) {
                if (exceptionHandler != null) {
                    exceptionHandler.handle(gap);
                }
            } else {
                deliver((Buffer) next);
            }
            if (waiting.isEmpty()) {
                tellDropped();
            }
        }
        draining = false;
        if (ended && waiting.isEmpty() && endHandler != null) {
            Handler<Void> once = endHandler;
            endHandler = null;
            once.handle(null);
        }
    }

    private void deliver(Buffer buffer) {
        waitingBytes -= buffer.length();
        demand = demand == Long.MAX_VALUE ? demand : demand - 1;
        if (handler != null) {
            handler.handle(buffer);
        }
    }

    @Override
    public DirectionReadStream exceptionHandler(Handler<Throwable> newHandler) {
        exceptionHandler = newHandler;
        return this;
    }

    @Override
    public DirectionReadStream handler(Handler<Buffer> newHandler) {
        handler = newHandler;
        return this;
    }

    @Override
    public DirectionReadStream endHandler(Handler<Void> newHandler) {
        endHandler = newHandler;
        return this;
    }

    @Override
    public DirectionReadStream pause() {
        demand = 0;
        return this;
    }

    @Override
    public DirectionReadStream resume() {
        return fetch(Long.MAX_VALUE);
    }

    @Override
    public DirectionReadStream fetch(long amount) {
        demand = demand + amount < 0 ? Long.MAX_VALUE : demand + amount;
        drain();
        return this;
    }
}
