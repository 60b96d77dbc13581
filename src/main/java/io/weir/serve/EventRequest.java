package io.weir.serve;

import io.weir.relay.FlowFilter;
import io.weir.relay.PayloadForm;

/**
 * What a reader of events asks for.
 *
 * @param key the request in canonical spelling; readers with the same key see the same events
 * @param flows which streams
 * @param types which events, as bits of {@link io.weir.relay.EventType}
 * @param form how payload is shown
 * @param maxBytes payload shown of each stream and direction, from its first byte; -1 for all
 * @param disconnectSlow whether a reader that lags too far is cut, instead of losing events
 * @param stream the one stream wanted, its retained beginning first; or null
 */
record EventRequest(
        String key,
        FlowFilter flows,
        int types,
        PayloadForm form,
        long maxBytes,
        boolean disconnectSlow,
        String stream) {
    boolean payload() {
        return form != PayloadForm.NONE;
    }
}
