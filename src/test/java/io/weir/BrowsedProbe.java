package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.capture.Libpcap;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** A probe, and a browser that looks at its page. */
abstract class BrowsedProbe {
    static Browser browser;

    LiveProbe probe;
    BrowserPage page;

    @BeforeAll
    static void startBrowser() throws Exception {
        assumeTrue(Browser.command().isPresent(), "skipped: chromium is missing");
        assumeTrue(Libpcap.available(), () -> "skipped: " + Libpcap.unavailable());
        browser = new Browser(Browser.command().get());
    }

    @AfterAll
    static void nothingOfTheBrowserIsLeft() {
        if (browser != null) {
            List<ProcessHandle> processes = browser.processes();
            browser.close();
            assertThat(processes).isNotEmpty();
            await("the end of its processes").until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
            assertThat(browser.folder()).doesNotExist();
        }
    }

    @AfterEach
    void stop() {
        if (page != null) {
            page.close();
        }
        if (probe != null) {
            probe.close();
        }
    }

    void open(String... settings) throws Exception {
        probe = start(settings);
        page = browser.page().size(1_000, 700).go(address());
    }

    /** Captures nothing but what the settings say, so that rows are those of the test alone. */
    static LiveProbe start(String... settings) throws Exception {
        List<String> all = new ArrayList<>(List.of("capture.interfaces", "lo", "capture.filter", "tcp port 1"));
        for (int index = 0; index < settings.length; index += 2) {
            if (!settings[index].isEmpty()) {
                all.addAll(List.of(settings[index], settings[index + 1]));
            }
        }
        try {
            return LiveProbe.start(all.toArray(String[]::new));
        } catch (FailureException failure) {
            assumeTrue(!failure.getMessage().contains("CAP_NET_RAW"), "the service captures, which needs CAP_NET_RAW");
            throw failure;
        }
    }

    String address() {
        return "http://127.0.0.1:" + probe.port() + '/';
    }

    /** All rows once there are so many, and all are drawn; their cells with blanks between. */
    List<String> rows(int expected) {
        BrowserPage.soon()
                .untilAsserted(() -> assertThat(page.count("#streams tr")).isEqualTo(expected));
        page.until(
                "[...document.querySelectorAll('#streams tr')].every((row) => !['', 'open'].includes(row.cells[3].textContent))");
        return page.texts("#streams tr").stream()
                .map(row -> row.replaceAll("\\s+", " ").strip())
                .toList();
    }

    static PcapBuilder exchanges(int number) {
        PcapBuilder capture = new PcapBuilder();
        for (int index = 0; index < number; index++) {
            capture.clientPort(40_000 + index).exchange("GET /weir", "200 fish");
        }
        return capture;
    }

    static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }
}
