package io.weir.capture;

/** Opens what a {@link CaptureVerticle} captures from, again and again if need be, on the capture worker's thread. */
@FunctionalInterface
public interface SourceOpener {
    FrameSource open(Filter filter) throws CaptureException;
}
