package io.weir.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LargePagesTest {
    @Test
    void whatIsInTheMemoryStaysThere() {
        byte[] bytes = new byte[9_000_001];
        new Random(1).nextBytes(bytes);
        ByteBuffer memory = ByteBuffer.allocateDirect(bytes.length).put(0, bytes);

        LargePages.under(memory);
        LargePages.under(memory.asReadOnlyBuffer());

        byte[] read = new byte[bytes.length];
        memory.get(0, read);
        assertThat(read).isEqualTo(bytes);
    }

    @Test
    void memoryOfLessThanAPageAndOfTheHeapIsLeftAlone() {
        LargePages.under(ByteBuffer.allocateDirect(100));
        LargePages.under(ByteBuffer.allocateDirect(0));
        LargePages.under(ByteBuffer.allocate(1 << 20));
    }
}
