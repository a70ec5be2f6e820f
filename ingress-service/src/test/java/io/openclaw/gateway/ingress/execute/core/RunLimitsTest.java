package io.openclaw.gateway.ingress.execute.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.PolicyDocument;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunLimitsTest {
    private static final RunLimits DEFAULTS = new RunLimits(20, Duration.ofMinutes(10), 1_000, 0, 5_000, 0);
    private static final PolicyDocument POLICY = RawJson.of("""
            {"agents": [{"id": "demo", "roles": ["small"]}, {"id": "other"}], "roles": [{"id": "small"}],
             "limits": [{"id": "a", "roles": ["small"], "runSteps": 3, "runTokens": 100},
                        {"id": "b", "agents": ["demo"], "runSteps": 5, "runTokensPerDay": 200, "runUsdPerDay": 0},
                        {"id": "c", "agents": ["big"], "runSteps": 500, "runUsdPerDay": 7.5}]}""").as(PolicyDocument.class);

    private static RunLimits of(String agent, String... roles) {
        return RunLimits.of(POLICY, DEFAULTS, agent, List.of(roles));
    }

    @Test
    void theSmallestOfThePolicyAndTheSettingsCounts() {
        RunLimits demo = of("demo");
        assertThat(demo.steps()).isEqualTo(3);
        assertThat(demo.tokens()).isEqualTo(100);
        assertThat(demo.tokensPerDay()).isEqualTo(200);
        assertThat(of("other")).isEqualTo(DEFAULTS);
        assertThat(of("other", "small").steps()).isEqualTo(3);
        assertThat(of("big").steps()).isEqualTo(20);
        assertThat(of("big").costPerDayUsd()).isEqualTo(7.5);
    }

    @Test
    void noDollarsInAPolicyAreNone() {
        assertThat(of("demo").reachedToday("demo", new Spending(0, 0, 0.001))).isPresent();
        assertThat(of("other").reachedToday("other", new Spending(0, 0, 1_000))).isEmpty();
    }
}
