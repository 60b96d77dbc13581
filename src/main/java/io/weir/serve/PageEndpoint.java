package io.weir.serve;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The page, and the contract of the API: texts in the jar, without any captured data. */
final class PageEndpoint {
    private static final String PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final String SCRIPT = "text/javascript; charset=utf-8";

    private PageEndpoint() {}

    /** One endpoint for each file. Reads them all. */
    static List<Endpoint> files() {
        return List.of(
                file("openapi.yaml", "application/yaml"),
                page(),
                file("page.css", "text/css; charset=utf-8"),
                file("page.js", SCRIPT),
                file("page-list.js", SCRIPT),
                file("page-stream.js", SCRIPT),
                file("page-hex.js", SCRIPT),
                file("page-draw.js", SCRIPT),
                file("page-events.js", SCRIPT));
    }

    private static Endpoint page() {
        Buffer page = read("page.html");
        return Endpoint.get("/", Role.METADATA, call -> {
            call.response().putHeader("Content-Security-Policy", PAGE_POLICY);
            call.tellShared("text/html; charset=utf-8", page);
        });
    }

    private static Endpoint file(String name, String contentType) {
        Buffer text = read(name);
        return Endpoint.get("/" + name, Role.METADATA, call -> call.tellShared(contentType, text));
    }

    private static Buffer read(String name) {
        try (InputStream in = PageEndpoint.class.getResourceAsStream("/" + name)) {
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
