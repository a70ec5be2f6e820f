package io.openclaw.gateway.common.routing;

import static io.openclaw.gateway.common.call.Decision.ALLOW;
import static io.openclaw.gateway.common.call.Decision.DENY;
import static io.openclaw.gateway.common.call.Decision.ESCALATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.topic.Topic;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoutingTest {

    private static List<Verdict> verdicts(Decision... outcomes) {
        return Arrays.stream(outcomes)
                .map(outcome -> Verdict.of(Stage.POLICY, outcome, List.of(), "x", Instant.EPOCH, null))
                .toList();
    }

    @Test
    void noVerdictIsADenial() {
        assertThat(Routing.strictest(List.of())).isEqualTo(DENY);
    }

    @Test
    void policyDeniesOrHandsOnToVetting() {
        assertThat(Routing.after(Stage.POLICY, verdicts(DENY))).isEqualTo(Topic.CALLS_COMPLETED);
        assertThat(Routing.after(Stage.POLICY, verdicts(ESCALATE))).isEqualTo(Topic.CALLS_AUTHORIZED);
        assertThat(Routing.after(Stage.POLICY, verdicts(ALLOW))).isEqualTo(Topic.CALLS_AUTHORIZED);
    }

    @Test
    void afterVettingTheStrictestOfBothDecides() {
        assertThat(Routing.after(Stage.VETTING, verdicts(ALLOW, ALLOW))).isEqualTo(Topic.CALLS_CLEARED);
        assertThat(Routing.after(Stage.VETTING, verdicts(ESCALATE, ALLOW))).isEqualTo(Topic.CALLS_ESCALATED);
        assertThat(Routing.after(Stage.VETTING, verdicts(ALLOW, ESCALATE))).isEqualTo(Topic.CALLS_ESCALATED);
        assertThat(Routing.after(Stage.VETTING, verdicts(ESCALATE, DENY))).isEqualTo(Topic.CALLS_COMPLETED);
    }

    @Test
    void approvalAnswersTheEscalation() {
        assertThat(Routing.after(Stage.APPROVAL, verdicts(ESCALATE, ALLOW, ALLOW)))
                .isEqualTo(Topic.CALLS_CLEARED);
        assertThat(Routing.after(Stage.APPROVAL, verdicts(ESCALATE, ALLOW, DENY)))
                .isEqualTo(Topic.CALLS_COMPLETED);
    }

    @Test
    void stagesThatJudgeNothingRouteNothing() {
        assertThatIllegalArgumentException().isThrownBy(() -> Routing.after(Stage.EXECUTOR, verdicts(ALLOW)));
    }
}
