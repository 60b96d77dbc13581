package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page where its service goes away, or refuses it. */
@Timeout(60)
class CutOffPageInBrowserTest extends BrowsedProbe {
    private static final String TOKEN = "0123456789abcdef01234567";
    /** The page's own patience, a twentieth of it. */
    private static final String IN_A_HURRY =
            "((later) => { window.setTimeout = (action, ms) => later(action, ms / 20); })(window.setTimeout)";

    @TempDir
    Path folder;

    @Test
    void aRestartIsReportedAndTheListBeginsAnew() throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String[] settings = {"capture.filter", "tcp port " + listening.getLocalPort(), "", ""};
            open(settings);
            page.untilText("#link", "live");
            try (Socket client = new Socket(listening.getInetAddress(), listening.getLocalPort());
                    Socket server = listening.accept()) {
                say(client, "before");
                page.untilText("#streams", "open").click("#streams tr").untilText("#conversation", "before");
                settings[2] = "serve.port";
                settings[3] = String.valueOf(probe.port());
                probe.close();
                page.untilText("#link", "connection lost, trying again");
                probe = start(settings);
                probe.replay(exchanges(1));

                page.untilText("#link", "live; weir was started anew");
                assertThat(rows(1)).as("no stream of before").first().asString().contains("10.0.0.1:40000");
                assertThat(page.text("#conversation")).endsWith("(closed: stopped)");
                say(server, "after");
                page.untilText("#streams", "open");
                assertThat(page.count("#streams tr")).isEqualTo(2);
            }
        }
        assertThat(page.complaints()).allSatisfy(each -> assertThat(each).startsWith("network: "));
    }

    @Test
    void whatWentByWhileThePageWasAwayIsMadeUpForByTheCatalogue() throws Exception {
        probe = start("serve.linger", "0s");
        try (Wire wire = new Wire(probe.port())) {
            page = browser.page().go("http://127.0.0.1:" + wire.port()).untilText("#link", "live");
            wire.cut();
            page.untilText("#link", "connection lost, trying again");
            probe.replay(exchanges(20));
            wire.join();
            page.untilText("#link", "live; events went by while this page was away");

            assertThat(rows(20)).allSatisfy(row -> assertThat(row).endsWith(" fin 9 8"));
            assertThat(page.complaints()).allSatisfy(each -> assertThat(each).startsWith("network: "));
        }
    }

    @Test
    void whereAllPlacesAreTakenThePageSaysSoAndWaits() throws Exception {
        probe = start("serve.max-subscribers", "1");
        page = browser.page();
        page.before(IN_A_HURRY);
        try (InputStream taken = probe.events("")) {
            page.go(address()).untilText("#link", "all 1 places for readers of events are taken");
            assertThat(page.text("#link")).endsWith("trying again");
        }
        page.untilText("#link", "live");
        assertThat(page.text("#refusal")).isEmpty();
    }

    @Test
    void aTokenIsAskedForAndWhoMayNotReadPayloadIsToldSo() throws Exception {
        Path tokens =
                Files.writeString(folder.resolve("tokens"), "me metadata " + TOKEN + "\nci control ci" + TOKEN + '\n');
        probe = start("serve.tokens-file", tokens.toString());
        page = browser.page().withToken("wrong-" + TOKEN).go(address());
        assertThat(page.asked()).contains("basic weir");
        assertThat(page.count("#streams")).isZero();

        page.withToken(TOKEN).go(address()).untilText("#link", "live");
        probe.withToken("ci" + TOKEN).replay(exchanges(1));
        rows(1);
        page.click("#streams tr").untilText("#conversation", "does not have the role 'payload'");
        page.untilText("#conversation", "(closed: fin)");
        assertThat(page.texts("#conversation pre")).contains("(9 bytes)\n", "(8 bytes)\n");
        assertThat(page.texts("#downloads a")).containsExactly("ledger");

        Files.writeString(tokens, "ci control ci" + TOKEN + '\n');
        page.withToken(null).untilText("#refusal", "not let in any more");
        assertThat(page.text("#link")).isEqualTo("not live");
    }
}
