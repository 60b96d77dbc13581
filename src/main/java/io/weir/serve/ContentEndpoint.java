package io.weir.serve;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.weir.relay.Bus;
import io.weir.tally.Counters;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The retained bytes of a stream: one direction as it is, or both as a capture file. */
final class ContentEndpoint {
    /** Gaps told in the header; more of them are only counted. */
    private static final int GAPS_TOLD = 64;
    /** One range; several are answered with everything, as RFC 9110 section 14.2 allows. */
    private static final Pattern RANGE = Pattern.compile("bytes=(?:(\\d{1,18})-(\\d{0,18})|-(\\d{1,18}))");

    /** Streams whose bytes are copied at a time, and therefore may be held twice. */
    static final int MAX_COPIES = 8;

    private final Partitions partitions;
    private final Audit audit;
    private final Turns turns;

    ContentEndpoint(Partitions partitions, Audit audit, Counters<ServeCounter> counters) {
        this.partitions = partitions;
        this.audit = audit;
        turns = new Turns("copies of retained bytes", MAX_COPIES, counters);
    }

    void content(Call call) {
        String from = call.query().word(QueryParameter.FROM, true, "client", "server");
        Future<Partitions.Answer<Bus.Content>> found = turns.take(() -> ofSender(call, from));
        call.answer(found, answer -> serve(call, answer.body(), from));
    }

    void pcap(Call call) {
        Future<Buffer> file = turns.take(() -> ofSender(call, "client").compose(client -> partitions
                .<Bus.Content>askAgain(client.partition(), new Bus.GetContent(call.id(), "server"), what(call))
                .map(server -> new StreamPcap(client.body(), server).toBuffer())));
        call.answer(file, bytes -> send(call, 200, "application/x-pcapng", call.id() + ".pcapng", bytes));
    }

    private Future<Partitions.Answer<Bus.Content>> ofSender(Call call, String from) {
        return partitions.find(new Bus.GetContent(call.id(), from), what(call));
    }

    private static String what(Call call) {
        return "stream '" + call.id() + "'";
    }

    private void serve(Call call, Bus.Content content, String from) {
        RetainedRanges ranges = new RetainedRanges(content);
        long size = ranges.retainedBytes();
        describe(call.response(), content, ranges);
        long[] part = part(call, ranges);
        String name = call.id() + "-" + from + ".bin";
        if (part == null) {
            send(call, 200, "application/octet-stream", name, RetainedRanges.bytes(content, 0, size));
        } else if (part[0] >= part[1]) {
            call.response().putHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + size);
            throw new Problem(ProblemKind.RANGE, "only " + size + " bytes are retained", "Range");
        } else {
            call.response().putHeader(HttpHeaders.CONTENT_RANGE, "bytes " + part[0] + "-" + (part[1] - 1) + "/" + size);
            send(call, 206, "application/octet-stream", name, RetainedRanges.bytes(content, part[0], part[1]));
        }
    }

    private static void describe(HttpServerResponse response, Bus.Content content, RetainedRanges ranges) {
        List<RetainedRanges.Range> gaps = ranges.gaps();
        response.putHeader(HttpHeaders.ACCEPT_RANGES, "bytes")
                .putHeader(HttpHeaders.ETAG, ranges.entityTag())
                .putHeader("Weir-Stream-Length", Long.toString(content.length()))
                .putHeader("Weir-Gap-Count", Integer.toString(gaps.size()))
                .putHeader(
                        "Weir-Gaps",
                        gaps.stream()
                                .limit(GAPS_TOLD)
                                .map(RetainedRanges.Range::text)
                                .collect(Collectors.joining(", ")));
    }

    /** Start and end of the range asked for, in retained bytes, empty if it lies behind them; null for everything. */
    private static long[] part(Call call, RetainedRanges ranges) {
        String asked = call.request().getHeader("Range");
        String condition = call.request().getHeader("If-Range");
        Matcher matcher = asked == null ? null : RANGE.matcher(asked.replace(" ", ""));
        boolean changed = condition != null && !condition.equals(ranges.entityTag());
        if (matcher == null || changed || !matcher.matches()) {
            return null;
        }
        long size = ranges.retainedBytes();
        if (matcher.group(3) != null) {
            return new long[] {Math.max(0, size - Long.parseLong(matcher.group(3))), size};
        }
        long start = Long.parseLong(matcher.group(1));
        long last = matcher.group(2).isEmpty() ? size - 1 : Long.parseLong(matcher.group(2));
        return last < start && start < size ? null : new long[] {start, Math.min(size, last + 1)};
    }

    private void send(Call call, int status, String type, String name, Buffer bytes) {
        call.checkRoom(bytes.length());
        // a browser must never show captured bytes as a page of ours
        call.response().putHeader("Content-Disposition", "attachment; filename=\"" + name + "\"");
        audit.end(audit.nextResponse(), call.caller(), call.request(), bytes.length());
        call.respond(status, type, bytes);
    }
}
