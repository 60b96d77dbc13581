package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;

/** One page of a {@link Browser}: what a person would do with it, and what they and the console would see. */
final class BrowserPage implements AutoCloseable {
    /** Code of each key that is pressed here, and the text that it types. */
    private static final Map<String, Integer> KEYS =
            Map.of("Tab", 9, "Enter", 13, "Escape", 27, " ", 32, "End", 35, "Home", 36, "ArrowUp", 38, "ArrowDown", 40);

    private final Browser browser;
    private final String session;
    private final String context;
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();
    private volatile String token;

    BrowserPage(Browser browser, String session, String context) {
        this.browser = browser;
        this.session = session;
        this.context = context;
        browser.listen(session, this::take);
        for (String domain : List.of("Page", "Runtime", "Log", "Audits")) {
            call(domain + ".enable", new JsonObject());
        }
    }

    private void take(String event, JsonObject told) {
        switch (event) {
            case "Page.loadEventFired" -> loaded.complete(null);
            case "Page.javascriptDialogOpening" -> {
                complaints.add("dialog: " + told.getString("message"));
                browser.send(session, "Page.handleJavaScriptDialog", new JsonObject().put("accept", false));
            }
            case "Log.entryAdded" -> {
                JsonObject entry = told.getJsonObject("entry");
                complaints.add(
                        entry.getString("source") + ": " + entry.getString("text") + ' ' + entry.getString("url"));
            }
            case "Runtime.consoleAPICalled" ->
                complaints.add("console: " + told.getJsonArray("args").encode());
            case "Runtime.exceptionThrown" ->
                complaints.add(
                        "exception: " + told.getJsonObject("exceptionDetails").encode());
            case "Audits.issueAdded" ->
                complaints.add("issue: " + told.getJsonObject("issue").encode());
            case "Fetch.requestPaused" ->
                browser.send(
                        session,
                        "Fetch.continueRequest",
                        new JsonObject().put("requestId", told.getString("requestId")));
            case "Fetch.authRequired" -> answer(told);
            default -> {}
        }
    }

    private void answer(JsonObject told) {
        JsonObject challenge = told.getJsonObject("authChallenge");
        asked.add(challenge.getString("scheme") + ' ' + challenge.getString("realm"));
        JsonObject response = token == null
                ? new JsonObject().put("response", "CancelAuth")
                : new JsonObject()
                        .put("response", "ProvideCredentials")
                        .put("username", "me")
                        .put("password", token);
        browser.send(
                session,
                "Fetch.continueWithAuth",
                new JsonObject().put("requestId", told.getString("requestId")).put("authChallengeResponse", response));
    }

    JsonObject call(String method, JsonObject parameters) {
        return browser.call(session, method, parameters);
    }

    /** From now on a person sits here who is asked for a password and gives this one; null for one who has none. */
    BrowserPage withToken(String password) {
        token = password;
        call("Fetch.enable", new JsonObject().put("handleAuthRequests", true));
        return this;
    }

    /** Scheme and realm of each time that a person was asked for a password. */
    List<String> asked() {
        return asked;
    }

    /** What the console, the security policy and dialogs said, in order. */
    List<String> complaints() {
        return complaints;
    }

    BrowserPage go(String url) {
        loaded = new CompletableFuture<>();
        call("Page.navigate", new JsonObject().put("url", url));
        loaded.join();
        return this;
    }

    BrowserPage size(int width, int height) {
        call(
                "Emulation.setDeviceMetricsOverride",
                new JsonObject()
                        .put("width", width)
                        .put("height", height)
                        .put("deviceScaleFactor", 1)
                        .put("mobile", false));
        return this;
    }

    /** @param scheme "light" or "dark" */
    BrowserPage scheme(String scheme) {
        JsonObject feature =
                new JsonObject().put("name", "prefers-color-scheme").put("value", scheme);
        call("Emulation.setEmulatedMedia", new JsonObject().put("features", new JsonArray().add(feature)));
        return this;
    }

    /** Runs before the scripts of every page that is opened from now on. */
    void before(String script) {
        call("Page.addScriptToEvaluateOnNewDocument", new JsonObject().put("source", script));
    }

    /** The value of an expression: a text, number, truth value, list, object or null. */
    @SuppressWarnings("unchecked")
    <T> T value(String expression) {
        JsonObject answer = call(
                "Runtime.evaluate",
                new JsonObject()
                        .put("expression", expression)
                        .put("returnByValue", true)
                        .put("awaitPromise", true));
        if (answer.containsKey("exceptionDetails")) {
            throw new AssertionError(expression + ": "
                    + answer.getJsonObject("exceptionDetails")
                            .getJsonObject("exception")
                            .encode());
        }
        return (T) answer.getJsonObject("result").getValue("value");
    }

