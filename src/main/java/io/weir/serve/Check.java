package io.weir.serve;

import java.util.function.Supplier;

/**
 * One question that {@code /livez} or {@code /readyz} asks.
 *
 * @param name short and stable, such as {@code capture}
 * @param scope which of the two asks it
 * @param verdict asked on the event loop of the service; answers at once
 */
public record Check(String name, Scope scope, Supplier<Verdict> verdict) {
    /** Live: a restart would help. Ready: it does its work now. */
    public enum Scope {
        LIVE,
        READY
    }

    /** @param detail for people; without addresses or payload, because the answer needs no credentials */
    public record Verdict(boolean pass, String detail) {
        public static Verdict pass(String detail) {
            return new Verdict(true, detail);
        }

        public static Verdict fail(String detail) {
            return new Verdict(false, detail);
        }
    }
}
