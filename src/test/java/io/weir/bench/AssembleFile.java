package io.weir.bench;

import io.weir.capture.CaptureException;
import io.weir.capture.CaptureFile;
import io.weir.capture.Frame;
import io.weir.capture.FrameSource;
import io.weir.decode.Decoded;
import io.weir.decode.FlowHash;
import io.weir.decode.PacketDecoder;
import io.weir.decode.Segment;
import io.weir.reassemble.Assembler;
import io.weir.reassemble.AssemblerOptions;
import io.weir.reassemble.AssemblerOptions.ChecksumRule;
import io.weir.reassemble.StreamPool;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Reads a capture file through decode and reassemble on one thread, again and again in one process, and prints a line for
 * each pass: the counterpart of a peer that does the same.
 *
 * <pre>AssembleFile FILE read|mapped full|bare PASSES [MAX_STREAMS]</pre>
 *
 * <p>With {@code full} options are the default ones. With {@code bare}, no checksum is verified and bytes that come again are not
 * compared with those that were delivered, as in gopacket.
 *
 * <p>With MAX_STREAMS a last pass says how much of the heap is live when so many streams are open and have got bytes.
 */
final class AssembleFile {
    private static final int FRAMES_PER_POLL = 1024;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Path file;
    /** Null if the file is to be read as the program reads it. */
    private final MappedCapture mapped;

    private final boolean full;
    private final AssemblerOptions options;
    private final Segment segment = new Segment();
    private final CountingStreams streams = new CountingStreams();
    private PacketDecoder decoder;
    private Assembler assembler;
    private long frames;
    private long frameBytes;
    private long liveBytes;
    private int measuredAt;

    private AssembleFile(Path file, boolean mapped, boolean full, AssemblerOptions options) throws IOException {
        this.file = file;
        this.mapped = mapped ? new MappedCapture(file) : null;
        this.full = full;
        this.options = options;
    }

    public static void main(String[] arguments) throws CaptureException, IOException {
        boolean full = arguments[2].equals("full");
        boolean mapped = arguments[1].equals("mapped");
        int maxStreams = arguments.length > 4 ? Integer.parseInt(arguments[4]) : 0;
        AssemblerOptions options = options(full, maxStreams);
        AssembleFile bench = new AssembleFile(Path.of(arguments[0]), mapped, full, options);
        for (int pass = Integer.parseInt(arguments[3]); pass > 0; pass--) {
            bench.pass();
        }
        if (maxStreams > 0) {
            bench.measureHeap(maxStreams);
        }
    }

    private static AssemblerOptions options(boolean full, int maxStreams) {
        AssemblerOptions defaults = AssemblerOptions.defaults();
        return new AssemblerOptions(
                defaults.overlap(),
                full ? defaults.checksum() : ChecksumRule.OFF,
                defaults.maxWaitingBytesTotal(),
                defaults.maxWaitingBytesPerDirection(),
                defaults.maxIslandsPerDirection(),
                // so that all may be half-open at once
                maxStreams > 0 ? 4 * maxStreams : defaults.maxStreams(),
                defaults.holeTimeoutNs(),
                defaults.ackedHoleGraceNs(),
                defaults.startGraceNs(),
                defaults.halfOpenTimeoutNs(),
                defaults.idleTimeoutNs(),
                defaults.tombstoneNs(),
                full ? defaults.historyBytes() : 0);
    }

    private void pass() throws CaptureException, IOException {
        begin();
        long startCpuNs = THREADS.getCurrentThreadCpuTime();
        long startNs = System.nanoTime();
        read();
        assembler.flushAll();
        double seconds = (System.nanoTime() - startNs) / 1e9;
        long cpuNs = THREADS.getCurrentThreadCpuTime() - startCpuNs;
        System.out.printf(
                "%d packets %d bytes -> %d reassembled bytes, %d gaps, %.3f s, %.0f kpps, %.1f MB/s, cpu %.3f s, %d ns/packet%n",
                frames,
                frameBytes,
                streams.bytes(),
                streams.gaps(),
                seconds,
                frames / seconds / 1e3,
                frameBytes / seconds / 1e6,
                cpuNs / 1e9,
                cpuNs / frames);
    }

    private void measureHeap(int streamCount) throws CaptureException, IOException {
        begin();
        long before = liveBytes();
        measuredAt = streamCount;
        read();
        System.out.printf("heap %d MB for %d streams%n", (liveBytes - before) >> 20, streams.mostOpen());
    }

    private void begin() {
        frames = 0;
        frameBytes = 0;
        streams.clear();
        decoder = new PacketDecoder(full);
        assembler = new Assembler(new StreamPool(streams, FlowHash.random()), options);
    }

    private void read() throws CaptureException, IOException {
        if (mapped != null) {
            mapped.read(this::packet);
            return;
        }
        try (CaptureFile source = CaptureFile.open(file)) {
            while (source.poll(this::frame, FRAMES_PER_POLL, 0) != FrameSource.END) {
                // each poll hands on what it has
            }
        }
    }

    private void frame(Frame frame) {
        packet(frame.memory(), frame.offset(), frame.capturedLength(), frame.wireLength(), frame.timeNs());
    }

    private void packet(ByteBuffer memory, int offset, int capturedLength, int wireLength, long timeNs) {
        frames++;
        frameBytes += capturedLength;
        segment.origin(timeNs, 0, 0, wireLength);
        Decoded decoded =
                decoder.decode(memory, offset, capturedLength, wireLength, Traffic.ETHERNET, -1, false, segment);
        if (decoded == Decoded.SEGMENT) {
            assembler.assemble(segment);
        }
        if (measuredAt > 0 && (frames & FRAMES_PER_POLL - 1) == 0 && streams.delivering() >= measuredAt) {
            measuredAt = 0;
            liveBytes = liveBytes();
        }
    }

    private static long liveBytes() {
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
