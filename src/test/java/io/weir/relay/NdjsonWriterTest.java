package io.weir.relay;

import static io.weir.reassemble.FlowDirection.CLIENT_TO_SERVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import io.weir.reassemble.GapCause;
import io.weir.relay.StreamEvent.Data;
import io.weir.relay.StreamEvent.Gap;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class NdjsonWriterTest {
    private static final byte[] PAYLOAD = "0123456789".getBytes(StandardCharsets.US_ASCII);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void everyEventIsOneLineInItsOrder() throws IOException {
        NdjsonWriter writer = new NdjsonWriter(out, PayloadForm.TEXT, EnumSet.allOf(EventType.class));
        for (int index = 0; index < 20_000; index++) {
            writer.event(data(index * 10L), 1);
        }
        writer.flush();

        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(20_000);
        assertThat(writer.written()).isEqualTo(20_000);
        for (int index = 0; index < lines.size(); index++) {
            JsonObject line = new JsonObject(lines.get(index));
            assertThat(line.getLong("offset")).isEqualTo(index * 10L);
            assertThat(line.getString("payload")).isEqualTo("0123456789");
        }
    }

    @Test
    void onlyTheTypesAskedForAreWritten() throws IOException {
        NdjsonWriter writer = new NdjsonWriter(out, PayloadForm.BASE64, EnumSet.of(EventType.GAP));
        writer.event(data(0), 1);
        writer.event(new Gap("s1", 0, CLIENT_TO_SERVER, 10, 1, GapCause.TIMEOUT), 1);
        writer.event(data(11), 1);
        writer.flush();

        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .contains("\"type\":\"gap\"");
    }

    @Test
    void aBrokenOutputIsToldToTheCaller() {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        NdjsonWriter writer = new NdjsonWriter(broken, PayloadForm.TEXT, EnumSet.allOf(EventType.class));

        assertThatThrownBy(() -> {
                    for (int index = 0; index < 20_000; index++) {
                        writer.event(data(index * 10L), 1);
                    }
                })
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("Broken pipe");
    }

    @Test
    void nothingIsWrittenBehindOrAgainToAnOutputThatFailedOnce() throws IOException {
        int[] attempts = {0};
        OutputStream full = new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                attempts[0]++;
                throw new IOException("No space left on device");
            }
        };
        NdjsonWriter writer = new NdjsonWriter(full, PayloadForm.TEXT, EnumSet.allOf(EventType.class));
        writer.event(data(0), 1);
        for (int attempt = 0; attempt < 3; attempt++) {
            assertThatThrownBy(writer::flush).hasMessage("No space left on device");
            assertThatThrownBy(() -> writer.event(data(10), 1)).hasMessageContaining("No space left on device");
        }

        assertThat(attempts[0]).isEqualTo(1);
        assertThat(writer.written()).isEqualTo(1);
    }

    private static Data data(long offset) {
        return new Data("s1", 0, CLIENT_TO_SERVER, offset, PAYLOAD.length, PAYLOAD, -1);
    }
}
