package io.weir;

/** The one class that joins the stages. */
final class Probe {
    private Probe() {}

    static int serve(Configuration configuration) throws FailureException {
        throw new FailureException("serve is not built yet");
    }
}
