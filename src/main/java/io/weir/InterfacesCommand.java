package io.weir;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.weir.capture.Interfaces;
import io.weir.capture.LiveInterface;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code weir interfaces}: what can be captured on. Needs no permission. */
@Command(name = "interfaces", description = "List what can be captured on, with state and addresses.")
final class InterfacesCommand implements Callable<Integer> {
    @ParentCommand
    private RootCommand weir;

    @Option(names = "--json", description = "Print JSON, as GET /api/v1/interfaces does.")
    private boolean asJson;

    @Override
    public Integer call() throws FailureException {
        List<LiveInterface> all = Interfaces.list();
        String text = asJson ? array(all).encodePrettily() + "\n" : table(all);
        weir.streams().print(text.getBytes(StandardCharsets.UTF_8));
        return 0;
    }

    private static String table(List<LiveInterface> all) {
        int widest = all.stream().mapToInt(entry -> entry.name().length()).max().orElse(4);
        StringBuilder text = new StringBuilder();
        for (LiveInterface entry : all) {
            text.append(String.format(
                    Locale.ROOT,
                    "%s %-" + widest + "s  %-17s  %-9s  %s%n",
                    entry.defaultRoute() ? "*" : " ",
                    entry.name(),
                    entry.state(),
                    entry.linkType(),
                    String.join(", ", entry.addresses())));
        }
        if (all.stream().anyMatch(LiveInterface::defaultRoute)) {
            text.append("* has the default route and is captured unless --interface says otherwise; ");
        } else {
            text.append("There is no default route: name an interface with --interface; ");
        }
        return text.append("'any' stands for all of them.")
                .append(System.lineSeparator())
                .toString();
    }

    private static JsonArray array(List<LiveInterface> all) {
        JsonArray array = new JsonArray();
        all.forEach(entry -> array.add(json(entry)));
        return array;
    }

    static JsonObject json(LiveInterface entry) {
        return new JsonObject()
                .put("name", entry.name())
                .put("index", entry.index())
                .put("state", entry.state())
                .put("up", entry.up())
                .put("link", entry.linkType())
                .put("loopback", entry.loopback())
                .put("defaultRoute", entry.defaultRoute())
                .put("mtuBytes", entry.mtuBytes())
                .put("addresses", new JsonArray(entry.addresses()));
    }
}
