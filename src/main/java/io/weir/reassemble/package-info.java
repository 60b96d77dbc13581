/**
 * Segments of TCP to ordered bytes, gaps and endings: the library. Imports {@code java.*} only, besides the segment's
 * view in {@code decode} and the counters in {@code tally}.
 */
package io.weir.reassemble;
