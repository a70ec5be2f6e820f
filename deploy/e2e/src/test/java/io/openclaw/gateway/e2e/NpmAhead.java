package io.openclaw.gateway.e2e;

import java.util.Set;
import java.util.stream.Collectors;
import org.junit.platform.engine.TestTag;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestPlan;

/**
 * Installs what the later suites need from npm while the earlier ones run: npm mostly waits for the network. If that fails, the
 * suite that needs it tries again, and says why.
 */
public final class NpmAhead implements TestExecutionListener {
    /** What a suite has that needs a real OpenClaw. */
    static final String TAG = "npm";

    /** What a suite of browsers and MCP clients has. */
    static final String CLIENTS = "clients";

    @Override
    public void testPlanExecutionStarted(TestPlan plan) {
        Set<String> tags = plan.getRoots().stream()
                .flatMap(root -> plan.getDescendants(root).stream())
                .flatMap(test -> test.getTags().stream())
                .map(TestTag::getName)
                .collect(Collectors.toSet());
        if (tags.contains(TAG) || tags.contains(CLIENTS)) {
            Thread.ofPlatform().daemon().name("npm").start(() -> install(tags));
        }
    }

    private static void install(Set<String> tags) {
        NodeServer.packages();
        if (tags.contains(TAG)) {
            RealWorker.installed();
            NodeServer.inspector();
        }
        if (tags.contains(CLIENTS)) {
            NodeServer.directInspector();
        }
    }
}
