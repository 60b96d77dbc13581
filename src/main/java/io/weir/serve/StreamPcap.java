package io.weir.serve;

import io.vertx.core.buffer.Buffer;
import io.weir.relay.Bus;
import io.weir.relay.StreamEvent;
import io.weir.relay.StreamSummary;
import java.util.stream.Collectors;

/**
 * A stream's retained bytes as a capture file. The headers are made up (the comment of the file says so): both sides
 * number their bytes from 1, and a gap is a jump in the numbers, so that a reader of the file sees it as lost segments.
 * Handshake and FINs are there if the stream had them; their times are those of its first and last event.
 */
final class StreamPcap {
    private static final byte[] NO_BYTES = {};

    private static final class Side {
        final Bus.Content content;
        final TcpFrames frames;
        int piece;
        /** Number after the last byte written. */
        long next = 1;

        Side(Bus.Content content, TcpFrames frames) {
            this.content = content;
            this.frames = frames;
        }

        boolean done() {
            return piece == content.pieces().size();
        }

        long timeNs() {
            return content.pieces().get(piece).timeNs();
        }
    }

    private final StreamSummary stream;
    private final Side client;
    private final Side server;
    private final PcapngBlocks file;
    private long timeNs;

    StreamPcap(Bus.Content clientContent, Bus.Content serverContent) {
        stream = serverContent.stream();
        StreamEvent.Open open = stream.open();
        client = new Side(clientContent, new TcpFrames(open.client(), open.server(), 1));
        server = new Side(serverContent, new TcpFrames(open.server(), open.client(), 2));
        file = new PcapngBlocks(4096);
        timeNs = open.timeNs();
    }

    Buffer toBuffer() {
        file.section(comment());
        file.ethernet(stream.open().interfaceName());
        if (!stream.open().midstream()) {
            handshake();
        }
        while (!client.done() || !server.done()) {
            boolean clientFirst = server.done() || !client.done() && client.timeNs() <= server.timeNs();
            data(clientFirst ? client : server, clientFirst ? server : client);
        }
        if (stream.close() != null) {
            timeNs = Math.max(timeNs, stream.close().timeNs());
            if (stream.close().reason().label().equals("fin")) {
                fins();
            }
        }
        return file.file();
    }

    private String comment() {
        String text =
                "Stream " + stream.open().stream() + ", written by weir from retained bytes; headers are made up.";
        if (stream.close() != null) {
            text += " Closed: " + stream.close().reason().label() + ".";
        }
        return text + missing("client", client.content) + missing("server", server.content);
    }

    private static String missing(String from, Bus.Content content) {
        String ranges = new RetainedRanges(content)
                .gaps().stream().limit(64).map(RetainedRanges.Range::text).collect(Collectors.joining(", "));
        return ranges.isEmpty() ? "" : " Not retained from " + from + ": bytes " + ranges + ".";
    }

    /** An unanswered SYN stays alone. */
    private void handshake() {
        packet(client, TcpFrames.SYN, 0, 0);
        if (stream.server().packets() > 0) {
            packet(server, TcpFrames.SYN | TcpFrames.ACK, 0, 1);
            packet(client, TcpFrames.ACK, 1, 1);
        }
    }

    private void data(Side sender, Side receiver) {
        Bus.Piece piece = sender.content.pieces().get(sender.piece++);
        timeNs = Math.max(timeNs, piece.timeNs());
        int max = sender.frames.maxPayload();
        for (int from = 0; from < piece.bytes().length; from += max) {
            int length = Math.min(max, piece.bytes().length - from);
            boolean last = from + length == piece.bytes().length;
            int flags = last ? TcpFrames.ACK | TcpFrames.PUSH : TcpFrames.ACK;
            long sequence = 1 + piece.offset() + from;
            file.packet(timeNs, sender.frames.frame(flags, sequence, receiver.next, piece.bytes(), from, length));
            sender.next = sequence + length;
        }
    }

    /** Both sides had one; which came first is not known any more. */
    private void fins() {
        long clientEnd = 1 + client.content.length();
        long serverEnd = 1 + server.content.length();
        packet(client, TcpFrames.FIN | TcpFrames.ACK, clientEnd, serverEnd);
        packet(server, TcpFrames.FIN | TcpFrames.ACK, serverEnd, clientEnd + 1);
        packet(client, TcpFrames.ACK, clientEnd + 1, serverEnd + 1);
    }

    private void packet(Side sender, int flags, long sequence, long acknowledged) {
        file.packet(timeNs, sender.frames.frame(flags, sequence, acknowledged, NO_BYTES, 0, 0));
    }
}
