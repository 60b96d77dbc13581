/**
 * TCP stream reassembly, as a library: segments in, ordered bytes, gaps and endings out.
 *
 * <p>A {@link io.weir.reassemble.StreamFactory} makes a {@link io.weir.reassemble.Stream} for each connection; the
 * {@link io.weir.reassemble.Assembler} calls it back with the bytes of both directions, in order, on the caller's thread.
 * What a receiver's kernel would refuse is refused, what it would accept is delivered, and what this capture missed is told
 * as a gap. The smallest program:
 *
 * <pre>{@code
 * Stream printing = new Stream() {
 *     public void reassembled(ScatterGather data) {
 *         byte[] bytes = new byte[data.length()];
 *         data.copy(0, bytes, 0, bytes.length);
 *         System.out.println(data.direction() + " " + data.offset() + " " + new String(bytes));
 *     }
 *
 *     public boolean complete(Connection connection, Ending ending, long timeNs) {
 *         System.out.println(ending);
 *         return true;
 *     }
 * };
 * StreamPool pool = new StreamPool((first, connection) -> printing, FlowHash.random());
 * Assembler assembler = new Assembler(pool, AssemblerOptions.defaults());
 * byte[] hello = "hello".getBytes();
 * Segment segment = new Segment();
 * segment.origin(0, 0, 0, 0).addresses(false, 0, 0x0A000001, 0, 0x0A000002).ports(40000, 80);
 * assembler.assemble(segment.numbers(99, 0, Segment.SYN, 65535, 0));
 * segment.numbers(100, 500, Segment.ACK, 65535, 0);
 * assembler.assemble(segment.payload(ByteBuffer.wrap(hello), 0, hello.length, hello.length));
 * assembler.flushAll();
 * }</pre>
 *
 * <p>How it is built, from the inside out: {@link io.weir.reassemble.Sequence} is the only place where numbers wrap;
 * {@code PageCache}, {@code Runs} and {@code RunTree} store bytes that wait; {@code LinuxQueue} and {@code TableQueue} decide
 * where they overlap; {@code Delivery} calls the streams; {@code Placement} puts a segment where it belongs; {@code Gate},
 * {@code Held}, {@code Handshake}, {@code Starts}, {@code Acknowledgements} and {@code Endings} know TCP; {@code SlowPath} asks
 * them one after the other, {@code FastPath} does at once what all of them would do with an ordinary segment; {@code Timers}
 * and {@code Upkeep} know time; {@code Memory} is the accountant.
 *
 * <p>One thread for each assembler. An in-order segment costs no allocation and no copy before its callback. All memory is
 * bounded by {@link io.weir.reassemble.AssemblerOptions}. Imports {@code java.*} only, besides the segment's view in
 * {@code decode} and the counters in {@code tally}.
 */
package io.weir.reassemble;
