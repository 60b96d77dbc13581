package io.weir.relay;

import static io.weir.reassemble.FlowDirection.CLIENT_TO_SERVER;
import static io.weir.reassemble.FlowDirection.SERVER_TO_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import io.weir.reassemble.Anomaly;
import io.weir.reassemble.Ending;
import io.weir.reassemble.GapCause;
import io.weir.reassemble.Roles;
import io.weir.relay.StreamEvent.Close;
import io.weir.relay.StreamEvent.Data;
import io.weir.relay.StreamEvent.Endpoint;
import io.weir.relay.StreamEvent.Gap;
import io.weir.relay.StreamEvent.Odd;
import io.weir.relay.StreamEvent.Open;
import io.weir.relay.StreamEvent.Totals;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventJsonTest {
    /** 2023-11-14T22:13:20Z and a bit. */
    private static final long TIME_NS = 1_700_000_000_000_000_042L;

    private final EventJson json = new EventJson();

    @Test
    void anOpenTellsBothEndsAndHowTheyWereToldApart() {
        Open open = new Open(
                "s1",
                TIME_NS,
                new Endpoint("10.0.0.1", 40000),
                new Endpoint("2001:db8::1", 80),
                "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
                List.of("vlan:12", "vxlan:42"),
                "eth0",
                true,
                Roles.PORT);

        assertThat(written(open, PayloadForm.BASE64))
                .isEqualTo("{\"type\":\"open\",\"stream\":\"s1\",\"time\":\"2023-11-14T22:13:20.000000042Z\","
                        + "\"client\":{\"ip\":\"10.0.0.1\",\"port\":40000},\"server\":{\"ip\":\"2001:db8::1\",\"port\":80},"
                        + "\"communityId\":\"1:LQU9qZlK+B5F3KDmev6m5PMibrg=\",\"path\":[\"vlan:12\",\"vxlan:42\"],"
                        + "\"interface\":\"eth0\",\"midstream\":true,\"roles\":\"port\"}");
    }

    @Test
    void anOpenWithoutEncapsulationHasAnEmptyPath() {
        Open open = new Open(
                "s1",
                0,
                new Endpoint("1.1.1.1", 1),
                new Endpoint("2.2.2.2", 2),
                "1:",
                List.of(),
                "lo",
                false,
                Roles.FIRST);

        assertThat(written(open, PayloadForm.NONE))
                .contains("\"time\":\"1970-01-01T00:00:00.000000000Z\"")
                .endsWith("\"path\":[],\"interface\":\"lo\",\"midstream\":false,\"roles\":\"first\"}");
    }

    @Test
    void dataShowsItsPayloadInTheFormAskedFor() {
        Data data = new Data("s1", TIME_NS, CLIENT_TO_SERVER, 7, 5, bytes("xGET \n12"), 1, 12);
        String head = "{\"type\":\"data\",\"stream\":\"s1\",\"time\":\"2023-11-14T22:13:20.000000042Z\","
                + "\"from\":\"client\",\"offset\":7,\"length\":5";

        assertThat(written(data, PayloadForm.BASE64)).isEqualTo(head + ",\"payload\":\"R0VUIAo=\",\"ackedTo\":12}");
        assertThat(written(data, PayloadForm.TEXT)).isEqualTo(head + ",\"payload\":\"GET \\n\",\"ackedTo\":12}");
        assertThat(written(data, PayloadForm.HEX)).isEqualTo(head + ",\"payload\":\"474554200a\",\"ackedTo\":12}");
        assertThat(written(data, PayloadForm.NONE)).isEqualTo(head + ",\"ackedTo\":12}");
    }

    @Test
    void dataWithoutBytesOrAcknowledgementHasNeitherField() {
        Data data = new Data("s1", TIME_NS, SERVER_TO_CLIENT, 1L << 40, 5, null, StreamEvent.UNKNOWN);

        assertThat(written(data, PayloadForm.BASE64))
                .isEqualTo("{\"type\":\"data\",\"stream\":\"s1\",\"time\":\"2023-11-14T22:13:20.000000042Z\","
                        + "\"from\":\"server\",\"offset\":1099511627776,\"length\":5}");
    }

    @Test
    void payloadEndsWhereTheReadersWishEnds() {
        Data data = new Data("s1", TIME_NS, CLIENT_TO_SERVER, 10, 5, bytes("??abcdef"), 2, -1);

        assertThat(written(data, PayloadForm.TEXT, 15)).contains("\"payload\":\"abcde\"");
        assertThat(written(data, PayloadForm.TEXT, 12)).contains("\"length\":5,\"payload\":\"ab\"");
        assertThat(written(data, PayloadForm.BASE64, 12)).contains("\"payload\":\"YWI=\"");
        assertThat(written(data, PayloadForm.HEX, 11)).contains("\"payload\":\"61\"");
        assertThat(written(data, PayloadForm.TEXT, 10)).doesNotContain("payload");
        assertThat(written(data, PayloadForm.TEXT, 0)).doesNotContain("payload");
    }

    @Test
    void aGapTellsItsCause() {
        Gap gap = new Gap("s1", TIME_NS, SERVER_TO_CLIENT, 1460, 2920, GapCause.NOT_CAPTURED);

        assertThat(written(gap, PayloadForm.BASE64))
                .isEqualTo("{\"type\":\"gap\",\"stream\":\"s1\",\"time\":\"2023-11-14T22:13:20.000000042Z\","
                        + "\"from\":\"server\",\"offset\":1460,\"length\":2920,\"cause\":\"not-captured\"}");
    }

    @Test
    void aConflictShowsBothDigests() {
        Odd odd = new Odd("s1", TIME_NS, Anomaly.CONFLICT, CLIENT_TO_SERVER, 3, 4, 0xFEL, 0x8000000000000001L);

        assertThat(written(odd, PayloadForm.BASE64))
                .isEqualTo("{\"type\":\"anomaly\",\"stream\":\"s1\",\"time\":\"2023-11-14T22:13:20.000000042Z\","
                        + "\"name\":\"conflict\",\"from\":\"client\",\"offset\":3,\"length\":4,"
                        + "\"keptDigest\":\"00000000000000fe\",\"otherDigest\":\"8000000000000001\"}");
    }

    @Test
    void anAnomalyOfNoParticularByteHasNoOffset() {
        Odd odd = new Odd("s1", TIME_NS, Anomaly.SYN_INSIDE, SERVER_TO_CLIENT, StreamEvent.UNKNOWN, 0, 0, 0);

        assertThat(written(odd, PayloadForm.BASE64))
                .isEqualTo("{\"type\":\"anomaly\",\"stream\":\"s1\",\"time\":\"2023-11-14T22:13:20.000000042Z\","
                        + "\"name\":\"syn-inside\",\"from\":\"server\"}");
    }

    @Test
    void aCloseTellsTheTotalsOfBothDirections() {
        Close close = new Close(
                "s1",
                TIME_NS,
                Ending.FIN,
                new Totals(1, 2, 3, 4, 5, 6, 7, 8),
                new Totals(10, 0, 0, 1, 0, 0, 0, StreamEvent.UNKNOWN));

        assertThat(written(close, PayloadForm.BASE64))
                .isEqualTo("{\"type\":\"close\",\"stream\":\"s1\",\"time\":\"2023-11-14T22:13:20.000000042Z\","
                        + "\"reason\":\"fin\",\"client\":{\"bytes\":1,\"gapBytes\":2,\"duplicateBytes\":3,\"packets\":4,"
                        + "\"outOfOrderPackets\":5,\"overlapBytes\":6,\"conflictBytes\":7,\"ackedTo\":8},"
                        + "\"server\":{\"bytes\":10,\"gapBytes\":0,\"duplicateBytes\":0,\"packets\":1,"
                        + "\"outOfOrderPackets\":0,\"overlapBytes\":0,\"conflictBytes\":0}}");
    }

    @Test
    void timesAreExactToTheNanosecondInAnyOrder() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            long timeNs = random.nextLong(-1_000_000_000_000L, Long.MAX_VALUE);
            String text = new JsonObject(written(gapAt(timeNs), PayloadForm.NONE)).getString("time");

            assertThat(text).as("seed %d", seed).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z");
            assertThat(Instant.parse(text)).as("seed %d", seed).isEqualTo(Instant.ofEpochSecond(0, timeNs));
        }
    }

    @Test
    void whatWouldBreakALineIsEscaped() {
        String hostile = "\n\nevent: x\r\0\u001F\u007F\u0085\u2028\u2029\"\\\t\b\f</script>";
        String line = written(dataOf(hostile.getBytes(StandardCharsets.UTF_8)), PayloadForm.TEXT);

        assertThat(line)
                .contains(
                        "\"payload\":\"\\n\\nevent: x\\r\\u0000\\u001f\\u007f\\u0085\\u2028\\u2029\\\"\\\\\\t\\b\\f</script>\"");
        assertThat(line.chars()).allMatch(character -> character >= ' ' && character < 0x7F);
        assertThat(new JsonObject(line).getString("payload")).isEqualTo(hostile);
    }

    @Test
    void anOddInterfaceNameIsEscaped() {
        Open open = new Open(
                "s1",
                0,
                new Endpoint("1.1.1.1", 1),
                new Endpoint("2.2.2.2", 2),
                "1:",
                List.of(),
                "Ethernet \"ü\u2028\"",
                false,
                Roles.HANDSHAKE);

        String line = written(open, PayloadForm.NONE);
        assertThat(line).contains("\"interface\":\"Ethernet \\\"ü\\u2028\\\"\"");
        assertThat(new JsonObject(line).getString("interface")).isEqualTo("Ethernet \"ü\u2028\"");
    }

    @Test
    void anyBytesComeBackFromEveryForm() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            byte[] payload = new byte[1 + random.nextInt(64)];
            random.nextBytes(payload);
            for (int index = 0; index < payload.length; index++) {
                if (random.nextInt(3) == 0) {
                    payload[index] = OFTEN_ODD[random.nextInt(OFTEN_ODD.length)];
                }
            }
            Data data = dataOf(payload);

            assertThat(Base64.getDecoder().decode(payloadOf(data, PayloadForm.BASE64)))
                    .as("seed %d", seed)
                    .isEqualTo(payload);
            assertThat(HexFormat.of().parseHex(payloadOf(data, PayloadForm.HEX)))
                    .as("seed %d", seed)
                    .isEqualTo(payload);
            assertThat(payloadOf(data, PayloadForm.TEXT))
                    .as("seed %d, bytes %s", seed, HexFormat.of().formatHex(payload))
                    .isEqualTo(new String(payload, StandardCharsets.UTF_8));
        }
    }

    @Test
    void everyCharacterIsWrittenAsItself() {
        StringBuilder all = new StringBuilder();
        for (int character = 0; character <= Character.MAX_CODE_POINT; character++) {
            if (character < Character.MIN_SURROGATE || character > Character.MAX_SURROGATE) {
                all.appendCodePoint(character);
            }
        }
        String text = all.toString();

        assertThat(payloadOf(dataOf(text.getBytes(StandardCharsets.UTF_8)), PayloadForm.TEXT)
                        .equals(text))
                .isTrue();
    }

    private static final byte[] OFTEN_ODD = HexFormat.of().parseHex("c0c1c2dfe0e2edeff0f4f5ff8090a0bf9fa8a900227f5c0a");

    private static Data dataOf(byte[] payload) {
        // between bytes that would go on with an unfinished character, or be another
        byte[] shared = new byte[payload.length + 6];
        Arrays.fill(shared, (byte) 0x80);
        System.arraycopy(payload, 0, shared, 3, payload.length);
        return new Data("s1", TIME_NS, CLIENT_TO_SERVER, 0, payload.length, shared, 3, -1);
    }

    private static Gap gapAt(long timeNs) {
        return new Gap("s1", timeNs, CLIENT_TO_SERVER, 0, 1, GapCause.TIMEOUT);
    }

    private String payloadOf(Data data, PayloadForm form) {
        return new JsonObject(written(data, form)).getString("payload");
    }

    private String written(StreamEvent event, PayloadForm form) {
        return written(event, form, EventJson.ALL_BYTES);
    }

    private String written(StreamEvent event, PayloadForm form, long maxBytes) {
        JsonBytes out = new JsonBytes(16);
        json.write(event, form, maxBytes, out);
        return new String(out.array(), 0, out.length(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
