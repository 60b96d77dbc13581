package io.weir.defragment;

import io.weir.decode.Fragment;
import io.weir.decode.Segment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Fragments of datagrams between two fixed hosts, and the segment that goes with them. */
final class FragmentBuilder {
    static final int UDP = 17;
    static final int TCP = 6;

    private final Segment segment = new Segment().addresses(false, 0, 0x0A000001, 0, 0x0A000002);
    private final Fragment fragment = new Fragment();
    private boolean ipv6;
    private int protocol = UDP;
    private int identification = 1;
    private int headerLength = 20;

    FragmentBuilder ipv6() {
        ipv6 = true;
        headerLength = 0;
        segment.addresses(true, 1, 2, 3, 4);
        return this;
    }

    FragmentBuilder protocol(int protocol) {
        this.protocol = protocol;
        return this;
    }

    FragmentBuilder identification(int identification) {
        this.identification = identification;
        return this;
    }

    FragmentBuilder headerLength(int bytes) {
        headerLength = bytes;
        return this;
    }

    FragmentBuilder timeNs(long timeNs) {
        segment.origin(timeNs, 0, segment.domain(), 0);
        return this;
    }

    FragmentBuilder domain(int domain) {
        segment.origin(segment.timeNs(), 0, domain, 0);
        return this;
    }

    FragmentBuilder path(long... steps) {
        segment.noPath();
        for (long step : steps) {
            segment.addPath(step);
        }
        return this;
    }

    Segment segment() {
        return segment;
    }

    Fragment fragment(int offset, String text, boolean more) {
        return fragment(offset, text.getBytes(StandardCharsets.ISO_8859_1), text.length(), more);
    }

    Fragment fragment(int offset, byte[] bytes, int wireLength, boolean more) {
        return fragment.header(ipv6, protocol, identification, offset, more, headerLength)
                .payload(ByteBuffer.wrap(bytes), 0, bytes.length, wireLength);
    }

    static String text(Defragmenter defragmenter) {
        byte[] bytes = new byte[defragmenter.length()];
        defragmenter.memory().get(0, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
