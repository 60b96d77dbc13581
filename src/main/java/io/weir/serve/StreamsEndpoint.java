package io.weir.serve;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.weir.relay.Bus;
import io.weir.relay.Bus.ListStreams;
import io.weir.relay.Bus.Streams;
import io.weir.relay.StreamPlace;
import io.weir.relay.StreamSummary;
import io.weir.tally.Counters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The catalogue of streams. */
final class StreamsEndpoint {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LISTS = 4;
    /** Of one stream in a list: 900 of records and strings at most, 1 100 of its sixteen newest anomalies. */
    private static final int SUMMARY_BYTES = 2_048;

    /** The most memory that lists take while they are made: of each, a page and the next partition's answer. */
    static final long MEMORY_BYTES = (long) MAX_LISTS * 2 * (Query.MAX_LIMIT + 1) * SUMMARY_BYTES;

    private final Partitions partitions;
    private final FlowFilters filters;
    private final Turns turns;
    private final StreamJson json = new StreamJson();

    StreamsEndpoint(Partitions partitions, FlowFilters filters, Counters<ServeCounter> counters) {
        this.partitions = partitions;
        this.filters = filters;
        turns = new Turns("lists of streams", MAX_LISTS, counters);
    }

    void list(Call call) {
        Query query = call.query();
        String state = query.word(QueryParameter.STATE, false, "all", "open", "closed");
        boolean newestFirst =
                query.word(QueryParameter.ORDER, false, "newest", "oldest").equals("newest");
        StreamPlace after = query.cursor();
        int limit = query.limit(DEFAULT_LIMIT);
        Future<Page> page = filters.of(query).compose(flows -> {
            ListStreams asked = new ListStreams(
                    flows, ListStreams.State.valueOf(state.toUpperCase(Locale.ROOT)), newestFirst, after, limit);
            return turns.take(() -> page(new Page(asked), 0));
        });
        call.answer(page, made -> call.respond(200, "application/json", made.toJson(json)));
    }

    /** One partition after the other, so that no more than two of their answers are held. */
    private Future<Page> page(Page page, int partition) {
        return partition == partitions.count()
                ? Future.succeededFuture(page)
                : partitions.<Streams>tryAsk(partition, page.asked).compose(streams -> {
                    page.take(streams);
                    return page(page, partition + 1);
                });
    }

    void one(Call call) {
        Future<Partitions.Answer<StreamSummary>> found =
                partitions.find(new Bus.GetStream(call.id()), "stream '" + call.id() + "'");
        call.answer(found, answer -> call.json(json.whole(answer.body())));
    }

    /** The part of the list that was asked for; keeps no more than that, and one more to know that another page follows. */
    private static final class Page {
        private final ListStreams asked;
        private final Comparator<StreamSummary> order;
        private List<StreamSummary> nearest = List.of();
        private long matching;

        private Page(ListStreams asked) {
            this.asked = asked;
            order = Comparator.comparing(
                    StreamPlace::of, asked.newestFirst() ? Comparator.reverseOrder() : Comparator.naturalOrder());
        }

        void take(Streams streams) {
            matching += streams.matching();
            List<StreamSummary> all = new ArrayList<>(nearest);
            all.addAll(streams.streams());
            all.sort(order);
            nearest = List.copyOf(all.subList(0, Math.min(all.size(), asked.limit() + 1)));
        }

        /** Row by row: as one tree it would take many times the memory. */
        Buffer toJson(StreamJson json) {
            boolean more = nearest.size() > asked.limit();
            List<StreamSummary> shown = more ? nearest.subList(0, asked.limit()) : nearest;
            Buffer page = Buffer.buffer("{\"streams\":[");
            String separator = "";
            for (StreamSummary summary : shown) {
                page.appendString(separator).appendBuffer(json.row(summary).toBuffer());
                separator = ",";
            }
            page.appendString("],\"matching\":" + matching);
            if (more) {
                String next = StreamCursor.text(StreamPlace.of(shown.get(asked.limit() - 1)));
                page.appendString(",\"next\":\"" + next + '"');
            }
            return page.appendString("}");
        }
    }
}
