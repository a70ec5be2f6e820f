package io.openclaw.gateway.common.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.Calls;
import io.openclaw.gateway.common.Events;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Mode;
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
import io.openclaw.gateway.common.event.CallEvent;
import io.openclaw.gateway.common.event.CallRequested;
import io.openclaw.gateway.common.event.CallSuspected;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.signing.UntrustedCallException;
import io.openclaw.gateway.common.topic.Service;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StageStepTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private final Keyring keyring = Keyring.generated();
    private final SignatureChain chain = new SignatureChain(keyring);
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

    private <E extends GatewayEvent> Signed<E> signed(E event) {
        return Events.signed(keyring, event);
    }

    private Signed<CallAuthorized> authorized() {
        return signed(new CallAuthorized(
                call, chain.append(call, List.of(), verdict(Stage.POLICY, Decision.ALLOW)), Map.of()));
    }

    private CallSuspected suspected() {
        return step.suspected(authorized(), verdict(Stage.VETTING, Decision.ESCALATE));
    }

    @Test
    void aSuspectedCallCarriesWhatHoldsIfNobodySettlesIt() {
        CallSuspected suspected = suspected();
        assertThat(chain.verify(call, suspected.verdicts())).isEmpty();
        assertThat(Routing.after(Stage.VETTING, suspected.verdicts())).hasToString("CALLS_ESCALATED");
    }

    @Test
    void aModelsVerdictTakesThePlaceOfTheRules() {
        var cleared = step.settled(signed(suspected()), verdict(Stage.VETTING, Decision.ALLOW));
        assertThat(cleared).isInstanceOf(CallCleared.class);
        assertThat(cleared.verdicts()).extracting(Verdict::outcome).containsExactly(Decision.ALLOW, Decision.ALLOW);
        assertThat(chain.verify(call, cleared.verdicts())).isEmpty();

        assertThat(step.settled(signed(suspected()), verdict(Stage.VETTING, Decision.DENY)))
                .isInstanceOf(CallCompleted.class);
        assertThat(step.settled(signed(suspected()), verdict(Stage.VETTING, Decision.ESCALATE)))
                .isInstanceOf(CallEscalated.class);
    }

    private ToolCall in(Mode mode) {
        return chain.seal(Calls.call("{\"command\":\"ls\"}", mode));
    }

    private CallEvent after(ToolCall asked, Decision policy, Decision vetting) {
        CallEvent event = step.after(signed(new CallRequested(asked)), verdict(Stage.POLICY, policy));
        return event instanceof CallAuthorized ? step.after(signed(event), verdict(Stage.VETTING, vetting)) : event;
    }

    private void assertEnd(CallEvent event, Outcome outcome) {
        assertThat(event).isInstanceOfSatisfying(CallCompleted.class, end -> {
            assertThat(end.outcome()).isEqualTo(outcome);
            assertThat(end.call().arguments()).isNull();
            assertThat(chain.verify(end.call(), end.verdicts())).isEmpty();
        });
    }

    @Test
    void aCallThatIsOnlyDecidedAboutEndsWhereAnotherWouldBeCleared() {
        assertThat(after(in(Mode.EXECUTE), Decision.ALLOW, Decision.ALLOW)).isInstanceOf(CallCleared.class);
        assertEnd(after(in(Mode.DECIDE), Decision.ALLOW, Decision.ALLOW), Outcome.ALLOWED);
        assertEnd(after(in(Mode.DECIDE), Decision.DENY, Decision.ALLOW), Outcome.DENIED);
        assertEnd(after(in(Mode.DECIDE), Decision.ALLOW, Decision.DENY), Outcome.DENIED);
    }

    @Test
    void aCallThatIsOnlyDecidedAboutWaitsForAPersonAndIsNeverCleared() {
        CallEvent escalated = after(in(Mode.DECIDE), Decision.ESCALATE, Decision.ALLOW);
        assertThat(escalated).isInstanceOf(CallEscalated.class);
        assertEnd(step.after(signed(escalated), verdict(Stage.APPROVAL, Decision.ALLOW)), Outcome.ALLOWED);
        assertEnd(step.after(signed(escalated), verdict(Stage.APPROVAL, Decision.DENY)), Outcome.DENIED);
    }

    @Test
    void aModelsYesToACallThatIsOnlyDecidedAboutClearsNothing() {
        ToolCall asked = in(Mode.DECIDE);
        var authorized = new CallAuthorized(
                asked, chain.append(asked, List.of(), verdict(Stage.POLICY, Decision.ALLOW)), Map.of());
        CallSuspected offered = step.suspected(signed(authorized), verdict(Stage.VETTING, Decision.ESCALATE));
        assertEnd(step.settled(signed(offered), verdict(Stage.VETTING, Decision.ALLOW)), Outcome.ALLOWED);
    }

    @Test
    void aDryRunAsksNobody() {
        assertEnd(after(in(Mode.DRY_RUN), Decision.ALLOW, Decision.ALLOW), Outcome.ALLOWED);
        assertEnd(after(in(Mode.DRY_RUN), Decision.ESCALATE, Decision.ALLOW), Outcome.ESCALATED);
        assertEnd(after(in(Mode.DRY_RUN), Decision.ALLOW, Decision.ESCALATE), Outcome.ESCALATED);
        assertEnd(after(in(Mode.DRY_RUN), Decision.ESCALATE, Decision.DENY), Outcome.DENIED);
    }

    @Test
    void aCallThatAStageFailedOnEnds() {
        CallCompleted end = step.failed(authorized(), Stage.VETTING, NOW);
        assertThat(end.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(String.valueOf(end.error())).contains("stage_failed", "was not run");
        assertThat(signed(end).writer()).isEqualTo(Service.VETTING);
    }

    private void assertRefused(List<Verdict> verdicts) {
        var copied = signed(new CallSuspected(call, verdicts, Map.of()));
        assertThat(chain.verify(call, verdicts)).isEmpty();
        assertThatThrownBy(() -> step.offered(copied))
                .isInstanceOf(UntrustedCallException.class)
                .hasMessageContaining("vetting did not offer this call to a model");
        assertThatThrownBy(() -> step.settled(copied, verdict(Stage.VETTING, Decision.ALLOW)))
                .isInstanceOf(UntrustedCallException.class);
    }

    private List<Verdict> chained(Verdict... verdicts) {
        List<Verdict> all = List.of();
        for (Verdict each : verdicts) {
            all = chain.append(call, all, each);
        }
        return all;
    }

    /** Who can write to the topic can copy there whatever was signed; none of it loses a verdict. */
    @Test
    void refusesToSettleWhatVettingDidNotOffer() {
        assertRefused(chained());
        assertRefused(chained(verdict(Stage.POLICY, Decision.ALLOW)));
        assertRefused(chained(verdict(Stage.POLICY, Decision.DENY)));
        assertRefused(chained(verdict(Stage.POLICY, Decision.ALLOW), verdict(Stage.VETTING, Decision.DENY)));
        assertRefused(chained(
                verdict(Stage.POLICY, Decision.ALLOW),
                verdict(Stage.VETTING, Decision.DENY).offered()));
        assertRefused(chained(verdict(Stage.POLICY, Decision.ALLOW), verdict(Stage.VETTING, Decision.ESCALATE)));
        assertRefused(chained(
                verdict(Stage.POLICY, Decision.ESCALATE),
                verdict(Stage.VETTING, Decision.ESCALATE).offered()));
        assertRefused(chained(verdict(Stage.POLICY, Decision.ALLOW).offered()));
        assertRefused(chained(
                verdict(Stage.POLICY, Decision.ALLOW),
                verdict(Stage.VETTING, Decision.ESCALATE).offered(),
                verdict(Stage.APPROVAL, Decision.DENY)));
        assertRefused(chained(
                verdict(Stage.POLICY, Decision.ALLOW),
                verdict(Stage.VETTING, Decision.DENY),
                verdict(Stage.VETTING, Decision.ESCALATE).offered()));
    }

    @Test
    void anOfferCannotBeForgedNorTakenBack() {
        Verdict plain = verdict(Stage.VETTING, Decision.ESCALATE);
        List<Verdict> unoffered = chained(verdict(Stage.POLICY, Decision.ALLOW), plain);
        List<Verdict> forged = List.of(
                unoffered.getFirst(),
                plain.offered()
                        .signed(java.util.Objects.requireNonNull(
                                unoffered.getLast().signature())));
        assertThat(chain.verify(call, forged)).isPresent();
        assertThatThrownBy(() -> step.trusted(signed(new CallSuspected(call, forged, Map.of()))))
                .isInstanceOf(UntrustedCallException.class);

        List<Verdict> offered = suspected().verdicts();
        List<Verdict> taken = List.of(
                offered.getFirst(),
                plain.signed(java.util.Objects.requireNonNull(offered.getLast().signature())));
        assertThat(chain.verify(call, taken)).isPresent();
    }

    @Test
    void whatAModelSettledIsOfferedToNone() {
        var escalated = step.settled(signed(suspected()), verdict(Stage.VETTING, Decision.ESCALATE));
        assertRefused(escalated.verdicts());
    }
}
