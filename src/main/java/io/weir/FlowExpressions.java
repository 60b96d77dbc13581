package io.weir;

import io.netty.util.NetUtil;
import io.weir.capture.BpfProgram;
import io.weir.capture.Filter;
import io.weir.capture.FilterException;
import io.weir.relay.StreamEvent.Endpoint;
import io.weir.relay.StreamEvent.Open;
import io.weir.serve.CaptureControl.RefusedException;
import io.weir.serve.CaptureControl.RefusedException.Reason;
import io.weir.serve.FilterCompiler;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Predicate;

/**
 * Asks a pcap-filter expression about a flow: it is compiled for Ethernet and run against the head of a packet as either side
 * would have sent it, with the flow's VLAN tags. Other tunnels are left out: the expression speaks of the innermost packet.
 */
final class FlowExpressions implements FilterCompiler {
    private static final int LINKTYPE_ETHERNET = 1;
    private static final int VLAN = 0x8100;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86DD;
    private static final int TCP = 6;
    private static final int TCP_HEADER_BYTES = 20;
    private static final int HOP_LIMIT = 64;
    private static final int ACK = 0x10;
    private static final String VLAN_STEP = "vlan:";

    @Override
    public Predicate<Open> compile(String expression) throws RefusedException {
        try {
            BpfProgram program = Filter.of(expression).programFor(LINKTYPE_ETHERNET);
            return open -> accepts(program, open);
        } catch (FilterException refused) {
            throw refusal(refused);
        }
    }

    static RefusedException refusal(FilterException refused) {
        return new RefusedException(
                refused.wrongExpression() ? Reason.WRONG : Reason.NOT_AVAILABLE, refused.getMessage());
    }

    private static boolean accepts(BpfProgram shared, Open open) {
        // every partition asks on a thread of its own
        BpfProgram program = shared.another();
        return accepts(program, head(open, open.client(), open.server()))
                || accepts(program, head(open, open.server(), open.client()));
    }

    private static boolean accepts(BpfProgram program, ByteBuffer head) {
        return program.accepts(head, 0, head.limit(), head.limit());
    }

    private static ByteBuffer head(Open open, Endpoint from, Endpoint to) {
        byte[] source = NetUtil.createByteArrayFromIpAddressString(from.ip());
        byte[] destination = NetUtil.createByteArrayFromIpAddressString(to.ip());
        boolean ipv6 = source.length == 16;
        ByteBuffer head = ByteBuffer.allocate(256);
        head.position(12);
        vlans(open.path(), head);
        if (ipv6) {
            head.putShort((short) IPV6).putInt(6 << 28).putShort((short) TCP_HEADER_BYTES);
            head.put((byte) TCP).put((byte) HOP_LIMIT);
        } else {
            head.putShort((short) IPV4).putShort((short) 0x4500).putShort((short) (20 + TCP_HEADER_BYTES));
            head.putInt(0).put((byte) HOP_LIMIT).put((byte) TCP).putShort((short) 0);
        }
        head.put(source).put(destination);
        head.putShort((short) from.port()).putShort((short) to.port()).putInt(0).putInt(0);
        head.put((byte) 0x50).put((byte) ACK).putShort((short) -1).putInt(0);
        return head.flip();
    }

    private static void vlans(List<String> path, ByteBuffer head) {
        for (String step : path) {
            if (step.startsWith(VLAN_STEP)) {
                int id = Integer.parseInt(step, VLAN_STEP.length(), step.length(), 10);
                head.putShort((short) VLAN).putShort((short) id);
            }
        }
    }
}
