package io.openclaw.gateway.common.kafka;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.common.policy.PolicyState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which policy this process goes by, and how much is frozen. */
public final class PolicyMeters {
    private final MultiGauge versions;

    public PolicyMeters(MeterRegistry meters, PolicyFollower follower) {
        versions = MultiGauge.builder("openclaw.policy.version")
                .description(
                        "1 for the policy in force (slot active) and the one that is tried beside it (slot candidate)")
                .register(meters);
        Gauge.builder(
                        "openclaw.policy.frozen",
                        follower,
                        now -> now.state().freezes().all().size())
                .description("How many freezes hold")
                .register(meters);
        follower.onChange(this::use);
    }

    private void use(PolicyState state) {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        add(rows, "active", state.active());
        add(rows, "candidate", state.candidate());
        versions.register(rows, true);
    }

    private static void add(List<MultiGauge.Row<?>> rows, String slot, @Nullable PolicyInForce policy) {
        if (policy != null) {
            rows.add(MultiGauge.Row.of(Tags.of("slot", slot, "version", policy.version()), 1));
        }
    }
}
