package io.weir.decode;

import io.weir.capture.CaptureException;
import io.weir.capture.CaptureFile;
import io.weir.capture.Frame;
import io.weir.capture.FrameSource;
import io.weir.defragment.Defragmenter;
import io.weir.defragment.DefragmenterOptions;
import io.weir.defragment.Outcome;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A capture file run through reader, decoder and defragmenter, and counted. */
final class DecodedCapture {
    final Map<String, Integer> packetsByEnds = new TreeMap<>();
    final Map<Decoded, Integer> outcomes = new EnumMap<>(Decoded.class);
    final Map<Checksum, Integer> checksums = new EnumMap<>(Checksum.class);
    final Map<String, Set<String>> pathsByEnds = new TreeMap<>();
    final Defragmenter defragmenter = new Defragmenter(DefragmenterOptions.DEFAULTS);
    int frames;
    String error;

    private final PacketDecoder decoder = new PacketDecoder(true, PacketDecoder.WireLength.TOLD);
    private final Segment segment = new Segment();

    static DecodedCapture of(Path path) {
        DecodedCapture capture = new DecodedCapture();
        try (CaptureFile file = CaptureFile.open(path)) {
            while (file.poll(capture::frame, 1000, 0) != FrameSource.END) {
                // until the end
            }
        } catch (CaptureException broken) {
            capture.error = broken.getMessage();
        }
        return capture;
    }

    int count(Decoded outcome) {
        return outcomes.getOrDefault(outcome, 0);
    }

    private void frame(Frame frame) {
        frames++;
        segment.origin(frame.timeNs(), frame.interfaceIndex(), 0, frame.wireLength());
        Decoded decoded = decoder.decode(
                frame.memory(),
                frame.offset(),
                frame.capturedLength(),
                frame.wireLength(),
                frame.linkType(),
                frame.vlanTag(),
                frame.checksumOffloaded(),
                segment);
        outcomes.merge(decoded, 1, Integer::sum);
        while (decoded == Decoded.FRAGMENT) {
            if (defragmenter.accept(decoder.fragment(), segment) != Outcome.COMPLETED) {
                return;
            }
            decoded = decoder.resume(
                    defragmenter.protocol(),
                    defragmenter.memory(),
                    0,
                    defragmenter.length(),
                    defragmenter.checksumOffloaded(),
                    segment);
            outcomes.merge(decoded, 1, Integer::sum);
        }
        if (decoded == Decoded.SEGMENT) {
            segment();
        }
    }

    private void segment() {
        segment.verify();
        checksums.merge(segment.checksum(), 1, Integer::sum);
        String ends = Corpus.ends(
                Addresses.text(segment.ipv6(), segment.sourceHigh(), segment.sourceLow()),
                segment.sourcePort(),
                Addresses.text(segment.ipv6(), segment.destinationHigh(), segment.destinationLow()),
                segment.destinationPort());
        packetsByEnds.merge(ends, 1, Integer::sum);
        StringBuilder path = new StringBuilder();
        for (int step = 0; step < segment.pathLength(); step++) {
            path.append(step == 0 ? "" : ",").append(Encapsulation.text(segment.path(step)));
        }
        pathsByEnds.computeIfAbsent(ends, key -> new TreeSet<>()).add(path.toString());
    }
}
