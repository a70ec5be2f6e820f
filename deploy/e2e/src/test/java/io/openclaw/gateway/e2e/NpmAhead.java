package io.openclaw.gateway.e2e;

import org.junit.platform.engine.TestTag;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Installs what the later suites need from npm while the earlier ones run: npm mostly waits for the network. If that fails, the
 * suite that needs it tries again, and says why.
 */
public final class NpmAhead implements TestExecutionListener {
    /** What a suite has that needs something from npm. */
    static final String TAG = "npm";

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        boolean needed = plan.getRoots().stream()
                .flatMap(root -> plan.getDescendants(root).stream())
                .map(TestIdentifier::getTags)
                .anyMatch(tags -> tags.contains(TestTag.create(TAG)));
        if (needed) {
            Thread.ofPlatform().daemon().name("npm").start(NpmAhead::install);
        }
    }

    private static void install() {
        RealWorker.installed();
        NodeServer.packages();
        NodeServer.inspector();
        NodeServer.directInspector();
    }
}
