package io.weir;

import io.weir.capture.Frame;
import io.weir.decode.FlowHash;
import io.weir.decode.PacketDecoder;
import io.weir.defragment.Defragmenter;
import io.weir.defragment.DefragmenterOptions;
import io.weir.reassemble.Assembler;
import io.weir.reassemble.AssemblerOptions;
import io.weir.reassemble.AssemblerOptions.ChecksumRule;
import io.weir.reassemble.FlowDirection;
import io.weir.reassemble.OverlapPolicy;
import io.weir.reassemble.StreamPool;
import io.weir.relay.RelayOptions;
import io.weir.relay.StreamEvent;
import io.weir.relay.StreamEvent.Close;
import io.weir.relay.StreamEvent.Data;
import io.weir.relay.StreamEvent.Gap;
import io.weir.relay.StreamEvent.Open;
import io.weir.relay.StreamIds;
import io.weir.relay.StreamRelay;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A conversation of known content, reordered, retransmitted and with a gap, through decoder, assembler and relay of its own:
 * the same classes as the captured packets take, but none of their state. One thread at a time.
 */
final class SelfTest {
    static final String REQUEST = "GET /weir HTTP/1.1";
    static final String RESPONSE = "what was captured before the gap, ";
    static final String AFTER_GAP = "and what was captured after it";
    static final int GAP_BYTES = 100;

    private static final int SYN = 0x02;
    private static final int FIN = 0x01;
    private static final int ACK = 0x10;
    private static final int CLIENT_ISN = 0xFFFFFFF8;
    private static final int SERVER_ISN = 5_000;
    private static final int ETHERNET = 1;
    private static final long STEP_NS = 1_000_000;
    private static final int MAX_WAITING_BYTES = 1 << 20;

    private final List<StreamEvent> events = new ArrayList<>();
    private final Intake intake;
    private final Assembler assembler;
    private final Frame frame = new Frame();
    private long nowNs = 1;
    private int clientPort = 1_024;

    SelfTest() {
        StreamRelay relay = new StreamRelay(
                StreamIds.ofFile(),
                (event, readers) -> events.add(event),
                RelayOptions.everything(true),
                index -> "self-test");
        AssemblerOptions usual = AssemblerOptions.defaults();
        assembler = new Assembler(
                new StreamPool(relay, new FlowHash(1, 2)),
                new AssemblerOptions(
                        OverlapPolicy.LINUX,
                        ChecksumRule.ON,
                        MAX_WAITING_BYTES,
                        usual.maxWaitingBytesPerDirection(),
                        usual.maxIslandsPerDirection(),
                        16,
                        usual.holeTimeoutNs(),
                        usual.ackedHoleGraceNs(),
                        usual.startGraceNs(),
                        usual.halfOpenTimeoutNs(),
                        usual.idleTimeoutNs(),
                        usual.tombstoneNs(),
                        0));
        intake = new Intake(
                new PacketDecoder(true),
                new Defragmenter(DefragmenterOptions.DEFAULTS),
                null,
                OwnTraffic.NONE,
                null,
                0,
                segment -> assembler.assemble(segment));
    }

    /**
     * Runs one conversation.
     *
     * @return what came out that should not have, for people; null if all was right
     */
    String run() {
        events.clear();
        clientPort = clientPort == 65_535 ? 1_024 : clientPort + 1;
        converse();
        assembler.flushAll();
        return judge(events);
    }