    /** What stands in the first element that a selector finds, as a person reads it. */
    String text(String selector) {
        return value("document.querySelector(" + quoted(selector) + ")?.innerText ?? ''");
    }

    /** What stands in all of them. */
    List<String> texts(String selector) {
        JsonArray texts =
                value("[...document.querySelectorAll(" + quoted(selector) + ")].map((each) => each.innerText)");
        return texts.stream().map(String.class::cast).toList();
    }

    int count(String selector) {
        return value("document.querySelectorAll(" + quoted(selector) + ").length");
    }

    /** Waits until an expression is true. */
    BrowserPage until(String expression) {
        soon().alias(expression).until(() -> Boolean.TRUE.equals(this.<Object>value("Boolean(" + expression + ")")));
        return this;
    }

    /** Waits until the first element that a selector finds holds this text. */
    BrowserPage untilText(String selector, String expected) {
        soon().alias(selector).untilAsserted(() -> assertThat(text(selector)).contains(expected));
        return this;
    }

    /** For what a page does as soon as it can. */
    static ConditionFactory soon() {
        return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(20));
    }

    /** With the mouse, in its middle, whatever lies there. */
    BrowserPage click(String selector) {
        JsonArray middle = value("((box) => [box.x + box.width / 2, box.y + box.height / 2])"
                + "(document.querySelector(" + quoted(selector) + ").getBoundingClientRect())");
        for (String type : List.of("mousePressed", "mouseReleased")) {
            call(
                    "Input.dispatchMouseEvent",
                    new JsonObject()
                            .put("type", type)
                            .put("x", middle.getDouble(0))
                            .put("y", middle.getDouble(1))
                            .put("button", "left")
                            .put("clickCount", 1));
        }
        return this;
    }

    BrowserPage press(String key) {
        JsonObject event = new JsonObject().put("key", key).put("windowsVirtualKeyCode", KEYS.get(key));
        if (key.equals("Enter")) {
            event.put("text", "\r");
        }
        call("Input.dispatchKeyEvent", event.copy().put("type", "keyDown"));
        call("Input.dispatchKeyEvent", event.copy().put("type", "keyUp"));
        return this;
    }

    /** Into what has the focus. */
    BrowserPage type(String text) {
        call("Input.insertText", new JsonObject().put("text", text));
        return this;
    }

    /** Objects of a class that the page still holds, in its document or not. */
    int reachable(String type) {
        String prototype = call("Runtime.evaluate", new JsonObject().put("expression", type + ".prototype"))
                .getJsonObject("result")
                .getString("objectId");
        String found = call("Runtime.queryObjects", new JsonObject().put("prototypeObjectId", prototype))
                .getJsonObject("objects")
                .getString("objectId");
        return call(
                        "Runtime.callFunctionOn",
                        new JsonObject()
                                .put("objectId", found)
                                .put("functionDeclaration", "function() { return this.length; }")
                                .put("returnByValue", true))
                .getJsonObject("result")
                .getInteger("value");
    }

    /** What stands in the element that has the focus. */
    String focused() {
        return value("document.activeElement.innerText");
    }

    /** What the Tab key reaches, one after the other. */
    List<String> tabbed(int times) {
        return IntStream.range(0, times)
                .mapToObj(time -> {
                    press("Tab");
                    return this.<String>value(
                            "((here) => here.name || (here.tagName === 'TR' ? 'row' : here.innerText))"
                                    + "(document.activeElement)");
                })
                .toList();
    }

    /** Between the text of the first element that a selector finds and the page's ground, as WCAG 2.2 defines it. */
    double contrast(String selector) {
        return this.<Number>value("""
                ((text) => {
                  const shade = (colour) => {
                    const [r, g, b] = colour.match(/[0-9.]+/g).map((each) => each / 255)
                      .map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
                    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
                  };
                  const ground = document.createElement('p');
                  ground.style.color = 'Canvas';
                  document.body.append(ground);
                  const [one, other] = [shade(getComputedStyle(text).color), shade(getComputedStyle(ground).color)];
                  ground.remove();
                  return Math.max(one, other) / Math.min(one, other);
                })(document.querySelector('SELECTOR'))""".replace("SELECTOR", selector)).doubleValue();
    }

    void screenshot(Path file) throws IOException {
        String image = call("Page.captureScreenshot", new JsonObject()).getString("data");
        Files.write(file, Base64.getDecoder().decode(image));
    }

    static String quoted(String text) {
        return new JsonArray().add(text).encode().replaceAll("^\\[|]$", "");
    }

    @Override
    public void close() {
        browser.call(null, "Target.disposeBrowserContext", new JsonObject().put("browserContextId", context));
    }
}
