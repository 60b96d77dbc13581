/**
 * Answers HTTP: live events, the streams' catalogue and retained bytes, control of the capture, health, metrics, and a
 * page.
 *
 * <p>One {@link io.weir.serve.ServeVerticle} on one event loop, the only writer of everything here. It receives stream
 * events from the partitions over the event bus, numbers them, keeps the newest ones in a ring, and lets every reader
 * follow at its own pace; a slow reader is told what it lost and slows nobody else.
 */
package io.weir.serve;