    private void converse() {
        int client = CLIENT_ISN + 1;
        int server = SERVER_ISN + 1;
        int asked = client + REQUEST.length();
        int gap = server + RESPONSE.length();
        int afterGap = gap + GAP_BYTES;
        int end = afterGap + AFTER_GAP.length();
        fromClient(CLIENT_ISN, 0, SYN, "");
        fromServer(SERVER_ISN, client, SYN | ACK, "");
        fromClient(client, server, ACK, "");
        fromClient(client + 9, server, ACK, REQUEST.substring(9));
        fromClient(client + 4, server, ACK, REQUEST.substring(4, 12));
        fromClient(client, server, ACK, REQUEST.substring(0, 4));
        fromClient(client, server, ACK, REQUEST.substring(0, 4));
        fromServer(server, asked, ACK, RESPONSE);
        fromServer(afterGap, asked, ACK, AFTER_GAP);
        fromClient(asked, end, ACK, "");
        nowNs += 1_000 * STEP_NS;
        fromClient(asked, end, FIN | ACK, "");
        fromServer(end, asked + 1, FIN | ACK, "");
        fromClient(asked + 1, end + 1, ACK, "");
    }

    /** @return the complaint, or null */
    static String judge(List<StreamEvent> events) {
        StringBuilder client = new StringBuilder();
        StringBuilder server = new StringBuilder();
        long opens = events.stream().filter(Open.class::isInstance).count();
        long closes = events.stream().filter(Close.class::isInstance).count();
        for (StreamEvent event : events) {
            if (event instanceof Data data) {
                boolean fromClient = data.direction() == FlowDirection.CLIENT_TO_SERVER;
                (fromClient ? client : server).append(new String(data.payload(), StandardCharsets.ISO_8859_1));
            } else if (event instanceof Gap gap) {
                server.append('[').append(gap.length()).append(']');
            }
        }
        if (opens != 1 || closes != 1) {
            return "one stream was to open and close, but " + opens + " opened and " + closes + " closed";
        }
        if (!client.toString().equals(REQUEST)) {
            return "the client's bytes came out wrong";
        }
        return server.toString().equals(RESPONSE + '[' + GAP_BYTES + ']' + AFTER_GAP)
                ? null
                : "the server's bytes or their gap came out wrong";
    }

    private void fromClient(int sequence, int acknowledgement, int flags, String payload) {
        send(1, 2, clientPort << 16 | 80, sequence, acknowledgement, flags, payload);
    }

    private void fromServer(int sequence, int acknowledgement, int flags, String payload) {
        send(2, 1, 80 << 16 | clientPort, sequence, acknowledgement, flags, payload);
    }

    private void send(int from, int to, int ports, int sequence, int acknowledgement, int flags, String payload) {
        byte[] data = payload.getBytes(StandardCharsets.ISO_8859_1);
        int length = 20 + data.length;
        ByteBuffer packet = ByteBuffer.allocateDirect(34 + length);
        packet.putShort(12, (short) 0x0800);
        packet.putShort(14, (short) 0x4500).putShort(16, (short) (20 + length));
        // addresses of RFC 5737, for documentation
        packet.putShort(22, (short) 0x4006).putInt(26, 0xC0000200 | from).putInt(30, 0xC0000200 | to);
        packet.putShort(24, checksum(packet, 14, 20, 0));
        packet.putInt(34, ports).putInt(38, sequence).putInt(42, acknowledgement);
        packet.putShort(46, (short) (0x5000 | flags)).putShort(48, (short) 0xFFFF);
        for (int index = 0; index < data.length; index++) {
            packet.put(54 + index, data[index]);
        }
        packet.putShort(50, checksum(packet, 34, length, 2 * 0xC000 + 2 * 0x0200 + from + to + 6 + length));
        nowNs += STEP_NS;
        assembler.advance(nowNs);
        intake.onFrame(frame.bytes(packet, 0, 34 + length, 34 + length).origin(nowNs, ETHERNET, 0));
    }

    /** RFC 1071. */
    private static short checksum(ByteBuffer bytes, int at, int length, int start) {
        int sum = start;
        for (int index = 0; index < length; index++) {
            int value = bytes.get(at + index) & 0xFF;
            sum += index % 2 == 0 ? value << 8 : value;
        }
        sum = (sum & 0xFFFF) + (sum >>> 16);
        return (short) ~((sum & 0xFFFF) + (sum >>> 16));
    }
}
