package io.weir.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PageTest {
    private final RunningService service = new RunningService();

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void thePageHasNothingInlineAndAsksNobodyElse() {
        HttpResponse<String> page = service.get("/");

        assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
        assertThat(page.headers().allValues("content-security-policy"))
                .singleElement()
                .satisfies(policy -> assertThat(policy)
                        .contains("default-src 'none'")
                        .contains("script-src 'self'")
                        .doesNotContain("unsafe-"));
        assertThat(page.body())
                .doesNotContain("<style")
                .doesNotContain(" style=")
                .doesNotContainPattern(" on[a-z]+=")
                .doesNotContainPattern("<script>")
                .doesNotContain("http://")
                .doesNotContain("https://");
    }

    @Test
    void theScriptSetsCapturedTextAsTextOnly() {
        String script = service.get("/page.js").body();

        assertThat(script)
                .contains("'api/v1/events?")
                .doesNotContain("innerHTML")
                .doesNotContain("outerHTML")
                .doesNotContain("insertAdjacentHTML")
                .doesNotContain("document.write")
                .doesNotContain("eval(");
        assertThat(service.get("/page.css").statusCode()).isEqualTo(200);
    }
}
