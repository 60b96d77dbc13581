package io.weir.decode;

import java.nio.ByteBuffer;

/**
 * One fragment of an IP datagram, as {@link PacketDecoder} found it: what reassembly needs besides the addresses, the domain and
 * the encapsulation path, which are in the {@link Segment} that the decoder filled.
 *
 * <p>A reusable view, valid until the decoder's next call; so are the bytes.
 */
public final class Fragment {
    private boolean ipv6;
    private int protocol;
    private int identification;
    private int offset;
    private boolean more;
    private int headerLength;
    private ByteBuffer memory;
    private int payloadOffset;
    private int payloadLength;
    private int payloadWireLength;
    private boolean checksumOffloaded;

    /**
     * @param protocol IPv4 protocol, or the fragment header's next header
     * @param offset where the payload belongs in the datagram's, in bytes
     * @param headerLength bytes that the datagram has before the fragmented part and that count towards 65 535: the IPv4
     *     header, or the IPv6 extension headers before the fragment header
     */
    public Fragment header(boolean ipv6, int protocol, int identification, int offset, boolean more, int headerLength) {
        this.ipv6 = ipv6;
        this.protocol = protocol;
        this.identification = identification;
        this.offset = offset;
        this.more = more;
        this.headerLength = headerLength;
        return this;
    }

    /**
     * @param length captured bytes
     * @param wireLength bytes on the wire; more than {@code length} if the snap length cut the fragment
     */
    public Fragment payload(ByteBuffer memory, int offset, int length, int wireLength) {
        this.memory = memory;
        this.payloadOffset = offset;
        this.payloadLength = length;
        this.payloadWireLength = wireLength;
        return this;
    }

    public Fragment checksumOffloaded(boolean offloaded) {
        checksumOffloaded = offloaded;
        return this;
    }

    public boolean ipv6() {
        return ipv6;
    }

    public int protocol() {
        return protocol;
    }

    public int identification() {
        return identification;
    }

    /** In bytes; at most 65 528. */
    public int offset() {
        return offset;
    }

    /** Whether more fragments follow. */
    public boolean more() {
        return more;
    }

    public int headerLength() {
        return headerLength;
    }

    public ByteBuffer memory() {
        return memory;
    }

    public int payloadOffset() {
        return payloadOffset;
    }

    public int payloadLength() {
        return payloadLength;
    }

    public int payloadWireLength() {
        return payloadWireLength;
    }

    public boolean checksumOffloaded() {
        return checksumOffloaded;
    }
}
