package io.weir.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.reassemble.Assembler;
import io.weir.reassemble.AssemblerOptions;
import io.weir.reassemble.StreamPool;
import io.weir.relay.Bus.ListStreams;
import io.weir.relay.Bus.Selected;
import io.weir.relay.Bus.Streams;
import io.weir.relay.Bus.Subscribe;
import io.weir.relay.Bus.Subscribed;
import io.weir.relay.StreamEvent.Data;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A relay behind an assembler, and what it told. */
abstract class RelayedTraffic {
    final List<Selected> told = new ArrayList<>();
    String interfaces = "eth";
    StreamRelay relay;
    Assembler assembler;

    void everything() {
        relay(RelayOptions.everything(true));
    }

    void onDemand(long retainedBytes) {
        relay(RelayOptions.onDemand(retainedBytes, 8));
    }

    void relay(RelayOptions options) {
        relay = new StreamRelay(
                StreamIds.ofFile(),
                (event, subscribers) -> told.add(new Selected(event, subscribers)),
                options,
                index -> interfaces + index);
        assembler = new Assembler(new StreamPool(relay, Conversation.HASH), AssemblerOptions.defaults());
    }

    Subscribed subscribe(Subscribe subscription) {
        Joining joining = relay.subscribe(subscription);
        while (!joining.step(1)) {
            assertThat(joining.replaced()).isFalse();
        }
        return joining.finish();
    }

    Conversation conversation(int clientPort) {
        return new Conversation(clientPort, segment -> assembler.assemble(segment));
    }

    List<StreamSummary> streams() {
        return page(new ListStreams(FlowFilter.ALL, ListStreams.State.ALL, true, null, 1_000))
                .streams();
    }

    Streams page(ListStreams asked) {
        Listing listing = relay.list(asked);
        while (!listing.step(3)) {
            // small steps on purpose
        }
        return listing.page();
    }

    List<StreamEvent> events() {
        return told.stream().map(Selected::event).toList();
    }

    List<String> types() {
        return events().stream().map(event -> event.getClass().getSimpleName()).toList();
    }

    <E extends StreamEvent> List<E> all(Class<E> type) {
        return events().stream().filter(type::isInstance).map(type::cast).toList();
    }

    <E extends StreamEvent> E only(Class<E> type) {
        assertThat(all(type)).hasSize(1);
        return all(type).get(0);
    }

    List<String> lines() {
        EventJson json = new EventJson();
        JsonBytes out = new JsonBytes(1024);
        List<String> lines = new ArrayList<>();
        for (StreamEvent event : events()) {
            json.write(event, PayloadForm.BASE64, out.clear());
            lines.add(new String(out.array(), 0, out.length(), StandardCharsets.UTF_8));
        }
        return lines;
    }

    static void assertData(StreamEvent event, String text, long offset) {
        Data data = (Data) event;
        assertThat(new String(data.payload(), StandardCharsets.US_ASCII)).isEqualTo(text);
        assertThat(data.length()).isEqualTo(text.length());
        assertThat(data.offset()).isEqualTo(offset);
    }
}
