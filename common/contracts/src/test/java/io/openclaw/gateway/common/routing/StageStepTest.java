package io.openclaw.gateway.common.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.Calls;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallAuthorized;
import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.event.CallSuspected;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.signing.SignatureChainTest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StageStepTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private final SignatureChain chain = new SignatureChain(SignatureChainTest.keys((byte) 1));
    private final StageStep step = new StageStep(chain);
    private final ToolCall call = chain.seal(Calls.call("{\"command\":\"ls\"}"));

    private static Verdict verdict(Stage stage, Decision decision) {
        return Verdict.of(
                stage,
                decision,
                List.of(new Reason("a/b", "because", Severity.MEDIUM)),
                stage.label() + "-1",
                NOW,
                "v");
    }

    private CallSuspected suspected() {
        var authorized = new CallAuthorized(
                call, chain.append(call, List.of(), verdict(Stage.POLICY, Decision.ALLOW)), Map.of());
        return step.suspected(authorized, verdict(Stage.VETTING, Decision.ESCALATE));
    }

    @Test
    void aSuspectedCallCarriesWhatHoldsIfNobodySettlesIt() {
        CallSuspected suspected = suspected();
        assertThat(chain.verify(call, suspected.verdicts())).isEmpty();
        assertThat(Routing.after(Stage.VETTING, suspected.verdicts())).hasToString("CALLS_ESCALATED");
    }

    @Test
    void aModelsVerdictTakesThePlaceOfTheRules() {
        var cleared = step.settled(suspected(), verdict(Stage.VETTING, Decision.ALLOW));
        assertThat(cleared).isInstanceOf(CallCleared.class);
        assertThat(cleared.verdicts()).extracting(Verdict::outcome).containsExactly(Decision.ALLOW, Decision.ALLOW);
        assertThat(chain.verify(call, cleared.verdicts())).isEmpty();

        assertThat(step.settled(suspected(), verdict(Stage.VETTING, Decision.DENY)))
                .isInstanceOf(CallCompleted.class);
        assertThat(step.settled(suspected(), verdict(Stage.VETTING, Decision.ESCALATE)))
                .isInstanceOf(CallEscalated.class);
    }

    @Test
    void aCallThatAStageFailedOnEndsUnlessItsEvidenceDoesNotHold() {
        var authorized = new CallAuthorized(
                call, chain.append(call, List.of(), verdict(Stage.POLICY, Decision.ALLOW)), Map.of());
        assertThat(step.failed(authorized, Stage.VETTING, NOW)).hasValueSatisfying(end -> {
            assertThat(end.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(String.valueOf(end.error())).contains("stage_failed", "was not run");
            assertThat(chain.verifies(end)).isTrue();
        });
        var madeUp = new CallAuthorized(call.sealed("0".repeat(64)), authorized.verdicts(), Map.of());
        assertThat(step.failed(madeUp, Stage.VETTING, NOW)).isEmpty();
    }
}
