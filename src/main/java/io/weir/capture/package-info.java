/**
 * From an interface or a file to timestamped frames.
 *
 * <p>One worker thread per source calls {@link io.weir.capture.FrameSource#poll} in short slices; frames are handed on
 * in place and are valid during the call only. A file loses nothing; a live source counts what it lost.
 */
package io.weir.capture;
