package io.weir.reassemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.OwnThread;
import io.weir.decode.FlowHash;
import io.weir.decode.Segment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class StreamReaderTest {
    private final StreamReader reader = new StreamReader(16);
    private final Assembler assembler = new Assembler(
            new StreamPool(
                    (first, connection) -> new Stream() {
                        @Override
                        public void reassembled(ScatterGather data) {
                            if (data.direction() == FlowDirection.CLIENT_TO_SERVER) {
                                reader.offer(data);
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
    void bytesAreReadInOrderAndThenTheEnd() throws Exception {
        send(0, Segment.SYN, "");
        send(4, Segment.ACK, "efg");
        send(1, Segment.ACK, "bcd");
        send(7, Segment.ACK | Segment.FIN, "");

        assertThat(new String(reader.readAllBytes(), StandardCharsets.US_ASCII)).isEqualTo("bcdefg");
        assertThat(reader.read()).isEqualTo(-1);
    }

    @Test
    void aReaderThatIsAheadWaitsForMore() throws Exception {
        send(0, Segment.SYN, "");
        CompletableFuture<Integer> read = OwnThread.call(reader::read);
        Thread.sleep(20);
        assertThat(read).isNotDone();

        send(1, Segment.ACK, "b");

        assertThat(read.get(5, TimeUnit.SECONDS)).isEqualTo((int) 'b');
    }

    @Test
    void aGapIsThrownOnceWhereItLiesAndReadingGoesOn() throws Exception {
        send(0, Segment.SYN, "");
        send(1, Segment.ACK, "ab");
        send(7, Segment.ACK, "gh");
        assembler.flushAll();
        byte[] two = new byte[2];

        assertThat(reader.read(two)).isEqualTo(2);
        assertThatThrownBy(() -> reader.read(two))
                .isInstanceOf(StreamReader.GapException.class)
                .hasMessage("4 bytes are missing at offset 2: timeout");
        assertThat(new String(reader.readAllBytes(), StandardCharsets.US_ASCII)).isEqualTo("gh");
    }

    @Test
    void whatASlowReaderHasNoRoomForBecomesAGap() throws Exception {
        send(0, Segment.SYN, "");
        send(1, Segment.ACK, "0123456789");
        send(11, Segment.ACK, "abcdefghij");
        send(21, Segment.ACK, "x");
        byte[] all = new byte[32];

        assertThat(reader.read(all)).isEqualTo(16);
        assertThatThrownBy(() -> reader.read(all)).hasMessage("5 bytes are missing at offset 16: dropped");
        send(22, Segment.ACK, "klm");
        assertThat(reader.available()).isEqualTo(3);
        assertThat(reader.offset()).isEqualTo(21);
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
