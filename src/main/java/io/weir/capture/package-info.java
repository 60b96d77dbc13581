/**
 * From an interface or a file to timestamped frames.
 *
 * <p>One worker thread per source calls {@link io.weir.capture.FrameSource#poll} in short slices; frames are handed on
 * in place and are valid during the call only. A file loses nothing; a live source counts what it lost.
 *
 * <p>Where one thread cannot read what passes, several workers each read a packet ring of their own, and a
 * {@link io.weir.capture.Fanout} deals the frames out, by a program of ours (PACKET_FANOUT_CBPF) and not by the kernel's hash
 * (PACKET_FANOUT_HASH). That one looks at ports where it finds them, so it parts the directions of a VXLAN tunnel, whose outer
 * ports differ, and those of frames that leave with a tag. The program looks at the outermost addresses alone.
 * What it cannot do: share the traffic between two addresses among several workers, or keep together a conversation whose
 * directions come through tunnels, or through address translation, between different outermost addresses.
 *
 * <p>{@link io.weir.capture.LiveSources} opens interfaces, by a packet ring or by libpcap; {@link io.weir.capture.CaptureFile}
 * opens files; {@link io.weir.capture.CaptureVerticle} keeps either running. {@link io.weir.capture.Filter} is the one
 * place that needs libpcap.
 */
package io.weir.capture;
