package io.weir.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PayloadMemoryTest {
    private final PayloadMemory memory = new PayloadMemory();

    @Test
    void whatWasCopiedStaysWhateverIsCopiedLater() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Piece> pieces = new ArrayList<>();
        for (int count = 0; count < 2_000; count++) {
            byte[] bytes = new byte[random.nextInt(20) == 0 ? random.nextInt(64 << 10) : 1 + random.nextInt(3_000)];
            random.nextBytes(bytes);
            Piece piece = copy(bytes);
            if (random.nextInt(4) == 0) {
                memory.giveBack(bytes.length);
            } else {
                pieces.add(piece);
            }
        }

        for (Piece piece : pieces) {
            byte[] now = Arrays.copyOfRange(piece.array, piece.at, piece.at + piece.bytes.length);
            assertThat(now).as("seed %d", seed).isEqualTo(piece.bytes);
        }
    }

    @Test
    void piecesLieSideBySideInFewArrays() {
        Piece first = copy(new byte[1_000]);
        Piece second = copy(new byte[2_000]);
        Piece large = copy(new byte[PayloadMemory.LONGEST_SHARING_BYTES + 1]);
        Piece third = copy(new byte[3_000]);

        assertThat(second.array).isSameAs(first.array);
        assertThat(second.at - first.at).isEqualTo(1_000);
        assertThat(large.array).hasSize(large.bytes.length);
        assertThat(third.array).isSameAs(first.array);
        assertThat(third.at - second.at).isEqualTo(2_000);
    }

    @Test
    void arraysTakeNoMoreThanIsSaidOfAnyRunOfEvents() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            Set<byte[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
            int longest = 1 + random.nextInt(64 << 10);
            long payloadBytes = 0;
            for (int count = 1 + random.nextInt(500); count > 0; count--) {
                byte[] bytes = new byte[1 + random.nextInt(longest)];
                arrays.add(copy(bytes).array);
                payloadBytes += bytes.length;
            }
            assertThat(arrays.stream().mapToLong(array -> array.length).sum())
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(PayloadMemory.heldBytes(payloadBytes));
        }
    }

    @Test
    void whatIsGivenBackIsUsedAgain() {
        Piece first = copy(new byte[1_000]);
        memory.giveBack(1_000);
        Piece second = copy(new byte[2_000]);

        assertThat(second.array).isSameAs(first.array);
        assertThat(second.at).isEqualTo(first.at);
    }

    private Piece copy(byte[] bytes) {
        int at = memory.copy(
                (from, target, to, length) -> System.arraycopy(bytes, from, target, to, length), 0, bytes.length);
        return new Piece(bytes, memory.array(), at);
    }

    private record Piece(byte[] bytes, byte[] array, int at) {}
}
