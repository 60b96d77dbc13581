/**
 * From an interface or a file to timestamped frames.
 *
 * <p>One worker thread per source calls {@link io.weir.capture.FrameSource#poll} in short slices; frames are handed on
 * in place and are valid during the call only. A file loses nothing; a live source counts what it lost.
 *
 * <p>{@link io.weir.capture.LiveSources} opens interfaces, by a packet ring or by libpcap; {@link io.weir.capture.CaptureFile}
 * opens files; {@link io.weir.capture.CaptureVerticle} keeps either running. {@link io.weir.capture.Filter} is the one
 * place that needs libpcap.
 */
package io.weir.capture;
