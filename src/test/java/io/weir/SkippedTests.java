package io.weir;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Says aloud which tests did not run, and why: one line each on standard output. */
public final class SkippedTests implements TestExecutionListener {
    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        report(test, reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
            report(test, result.getThrowable().map(Throwable::getMessage).orElse("no reason given"));
        }
    }

    private static void report(TestIdentifier test, String reason) {
        String name = test.getUniqueId().replaceAll("\\[engine:[^]]*]/|\\[[a-z-]+:|]", "");
        System.out.println("SKIPPED " + name + ": " + reason.replaceFirst("^Assumption failed: ", ""));
    }
}
