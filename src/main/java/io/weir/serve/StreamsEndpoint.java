package io.weir.serve;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weir.relay.Bus;
import io.weir.relay.StreamSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The catalogue of streams. */
final class StreamsEndpoint {
    private static final int DEFAULT_LIMIT = 100;

    private final Partitions partitions;
    private final FlowFilters filters;
    private final StreamJson json = new StreamJson();

    StreamsEndpoint(Partitions partitions, FlowFilters filters) {
        this.partitions = partitions;
        this.filters = filters;
    }

    void list(Call call) {
        Page page = Page.of(call.query());
        Future<List<Bus.Streams>> answers =
                filters.of(call.query()).compose(flows -> partitions.askAll(new Bus.ListStreams(flows)));
        call.answer(answers, all -> {
            for (Bus.Streams streams : all) {
                streams.streams().forEach(page::take);
            }
            call.json(200, page.toJson(json));
        });
    }

    void one(Call call) {
        Future<Partitions.Answer<StreamSummary>> found =
                partitions.find(new Bus.GetStream(call.id()), "stream '" + call.id() + "'");
        call.answer(found, answer -> call.json(200, json.whole(answer.body())));
    }

    /** The part of the list that was asked for; keeps no more than that. */
    private static final class Page {
        private final int limit;
        private final String state;
        private final StreamCursor cursor;
        private final boolean newestFirst;
        private final Comparator<StreamSummary> order;
        /** The last of the page on top; one more than the page shows, to know whether another page follows. */
        private final PriorityQueue<StreamSummary> nearest;

        private long matching;

        private Page(int limit, String state, StreamCursor cursor, boolean newestFirst) {
            this.limit = limit;
            this.state = state;
            this.cursor = cursor;
            this.newestFirst = newestFirst;
            order = newestFirst ? StreamCursor.OLDEST_FIRST.reversed() : StreamCursor.OLDEST_FIRST;
            nearest = new PriorityQueue<>(limit + 2, order.reversed());
        }

        static Page of(Query query) {
            return new Page(
                    query.limit(DEFAULT_LIMIT),
                    query.word(QueryParameter.STATE, false, "all", "open", "closed"),
                    query.cursor(),
                    query.word(QueryParameter.ORDER, false, "newest", "oldest").equals("newest"));
        }

        void take(StreamSummary summary) {
            boolean open = summary.close() == null;
            if (state.equals("open") && !open || state.equals("closed") && open) {
                return;
            }
            matching++;
            if (cursor != null && !(newestFirst ? cursor.after(summary) : cursor.before(summary))) {
                return;
            }
            nearest.add(summary);
            if (nearest.size() > limit + 1) {
                nearest.remove();
            }
        }

        JsonObject toJson(StreamJson json) {
            List<StreamSummary> sorted = new ArrayList<>(nearest);
            sorted.sort(order);
            boolean more = sorted.size() > limit;
            List<StreamSummary> shown = more ? sorted.subList(0, limit) : sorted;
            JsonArray rows = new JsonArray();
            shown.forEach(summary -> rows.add(json.row(summary)));
            JsonObject page = new JsonObject().put("streams", rows).put("matching", matching);
            return more ? page.put("next", StreamCursor.at(shown.get(limit - 1)).text()) : page;
        }
    }
}
