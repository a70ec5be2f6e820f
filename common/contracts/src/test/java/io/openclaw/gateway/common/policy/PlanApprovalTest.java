package io.openclaw.gateway.common.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlanApprovalTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");
    private static final UUID RUN = UUID.randomUUID();

    private final PlanApproval plan = new PlanApproval(
            RUN,
            "digest",
            List.of(step("{\"to\":\"bob\"}"), step("{\"to\":\"alice\"}"), step("{ \"to\" : \"bob\" }")),
            List.of());

    private static PlanApproval.Step step(String arguments) {
        return new PlanApproval.Step("openclaw", "message", RawJson.of(arguments));
    }

    private static ToolCall call(
            String upstream, String tool, String arguments, Origin origin, Mode mode, @Nullable UUID parent) {
        return new ToolCall(
                CallIds.next(),
                "demo",
                upstream,
                tool,
                RawJson.of(arguments),
                origin,
                mode,
                NOW,
                NOW.plusSeconds(60),
                parent,
                null,
                null,
                null,
                0,
                Digest.of("demo", upstream, tool, RawJson.of(arguments)),
                null,
                Map.of());
    }

    private static ToolCall message(String to, Origin origin, @Nullable UUID parent) {
        return call("openclaw", "message", "{\"to\":\"" + to + "\"}", origin, Mode.EXECUTE, parent);
    }

    @Test
    void aStepIsFoundByExactlyWhatItAsksFor() {
        assertThat(plan.stepsLike(message("bob", Origin.PLAN, RUN))).isEqualTo(2);
        assertThat(plan.stepsLike(message("alice", Origin.PLAN, RUN))).isEqualTo(1);
        assertThat(plan.stepsLike(message("eve", Origin.PLAN, RUN))).isZero();
    }

    @Test
    void aCallOfAnotherRunOrAnotherDoorIsNoStep() {
        assertThat(plan.stepsLike(message("bob", Origin.PLAN, UUID.randomUUID())))
                .isZero();
        assertThat(plan.stepsLike(message("bob", Origin.PLAN, null))).isZero();
        assertThat(plan.stepsLike(message("bob", Origin.REST, RUN))).isZero();
    }

    @Test
    void anAgentCannotAskForAnApprovalOfAPlanByItself() {
        assertThat(PlanApproval.isAskedForBy(call("gateway", "plan.approve", "{}", Origin.PLAN, Mode.DECIDE, RUN)))
                .isTrue();
        for (Origin origin : List.of(Origin.REST, Origin.MCP, Origin.HOOK, Origin.KAFKA)) {
            assertThat(PlanApproval.isAskedForBy(call("gateway", "plan.approve", "{}", origin, Mode.DECIDE, RUN)))
                    .isFalse();
        }
        assertThat(PlanApproval.isAskedForBy(call("gateway", "plan.approve", "{}", Origin.PLAN, Mode.EXECUTE, RUN)))
                .isFalse();
    }
}
