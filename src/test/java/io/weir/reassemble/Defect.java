package io.weir.reassemble;

import java.util.Arrays;
import java.util.function.Consumer;

/** What a stream throws on purpose, see {@link Recording#failing}. */
final class Defect extends RuntimeException {
    private static final long serialVersionUID = 1;

    Defect(String call) {
        super(call);
    }

    /** Throws in every call of this name. */
    static Consumer<String> in(String wanted) {
        return call -> {
            if (call.equals(wanted)) {
                throw new Defect(call);
            }
        };
    }

    static Consumer<String> nowhere() {
        return call -> {};
    }

    /** Runs something that may throw defects; what else it throws is thrown on. */
    static void tolerated(Runnable work) {
        try {
            work.run();
        } catch (Defect defect) {
            Arrays.stream(defect.getSuppressed())
                    .filter(AssertionError.class::isInstance)
                    .findFirst()
                    .ifPresent(wrong -> {
                        throw (AssertionError) wrong;
                    });
        }
    }
}
