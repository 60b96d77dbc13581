package io.weir.capture;

import java.nio.ByteBuffer;

/**
 * One captured frame: where its bytes lie and what the source knows of it.
 *
 * <p>A reusable view, owned by the source and valid only during {@link FrameHandler#onFrame}; so are the bytes.
 */
public final class Frame {
    /** {@link #vlanTag()} of a frame whose tag, if any, is still in the bytes. */
    public static final int NO_VLAN_TAG = -1;

    private ByteBuffer memory;
    private int offset;
    private int capturedLength;
    private int wireLength;
    private long timeNs;
    private int linkType;
    private int interfaceIndex;
    private int vlanTag = NO_VLAN_TAG;
    private boolean checksumOffloaded;
    private boolean outgoing;

    /** Where the bytes lie: {@code capturedLength} of them, of {@code wireLength} on the wire. */
    public Frame bytes(ByteBuffer memory, int offset, int capturedLength, int wireLength) {
        // as a rule the same as before, and to write a reference may cost a fence
        if (this.memory != memory) {
            this.memory = memory;
        }
        this.offset = offset;
        this.capturedLength = capturedLength;
        this.wireLength = wireLength;
        return this;
    }

    /**
     * @param timeNs nanoseconds since 1970
     * @param linkType LINKTYPE_ number of the first header
     * @param interfaceIndex index into the source's {@link FrameSource#interfaceName}
     */
    public Frame origin(long timeNs, int linkType, int interfaceIndex) {
        this.timeNs = timeNs;
        this.linkType = linkType;
        this.interfaceIndex = interfaceIndex;
        return this;
    }

    /** VLAN tag that the kernel took out of the bytes: TPID in the high 16 bits, TCI in the low ones. */
    public Frame vlanTag(int tag) {
        vlanTag = tag;
        return this;
    }

    /** The kernel says that the transport checksum is not computed yet, or was verified already. */
    public Frame checksumOffloaded(boolean offloaded) {
        checksumOffloaded = offloaded;
        return this;
    }

    /** Sent by this host, as far as the source knows. */
    public Frame outgoing(boolean outgoing) {
        this.outgoing = outgoing;
        return this;
    }

    public ByteBuffer memory() {
        return memory;
    }

    public int offset() {
        return offset;
    }

    public int capturedLength() {
        return capturedLength;
    }

    public int wireLength() {
        return wireLength;
    }

    public long timeNs() {
        return timeNs;
    }

    public int linkType() {
        return linkType;
    }

    public int interfaceIndex() {
        return interfaceIndex;
    }

    public int vlanTag() {
        return vlanTag;
    }

    public boolean checksumOffloaded() {
        return checksumOffloaded;
    }

    public boolean outgoing() {
        return outgoing;
    }
}
