package io.weir;

import static io.weir.PcapBuilder.ACK;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page of a running probe as a person meets it, in a real browser. */
@Timeout(60)
class PageInBrowserTest extends BrowsedProbe {
    private static final int MAX_ROWS = 500;
    /** Of WCAG 2.2 for text, level AA. */
    private static final double LEAST_CONTRAST = 4.5;

    @Test
    void aStreamAppearsWithBothEndsAndItsBytes() throws Exception {
        open();
        page.untilText("#health", "capturing").untilText("#note", "No stream yet.");
        probe.replay(ReadmeExampleTest.lossy(
                new PcapBuilder().exchange("GET /weir", "200 fish").clientPort(40_001)));

        List<String> asTold = rows(2);
        assertThat(asTold)
                .containsExactly(
                        "22:13:20.008 10.0.0.1:40001 10.0.0.2:80 fin 17 9 4",
                        "22:13:20.000 10.0.0.1:40000 10.0.0.2:80 fin 9 8");
        page.go(address());
        assertThat(rows(2)).as("as the catalogue has it").isEqualTo(asTold);
        assertThat(page.complaints()).isEmpty();
    }

    @Test
    void aStreamThatIsStillOpenGrowsAsItIsWatched() throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            open("capture.filter", "tcp port " + listening.getLocalPort());
            page.untilText("#link", "live");
            try (Socket client = new Socket(listening.getInetAddress(), listening.getLocalPort());
                    Socket server = listening.accept()) {
                say(client, "knock");
                server.getInputStream().readNBytes(5);
                page.until("document.querySelectorAll('#streams td')[4]?.innerText === '5'");
                assertThat(page.text("#streams tr"))
                        .contains("127.0.0.1:" + client.getLocalPort(), "127.0.0.1:" + client.getPort(), "open");
                page.click("#streams tr").untilText("#conversation", "knock");
                say(server, "who is");
                say(server, " there?");
                client.getInputStream().readNBytes(13);
                page.untilText("#conversation", "who is there?");
                page.until("document.querySelectorAll('#streams td')[5].innerText === '13'");
                assertThat(page.count("#conversation .server")).as("one turn").isOne();
                say(client, "nobody\n".repeat(500));
                server.getInputStream().readNBytes(7 * 500);
                page.untilText("#conversation .client:last-child", "nobody")
                        .until(
                                "((box) => box.scrollTop > 0 && box.scrollTop + box.clientHeight > box.scrollHeight - 20)"
                                        + "(document.querySelector('#conversation'))");
            }
            page.untilText("#conversation", "(closed: fin)").untilText("#streams tr", "fin");
        }
        assertThat(page.complaints()).isEmpty();
    }

    @Test
    void aStreamIsOpenedByMouseOrByKeyboardAlone() throws Exception {
        open();
        probe.replay(ReadmeExampleTest.lossy(
                new PcapBuilder().exchange("GET /first", "200 one").clientPort(40_001)));
        rows(2);

        page.click("#streams tr").untilText("#conversation", "fish");
        assertThat(page.text("#title")).isEqualTo("10.0.0.1:40001 → 10.0.0.2:80");
        assertThat(page.texts("#conversation pre"))
                .containsExactly(
                        "GET /weir HTTP/1\n",
                        "200 ",
                        "(4 bytes of the server missing: not-captured)",
                        "fish\n",
                        "(closed: fin)");
        assertThat(page.texts("#downloads a"))
                .containsExactly("ledger", "bytes of the client", "bytes of the server", "pcapng");
        assertThat(page.<JsonArray>value("Promise.all([...document.querySelectorAll('#downloads a')]"
                        + ".map(async (link) => (await (await fetch(link.href)).text()).length))"))
                .hasSize(4)
                .allSatisfy(length -> assertThat((int) length).isPositive());
        page.click("#leave").until("document.querySelector('#detail').hidden");
        assertThat(page.focused()).as("back where it was").contains("40001");

        page.press("ArrowDown").press("Enter").untilText("#title", "40000").untilText("#conversation", "200 one");
        assertThat(page.focused()).contains("40000");
        assertThat(page.texts("[aria-selected=true]"))
                .hasSize(1)
                .first()
                .asString()
                .contains("40000");
        page.click("[name=port]");
        assertThat(page.tabbed(10))
                .as("one stop for all rows")
                .containsExactly(
                        "filter",
                        "show",
                        "pause",
                        "row",
                        "hex",
                        "close",
                        "ledger",
                        "bytes of the client",
                        "bytes of the server",
                        "pcapng");
        assertThat(page.complaints()).isEmpty();
    }

    @Test
    void aRowThatMovesWhileItIsClickedIsOpened() throws Exception {
        open();
        probe.replay(exchanges(2));
        rows(2);
        String pressed = page.texts("#streams td").get(1);
        page.<Boolean>value("document.querySelector('#streams').addEventListener('mousedown',"
                + " (event) => event.currentTarget.prepend(event.currentTarget.lastElementChild)) === undefined");

        page.click("#streams tr").untilText("#title", pressed);

        assertThat(page.complaints()).isEmpty();
    }

    @Test
    void hostilePayloadIsShownAsTextAndNeverRun() throws Exception {
        String hostile = "<script>alert(1)</script><img src=x onerror=alert(2)><style>*{display:none}</style>";
        open();
        probe.replay(new PcapBuilder()
                .exchange(hostile, "\u001b]0;owned\u0007\u001b[31m\u0000\u009b2J\u202Efdp.exe\rhidden\r\n\u200bend"));
        rows(1);

        page.click("#streams tr").untilText("#conversation", "(closed: fin)");
        assertThat(page.texts("#conversation pre"))
                .containsExactly(hostile, "␛]0;owned␇␛[31m␀‹009B›2J‹202E›fdp.exe␍hidden\n‹200B›end", "(closed: fin)");
        assertThat(page.<JsonArray>value("[...new Set([...document.querySelectorAll('#conversation *')]"
                        + ".map((each) => each.tagName))]"))
                .containsExactly("PRE");
        assertThat(page.complaints()).as("nor tried").isEmpty();
    }

    @Test
    void bytesThatAreNoTextAreReadAsHexWithTheirOffsets() throws Exception {
        open();
        probe.replay(ReadmeExampleTest.lossy(new PcapBuilder()
                .exchange("\u0016\u0003\u0001~\u007f \u00e9 and what follows it", "200 fish")
                .clientPort(40_001)));
        rows(2);

        page.click("#streams tr").untilText("#conversation", "(closed: fin)");
        page.click("#hex").untilText("#conversation", "00000000").untilText("#conversation", "(closed: fin)");
        assertThat(page.texts("#conversation pre"))
                .containsExactly(
                        "00000000  47 45 54 20 2f 77 65 69 72 20 48 54 54 50 2f 31  GET /weir HTTP/1\n"
                                + "00000010  0a                                               .\n",
                        "00000000  32 30 30 20                                      200 \n",
                        "(4 bytes of the server missing: not-captured)",
                        "00000008  66 69 73 68 0a                                   fish.\n",
                        "(closed: fin)");

        page.click("#streams tr:nth-child(2)").untilText("#title", "40000").untilText("#conversation", "(closed: fin)");
        assertThat(page.texts("#conversation pre").get(0))
                .as("as the one before it")
                .startsWith("00000000  16 03 01 7e 7f 20 ")
                .contains("  ...~. ..");
        page.click("#hex").untilText("#conversation", "200 fish");
        assertThat(page.texts("[aria-pressed=true]")).isEmpty();
        assertThat(page.complaints()).isEmpty();
    }

    @Test
    void aFilterSelectsAndAWrongOneIsRefusedInWords() throws Exception {
        open();
        probe.replay(exchanges(2));
        rows(2);

        page.click("[name=port]").type("40001").press("Enter");
        assertThat(rows(1)).first().asString().contains(":40001");
        probe.replay(exchanges(2));
        assertThat(rows(2)).allSatisfy(row -> assertThat(row).contains(":40001"));

        page.type("00000").click("form button").untilText("#refusal", "port").untilText("#link", "not live");
        assertThat(page.text("#refusal")).contains("'4000100000'", "65535");
        assertThat(page.text("#note")).isEmpty();
        assertThat(page.complaints())
                .allSatisfy(each -> assertThat(each).startsWith("network: ").contains("400"));

        page.value("document.querySelector('form').reset()");
        page.click("[name=filter]").type("tcp port 443").press("Enter").untilText("#note", "No stream matches.");
        assertThat(page.text("#refusal")).isEmpty();
        assertThat(page.text("#link")).isEqualTo("live");
    }

    @Test
    void aPausedPageStandsStillUntilItGoesOn() throws Exception {
        open();
        page.untilText("#link", "live").click("#pause").untilText("#link", "paused");
        BrowserPage.soon().until(() -> probe.metric("weir_serve_readers_present") == 0);
        probe.replay(exchanges(2));
        assertThat(page.count("#streams tr")).isZero();

        assertThat(page.text("#pause")).isEqualTo("resume");
        // what nobody asked for yet does not count
        page.click("[name=port]").type("1").click("#pause").untilText("#link", "live");
        rows(2);
        assertThat(page.text("#pause")).isEqualTo("pause");
        assertThat(page.complaints()).isEmpty();
    }

    @Test
    void aLongRunOfStreamsTakesNoMoreRoomInAPageThatNobodySees() throws Exception {
        probe = start();
        page = browser.page();
        // as a browser does it with a page in the background
        page.before("window.requestAnimationFrame = (draw) => { window.draw = draw; return 0; }");
        page.go(address()).untilText("#link", "live");
        page.value("import('/page-list.js').then((list) => { window.rows = list.rows; })");
        for (int round = 0; round < 2; round++) {
            probe.replay(exchanges(1_000));
        }

        page.until("[...rows.values()].filter((stream) => stream.state === 'fin').length === " + MAX_ROWS);
        assertThat(page.count("#streams tr")).isEqualTo(MAX_ROWS);
        assertThat(page.reachable("HTMLTableRowElement"))
                .as("rows, shown or not; one may still be on its way out")
                .isLessThan(MAX_ROWS + 10);
        page.value("draw()");
        assertThat(page.text("#note")).isEqualTo("Only the newest 500 streams are shown; a filter finds others.");
    }

    @Test
    void aLongConversationStaysBounded() throws Exception {
        PcapBuilder capture = new PcapBuilder().handshake();
        int length = 1_000;
        for (int index = 0; index < 2_000; index++) {
            capture.server(5001 + index * length, 1001, ACK, "%9d ".formatted(index) + "x".repeat(length - 10));
            capture.client(1001, 5001 + (index + 1) * length, ACK, "");
        }
        probe = start("retention.first-bytes", "8MiB");
        probe.replay(capture);
        page = browser.page().size(1_000, 700).go(address());
        rows(1);

        page.click("#streams tr").untilText("#conversation .quiet", "(closed: stopped)");
        assertThat(page.<Integer>value("document.querySelector('#conversation').textContent.length"))
                .isBetween(500_000, 1 << 20);
        assertThat(page.text("#conversation")).contains(" 1999 x").doesNotContain("    0 x");
        assertThat(page.text("#cut")).isEqualTo("Only the newest part is shown.");
        assertThat(page.<Integer>value("document.querySelector('#conversation').scrollTop"))
                .as("what is over is read from its beginning on")
                .isZero();
    }

    @Test
    void everythingFitsANarrowScreenAndHasANameAndEnoughContrast() throws Exception {
        open();
        probe.replay(ReadmeExampleTest.lossy(exchanges(1).clientPort(40_001)));
        rows(2);
        page.click("#streams tr").untilText("#conversation", "(closed: fin)");
        JsonArray tree =
                page.call("Accessibility.getFullAXTree", new JsonObject()).getJsonArray("nodes");
        assertThat(tree.stream()
                        .map(JsonObject.class::cast)
                        .filter(node -> List.of("textbox", "button", "link", "grid", "region")
                                .contains(node.getJsonObject("role").getString("value")))
                        .map(node -> node.getJsonObject("name").getString("value")))
                .contains("host", "port", "filter", "show", "pause", "close", "Streams", "Conversation")
                .doesNotContain("");

        for (String scheme : List.of("light", "dark")) {
            page.scheme(scheme);
            for (String part : List.of(".client", ".server", ".odd", ".quiet", "tr.closed", "#downloads a", "#title")) {
                assertThat(page.contrast(part)).as(part + " in " + scheme).isGreaterThan(LEAST_CONTRAST);
            }
        }
        page.size(400, 700);
        assertThat(page.<Integer>value("document.documentElement.scrollWidth")).isEqualTo(400);
        assertThat(page.texts("form > *, nav > *, #downloads > *, #detail button"))
                .hasSizeGreaterThan(10);
        assertThat(page.<JsonArray>value("[...document.querySelectorAll('form *, nav *, #detail *')]"
                        + ".filter((each) => each.getBoundingClientRect().right > 400).map((each) => each.outerHTML)"))
                .isEmpty();
        assertThat(page.complaints()).isEmpty();
    }
}
