/**
 * IP fragments to whole datagrams, as the receiving kernel puts them together.
 *
 * <p>Runs on the capture worker, by packet time only. All memory is taken once, when the first fragment comes; a packet that is
 * no fragment costs nothing here.
 */
package io.weir.defragment;
