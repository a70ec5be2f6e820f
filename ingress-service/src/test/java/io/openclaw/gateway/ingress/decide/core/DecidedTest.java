package io.openclaw.gateway.ingress.decide.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.core.CallState;
import io.openclaw.gateway.ingress.decide.core.Decided.Answer;
import io.openclaw.gateway.testing.Calls;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DecidedTest {
    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
    private final ToolCall call = Calls.call("demo", "openclaw", "exec", RawJson.EMPTY_OBJECT, NOW);

    private static Verdict verdict(Stage stage, Decision outcome) {
        return Verdict.of(
                stage,
                outcome,
                List.of(new Reason(stage.label() + "/rule", "because", Severity.HIGH)),
                stage.label(),
                NOW,
                null);
    }

    private Decided ended(Outcome outcome, @Nullable CallError error, Verdict... verdicts) {
        return Decided.of(new CallState.Ended(
                CallCompleted.of(call, List.of(verdicts), outcome, null, error, Stage.VETTING, NOW)));
    }

    @Test
    void isPendingUntilTheCallHasEnded() {
        assertThat(Decided.of(new CallState.Pending(call)).answer()).isEqualTo(Answer.PENDING);
        assertThat(Decided.of(new CallState.Waiting(call, NOW)).approvalExpiresAt())
                .isEqualTo(NOW);
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"ALLOWED", "ESCALATED"})
    void deniesAtEveryEndButAnAllowedOne(Outcome outcome) {
        Decided decided = ended(outcome, CallError.of("stage_failed", "It failed."));
        assertThat(decided.answer()).isEqualTo(Answer.DENY);
        assertThat(decided.reasons()).extracting(Reason::ruleId).containsExactly("gateway/stage-failed");
    }

    @Test
    void saysWhyOfTheVerdictsThatDecided() {
        Decided denied = ended(
                Outcome.DENIED, null, verdict(Stage.POLICY, Decision.ALLOW), verdict(Stage.VETTING, Decision.DENY));
        assertThat(denied.reasons()).extracting(Reason::ruleId).containsExactly("vetting/rule");
        Decided asks = ended(
                Outcome.ESCALATED,
                null,
                verdict(Stage.POLICY, Decision.ESCALATE),
                verdict(Stage.VETTING, Decision.ALLOW));
        assertThat(asks.answer()).isEqualTo(Answer.ESCALATE);
        assertThat(asks.reasons()).extracting(Reason::ruleId).containsExactly("policy/rule");
    }

    @Test
    void tellsWhatAPersonAllowedFromWhatRulesDid() {
        assertThat(ended(Outcome.ALLOWED, null, verdict(Stage.POLICY, Decision.ALLOW))
                        .isApproved())
                .isFalse();
        assertThat(ended(
                                Outcome.ALLOWED,
                                null,
                                verdict(Stage.POLICY, Decision.ESCALATE),
                                verdict(Stage.VETTING, Decision.ALLOW),
                                verdict(Stage.APPROVAL, Decision.ALLOW))
                        .isApproved())
                .isTrue();
    }
}
