package io.weir.serve;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The page, and the contract of the API. Both are texts in the jar, without any captured data. */
final class PageEndpoint {
    private static final String PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Buffer page = read("page.html");
    private final Buffer script = read("page.js");
    private final Buffer style = read("page.css");
    private final Buffer contract = read("openapi.yaml");

    void page(Call call) {
        call.response().putHeader("Content-Security-Policy", PAGE_POLICY);
        call.tellShared("text/html; charset=utf-8", page);
    }

    void script(Call call) {
        call.tellShared("text/javascript; charset=utf-8", script);
    }

    void style(Call call) {
        call.tellShared("text/css; charset=utf-8", style);
    }

    void contract(Call call) {
        call.tellShared("application/yaml", contract);
    }

    private static Buffer read(String name) {
        try (InputStream in = PageEndpoint.class.getResourceAsStream("/" + name)) {
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
