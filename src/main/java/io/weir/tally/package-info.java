/**
 * Counters with one writer and any number of readers, and one record for each distinct error.
 *
 * <p>Every other package may import this one; it imports {@code java.*} only. Nothing here locks or allocates on the
 * writing side.
 */
package io.weir.tally;
