/**
 * Bytes of a frame to header fields: link layer, tunnels, IP, TCP. Malformed headers are refused by name, never by an
 * exception.
 *
 * <p>Runs on the capture worker. Allocates nothing for a packet, imports {@code java.*} only (and {@code tally}).
 */
package io.weir.decode;
