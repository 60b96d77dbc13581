package io.weir;

import static io.weir.PcapBuilder.ACK;
import static io.weir.PcapBuilder.FIN;
import static io.weir.PcapBuilder.RST;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Enumeration;

/**
 * A capture file of whatever size, made while it is read: conversations of known bytes between several clients and ports,
 * each with a segment that is missing, one that comes late and one that comes twice.
 */
final class KnownCapture {
    private static final String REQUEST = "GET / HTTP/1.1";
    private static final int SEGMENT_BYTES = 1_448;
    private static final int SEGMENTS = 60;
    private static final int MISSING = 20;
    private static final int LATE = 30;
    private static final int TWICE = 40;
    private static final long BYTES_PER_STREAM = REQUEST.length() + (long) SEGMENTS * SEGMENT_BYTES;
    private static final int FRAME_BYTES = 16 + 54;
    private static final int FRAMES = SEGMENTS + 1 + 9;
    private static final int FILE_BYTES_PER_STREAM = FRAMES * FRAME_BYTES + SEGMENTS * SEGMENT_BYTES;
    /** The last conversation is from this client to this port; every reader gets it. */
    private static final int LAST_HOST = 3;

    private static final int LAST_SERVER_PORT = 81;
    private static final int LAST_CLIENT_PORT = 80;

    private final int streams;
    private long fileBytes;

    KnownCapture(int megabytes) {
        streams = (int) (megabytes * 1_000_000L / FILE_BYTES_PER_STREAM) + 1;
    }

    int streams() {
        return streams;
    }

    /** Of what was read so far. */
    long fileBytes() {
        return fileBytes;
    }

    private static int host(int index) {
        return 3 + index % 4;
    }

    private static int serverPort(int index) {
        return 80 + index / 4 % 3;
    }

    /** Bytes, gaps included, of the streams for one of the readers: of host 3, of ports 81 and 82, of port 80 but not host 4. */
    long bytesFor(int reader) {
        long count = 1;
        for (int index = 0; index < streams - 1; index++) {
            boolean selected =
                    switch (reader) {
                        case 0 -> host(index) == 3;
                        case 1 -> serverPort(index) != 80;
                        default -> serverPort(index) == 80 && host(index) != 4;
                    };
            count += selected ? 1 : 0;
        }
        return count * BYTES_PER_STREAM;
    }

    /** Whether a close event is the last one of all; that conversation alone is reset. */
    static boolean isLast(JsonObject close) {
        return close.getString("reason").equals("rst");
    }

    /** Everything but the last conversation. */
    InputStream stream() {
        return stream(0, streams - 1);
    }

    /** The last conversation alone: to be replayed when nothing else is under way, so that it reaches every reader. */
    InputStream last() {
        return stream(streams - 1, streams);
    }

    private InputStream stream(int first, int end) {
        PcapBuilder capture = new PcapBuilder();
        return new SequenceInputStream(new Enumeration<>() {
            private int next = first;

            @Override
            public boolean hasMoreElements() {
                return next < end;
            }

            @Override
            public InputStream nextElement() {
                if (next == streams - 1) {
                    capture.client(LAST_HOST, LAST_CLIENT_PORT, LAST_SERVER_PORT);
                } else {
                    capture.client(host(next), 1_024 + next, serverPort(next));
                }
                next++;
                conversation(capture, next == streams);
                byte[] piece = capture.take();
                fileBytes += piece.length;
                return new ByteArrayInputStream(piece);
            }
        });
    }

    private static void conversation(PcapBuilder capture, boolean reset) {
        int asked = 1001 + REQUEST.length();
        capture.handshake().client(1001, 5001, ACK, REQUEST);
        for (int segment = 0; segment < SEGMENTS; segment++) {
            if (segment == LATE) {
                segment(capture, LATE + 1);
                segment(capture, LATE);
            } else if (segment != MISSING && segment != LATE + 1) {
                segment(capture, segment);
            }
            if (segment == MISSING - 1) {
                capture.client(1001 + REQUEST.length(), 5001 + MISSING * SEGMENT_BYTES, ACK, "");
            }
            if (segment == TWICE) {
                segment(capture, segment);
            }
        }
        int end = 5001 + SEGMENTS * SEGMENT_BYTES;
        capture.client(asked, end, ACK, "").after(200);
        if (reset) {
            capture.client(asked, end, ACK | RST, "");
            return;
        }
        capture.client(asked, end, ACK | FIN, "")
                .server(end, asked + 1, ACK | FIN, "")
                .client(asked + 1, end + 1, ACK, "");
    }

    private static void segment(PcapBuilder capture, int number) {
        String payload = Character.toString('a' + number % 26).repeat(SEGMENT_BYTES);
        capture.server(5001 + number * SEGMENT_BYTES, 1001 + REQUEST.length(), ACK, payload);
    }
}
