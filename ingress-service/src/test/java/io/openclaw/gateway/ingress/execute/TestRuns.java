package io.openclaw.gateway.ingress.execute;

import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.ingress.execute.core.FakePipeline;
import io.openclaw.gateway.ingress.execute.core.InMemoryRuns;
import io.openclaw.gateway.ingress.execute.core.RunDriver;
import io.openclaw.gateway.ingress.execute.core.RunLimits;
import io.openclaw.gateway.ingress.execute.core.RunLog;
import io.openclaw.gateway.ingress.execute.core.ScriptedPlanner;
import java.time.Clock;
import java.time.Duration;

/** Runs of one instance, with a scripted model, a pipeline that a test answers for, and a store in memory. */
public final class TestRuns {
    private TestRuns() {}

    public static Runs of(
            ScriptedPlanner model,
            FakePipeline pipeline,
            InMemoryRuns store,
            RunLog log,
            boolean hasModel,
            Clock clock) {
        var limits = new RunLimits(5, Duration.ofMinutes(10), 100_000, 0, 1_000_000, 0);
        var driver = new RunDriver(
                model,
                pipeline,
                store,
                log,
                (agent, roles) -> limits,
                new RunDriver.Settings(1, Duration.ZERO, 2_000),
                "one",
                clock);
        return new Runs(
                store,
                driver,
                log,
                pipeline,
                (agent, roles) -> limits,
                new RunSignals(),
                4,
                8,
                hasModel,
                "one",
                new BackgroundWork(),
                clock);
    }
}
