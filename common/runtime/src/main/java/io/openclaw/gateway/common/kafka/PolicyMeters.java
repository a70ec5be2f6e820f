package io.openclaw.gateway.common.kafka;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.openclaw.gateway.common.health.GaugeTable;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.common.policy.PolicyState;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which policy this process goes by, and how much is frozen. */
public final class PolicyMeters {
    private final GaugeTable versions;

    public PolicyMeters(MeterRegistry meters, PolicyFollower follower) {
        versions = new GaugeTable(
                meters,
                "openclaw.policy.version",
                "1 for the policy in force (slot active) and the one that is tried beside it (slot candidate)",
                null);
        Gauge.builder(
                        "openclaw.policy.frozen",
                        follower,
                        now -> now.state().freezes().all().size())
                .description("How many freezes hold")
                .register(meters);
        follower.onChange(this::use);
    }

    private void use(PolicyState state) {
        Map<Tags, Integer> rows = new HashMap<>();
        add(rows, "active", state.active());
        add(rows, "candidate", state.candidate());
        versions.set(rows);
    }

    private static void add(Map<Tags, Integer> rows, String slot, @Nullable PolicyInForce policy) {
        if (policy != null) {
            rows.put(Tags.of("slot", slot, "version", policy.version()), 1);
        }
    }
}
