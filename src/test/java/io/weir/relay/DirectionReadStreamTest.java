package io.weir.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import io.weir.reassemble.Assembler;
import io.weir.reassemble.AssemblerOptions;
import io.weir.reassemble.Connection;
import io.weir.reassemble.Ending;
import io.weir.reassemble.FlowDirection;
import io.weir.reassemble.ScatterGather;
import io.weir.reassemble.Stream;
import io.weir.reassemble.StreamPool;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DirectionReadStreamTest {
    private final List<String> seen = new ArrayList<>();
    private final DirectionReadStream stream = new DirectionReadStream(10)
            .handler(buffer -> seen.add(buffer.toString()))
            .exceptionHandler(gap -> seen.add(gap.getMessage()))
            .endHandler(end -> seen.add("end"));
    private final Assembler assembler = new Assembler(
            new StreamPool(
                    (first, connection) -> new Stream() {
                        @Override
                        public void reassembled(ScatterGather data) {
                            if (data.direction() == FlowDirection.CLIENT_TO_SERVER) {
                                stream.offer(data);
                            }
                        }

                        @Override
                        public boolean complete(Connection closed, Ending ending, long timeNs) {
                            return true;
                        }
                    },
                    new FlowHash(1, 2)),
            AssemblerOptions.defaults());

    @Test
    void buffersComeAtOnceAndTheEndOnce() {
        send(0, Segment.SYN, "");
        send(1, Segment.ACK, "abc");
        send(4, Segment.ACK | Segment.FIN, "de");
        assembler.flushAll();

        assertThat(seen).containsExactly("abc", "de", "end");
    }

    @Test
    void aPausedStreamWaitsAndAFetchTakesThatManyBuffers() {
        stream.pause();
        send(0, Segment.SYN, "");
        send(1, Segment.ACK, "abc");
        send(4, Segment.ACK, "def");
        assertThat(seen).isEmpty();

        stream.fetch(1);
        assertThat(seen).containsExactly("abc");
        stream.resume();
        assertThat(seen).containsExactly("abc", "def");
    }

    @Test
    void whatAPausedStreamHasNoRoomForIsToldAsAGapInItsPlace() {
        stream.pause();
        send(0, Segment.SYN, "");
        send(1, Segment.ACK, "12345678");
        send(9, Segment.ACK, "lost");
        send(13, Segment.ACK, "too");
        stream.resume();
        send(16, Segment.ACK, "here");

        assertThat(seen).containsExactly("12345678", "7 bytes are missing at offset 8: dropped", "here");
    }

    @Test
    void aGapOfTheCaptureComesBetweenTheBuffers() {
        send(0, Segment.SYN, "");
        send(1, Segment.ACK, "ab");
        send(7, Segment.ACK, "gh");
        assembler.flushAll();

        assertThat(seen).containsExactly("ab", "4 bytes are missing at offset 2: timeout", "gh", "end");
    }

    private void send(int sequence, int flags, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        assembler.assemble(new Segment()
                .origin(1_000_000_000L, 0, 0, 0)
                .addresses(false, 0, 1, 0, 2)
                .ports(40_000, 80)
                .numbers(sequence, 0, flags, 1000, 0)
                .payload(ByteBuffer.wrap(bytes), 0, bytes.length, bytes.length));
    }
}
