package io.weir.serve;

import io.vertx.core.json.JsonObject;
import io.weir.OwnThread;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Reads server-sent events as a browser does. */
final class EventReader implements AutoCloseable {
    /** @param id what the client has seen, this event included */
    record Received(String id, String event, JsonObject data) {
        String type() {
            return data.getString("type");
        }

        long number() {
            return Long.parseLong(id.substring(id.indexOf('-') + 1));
        }
    }

    final HttpResponse<InputStream> response;
    private final BufferedReader lines;
    private String lastId;
    private int comments;

    EventReader(HttpResponse<InputStream> response) {
        this.response = response;
        lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    /** The next event; null at the end of the response. Fails after five seconds. */
    Received next() {
        try {
            return OwnThread.call(this::read).get(5, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new AssertionError("no event within five seconds", late);
        } catch (InterruptedException | ExecutionException broken) {
            throw new AssertionError(broken);
        }
    }

    List<Received> next(int count) {
        List<Received> received = new ArrayList<>();
        while (received.size() < count) {
            received.add(next());
        }
        return received;
    }

    /** Reads up to the first frame, which says where the reader starts. */
    EventReader greeted() {
        try {
            for (String line = lines.readLine(); !line.isEmpty(); line = lines.readLine()) {
                field(line);
            }
            return this;
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    private String field(String line) {
        if (line.startsWith("id: ")) {
            lastId = line.substring(4);
        }
        return line.startsWith(":") ? "" : line;
    }

    private Received read() {
        try {
            String event = null;
            StringBuilder data = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                field(line);
                if (line.startsWith(":")) {
                    comments++;
                } else if (line.startsWith("event: ")) {
                    event = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    data.append(line.substring(6));
                } else if (line.isEmpty() && data.length() > 0) {
                    return new Received(lastId, event, new JsonObject(data.toString()));
                }
            }
            return null;
        } catch (IOException cut) {
            return null;
        }
    }

    String lastId() {
        return lastId;
    }

    int comments() {
        return comments;
    }

    @Override
    public void close() {
        try {
            response.body().close();
        } catch (IOException alreadyClosed) {
            // nothing is left to close
        }
    }
}
