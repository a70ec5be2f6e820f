package io.openclaw.gateway.common.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.openclaw.gateway.common.signing.UntrustedCallException;
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

    private void assertRefused(List<Verdict> verdicts) {
        var copied = new CallSuspected(call, verdicts, Map.of());
        assertThat(chain.verify(call, verdicts)).isEmpty();
        assertThatThrownBy(() -> step.offered(copied))
                .isInstanceOf(UntrustedCallException.class)
                .hasMessageContaining("vetting did not offer this call to a model");
        assertThatThrownBy(() -> step.settled(copied, verdict(Stage.VETTING, Decision.ALLOW)))
                .isInstanceOf(UntrustedCallException.class);
    }

    private List<Verdict> signed(Verdict... verdicts) {
        List<Verdict> all = List.of();
        for (Verdict each : verdicts) {
            all = chain.append(call, all, each);
        }
        return all;
    }

    /** Who can write to the topic can copy there whatever was signed; none of it loses a verdict. */
    @Test
    void refusesToSettleWhatVettingDidNotOffer() {
        assertRefused(signed());
        assertRefused(signed(verdict(Stage.POLICY, Decision.ALLOW)));
        assertRefused(signed(verdict(Stage.POLICY, Decision.DENY)));
        assertRefused(signed(verdict(Stage.POLICY, Decision.ALLOW), verdict(Stage.VETTING, Decision.DENY)));
        assertRefused(signed(
                verdict(Stage.POLICY, Decision.ALLOW),
                verdict(Stage.VETTING, Decision.DENY).offered()));
        assertRefused(signed(verdict(Stage.POLICY, Decision.ALLOW), verdict(Stage.VETTING, Decision.ESCALATE)));
        assertRefused(signed(
                verdict(Stage.POLICY, Decision.ESCALATE),
                verdict(Stage.VETTING, Decision.ESCALATE).offered()));
        assertRefused(signed(verdict(Stage.POLICY, Decision.ALLOW).offered()));
        assertRefused(signed(
                verdict(Stage.POLICY, Decision.ALLOW),
                verdict(Stage.VETTING, Decision.ESCALATE).offered(),
                verdict(Stage.APPROVAL, Decision.DENY)));
        assertRefused(signed(
                verdict(Stage.POLICY, Decision.ALLOW),
                verdict(Stage.VETTING, Decision.DENY),
                verdict(Stage.VETTING, Decision.ESCALATE).offered()));
    }

    @Test
    void anOfferCannotBeForgedNorTakenBack() {
        Verdict plain = verdict(Stage.VETTING, Decision.ESCALATE);
        List<Verdict> unoffered = signed(verdict(Stage.POLICY, Decision.ALLOW), plain);
        List<Verdict> forged = List.of(
                unoffered.getFirst(),
                plain.offered()
                        .signed(java.util.Objects.requireNonNull(
                                unoffered.getLast().signature())));
        assertThat(chain.verify(call, forged)).isPresent();
        assertThatThrownBy(() -> step.offered(new CallSuspected(call, forged, Map.of())))
                .isInstanceOf(UntrustedCallException.class);

        List<Verdict> offered = suspected().verdicts();
        List<Verdict> taken = List.of(
                offered.getFirst(),
                plain.signed(java.util.Objects.requireNonNull(offered.getLast().signature())));
        assertThat(chain.verify(call, taken)).isPresent();
    }

    @Test
    void whatAModelSettledIsOfferedToNone() {
        var escalated = step.settled(suspected(), verdict(Stage.VETTING, Decision.ESCALATE));
        assertRefused(escalated.verdicts());
    }
}
