package io.weir.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PageTest {
    private static final Pattern IMPORT = Pattern.compile("(?m)^import .*'(.*)';$");

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
    void theScriptsSetCapturedTextAsTextOnly() {
        for (String name : scripts()) {
            assertThat(service.get("/" + name).body())
                    .as(name)
                    .doesNotContain("innerHTML")
                    .doesNotContain("outerHTML")
                    .doesNotContain("insertAdjacentHTML")
                    .doesNotContain("document.write")
                    .doesNotContain("eval(");
        }
        assertThat(service.get("/page-list.js").body()).contains("'api/v1/events?");
        assertThat(service.get("/page.css").statusCode()).isEqualTo(200);
    }

    @Test
    void everyScriptIsServedAndIsNamedRelativelySoThatAPathPrefixWorks() {
        assertThat(service.get("/").body()).contains("<script type=\"module\" src=\"page.js\"></script>");
        Set<String> imported = new TreeSet<>(Set.of("page.js"));
        for (String name : scripts()) {
            HttpResponse<String> script = service.get("/" + name);
            assertThat(script.headers().firstValue("content-type")).contains("text/javascript; charset=utf-8");
            IMPORT.matcher(script.body()).results().forEach(found -> {
                assertThat(found.group(1)).as(name).startsWith("./");
                imported.add(found.group(1).substring(2));
            });
        }
        assertThat(imported).containsExactlyInAnyOrderElementsOf(scripts());
    }

    private List<String> scripts() {
        return service.endpoints().stream()
                .map(endpoint -> endpoint.path().substring(1))
                .filter(name -> name.endsWith(".js"))
                .toList();
    }
}
