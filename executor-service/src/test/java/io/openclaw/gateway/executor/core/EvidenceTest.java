package io.openclaw.gateway.executor.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.testing.Events;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class EvidenceTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private final Keyring keyring = Keyring.generated();
    private final SignatureChain chain = new SignatureChain(keyring);
    private final Evidence evidence = new Evidence(chain);

    private ToolCall call(Mode mode) {
        return call(mode, null, null);
    }

    private ToolCall call(Mode mode, @Nullable RawJson context, @Nullable RawJson digested) {
        RawJson arguments = RawJson.of("{\"command\":\"ls\"}");
        return chain.seal(new ToolCall(
                CallIds.next(),
                "demo",
                "openclaw",
                "exec",
                arguments,
                Origin.REST,
                mode,
                NOW,
                NOW.plusSeconds(60),
                null,
                null,
                context,
                null,
                0,
                Digest.of("demo", "openclaw", "exec", arguments, digested),
                null,
                Map.of()));
    }

    private List<Verdict> and(ToolCall call, List<Verdict> verdicts, Stage stage, Decision outcome) {
        return chain.append(call, verdicts, Verdict.of(stage, outcome, List.of(), stage.label(), NOW, null));
    }

    private CallCleared cleared(Object... stagesAndOutcomes) {
        ToolCall call = call(Mode.EXECUTE);
        List<Verdict> verdicts = List.of();
        for (int i = 0; i < stagesAndOutcomes.length; i += 2) {
            verdicts = and(call, verdicts, (Stage) stagesAndOutcomes[i], (Decision) stagesAndOutcomes[i + 1]);
        }
        return new CallCleared(call, verdicts, Map.of());
    }

    private CallCleared allowed(ToolCall call) {
        List<Verdict> verdicts = and(call, List.of(), Stage.POLICY, Decision.ALLOW);
        return new CallCleared(call, and(call, verdicts, Stage.VETTING, Decision.ALLOW), Map.of());
    }

    private void assertDenied(CallCleared cleared, String why) {
        assertThat(evidence.check(Events.signed(keyring, cleared))).hasValueSatisfying(refusal -> {
            assertThat(refusal.outcome()).isEqualTo(Outcome.DENIED);
            assertThat(refusal.error().message()).contains(why);
        });
    }

    @Nested
    class MayRun {

        @Test
        void whatPolicyAndVettingAllowed() {
            assertThat(evidence.check(Events.signed(
                            keyring, cleared(Stage.POLICY, Decision.ALLOW, Stage.VETTING, Decision.ALLOW))))
                    .isEmpty();
        }

        @Test
        void whatHasTheContextThatItsDigestCovers() {
            RawJson context = RawJson.of("{\"x-openclaw-message-to\":\"+1\"}");
            assertThat(evidence.check(Events.signed(keyring, allowed(call(Mode.EXECUTE, context, context)))))
                    .isEmpty();
        }

        /** For one release: a call that was under way when its gateway was updated. */
        @Test
        void whatHasADigestFromBeforeContextsCounted() {
            RawJson context = RawJson.of("{\"x-openclaw-message-to\":\"+1\"}");
            assertThat(evidence.check(Events.signed(keyring, allowed(call(Mode.EXECUTE, context, null)))))
                    .isEmpty();
        }

        @Test
        void whatOneOfThemEscalatedAndAPersonApproved() {
            assertThat(evidence.check(Events.signed(
                            keyring,
                            cleared(
                                    Stage.POLICY, Decision.ALLOW,
                                    Stage.VETTING, Decision.ESCALATE,
                                    Stage.APPROVAL, Decision.ALLOW))))
                    .isEmpty();
        }
    }

    @Nested
    class MayNotRun {

        @Test
        void whatAStageHasNotSpokenAbout() {
            assertDenied(cleared(), "needs those of [POLICY, VETTING]");
            assertDenied(cleared(Stage.POLICY, Decision.ALLOW), "needs those of [POLICY, VETTING]");
            assertDenied(cleared(Stage.VETTING, Decision.ALLOW), "needs those of [POLICY, VETTING]");
        }

        @Test
        void whatNobodyApprovedThoughItWasEscalated() {
            assertDenied(cleared(Stage.POLICY, Decision.ESCALATE, Stage.VETTING, Decision.ALLOW), "APPROVAL");
        }

        @Test
        void whatSomebodyDenied() {
            assertDenied(cleared(Stage.POLICY, Decision.ALLOW, Stage.VETTING, Decision.DENY), "it was denied");
            assertDenied(
                    cleared(
                            Stage.POLICY, Decision.ESCALATE,
                            Stage.VETTING, Decision.ALLOW,
                            Stage.APPROVAL, Decision.DENY),
                    "it was denied");
        }

        @Test
        void whatComesWithTheEvidenceOfAnotherCall() {
            CallCleared other = cleared(Stage.POLICY, Decision.ALLOW, Stage.VETTING, Decision.ALLOW);
            assertDenied(new CallCleared(call(Mode.EXECUTE), other.verdicts(), Map.of()), "not signed by policy");
        }

        @Test
        void whatHasOtherArgumentsThanWereApproved() {
            CallCleared good = cleared(Stage.POLICY, Decision.ALLOW, Stage.VETTING, Decision.ALLOW);
            ToolCall changed = good.call().showing(RawJson.of("{\"command\":\"rm -rf /\"}"), null);
            assertDenied(new CallCleared(changed, good.verdicts(), Map.of()), "not those that were approved");
            assertDenied(
                    new CallCleared(good.call().withoutArguments(), good.verdicts(), Map.of()), "it has no arguments");
        }

        @Test
        void whatHasAnotherContextThanWasApproved() {
            RawJson approved = RawJson.of("{\"x-openclaw-message-to\":\"+1\"}");
            RawJson other = RawJson.of("{\"x-openclaw-message-to\":\"+2\"}");
            assertDenied(allowed(call(Mode.EXECUTE, other, approved)), "not those that were approved");
            assertDenied(allowed(call(Mode.EXECUTE, null, approved)), "not those that were approved");
            ToolCall swapped = call(Mode.EXECUTE, approved, approved);
            CallCleared good = allowed(swapped);
            assertDenied(
                    new CallCleared(swapped.showing(swapped.arguments(), other), good.verdicts(), Map.of()),
                    "not sealed by ingress");
        }

        /** Every link is signed, and all the same the chain contradicts itself. */
        @Test
        void whatHasAVerdictTooManyOrInAnotherOrder() {
            Decision yes = Decision.ALLOW;
            assertDenied(cleared(Stage.VETTING, yes, Stage.POLICY, yes), "needs those of");
            assertDenied(cleared(Stage.POLICY, yes, Stage.VETTING, yes, Stage.VETTING, yes), "needs those of");
            assertDenied(cleared(Stage.POLICY, yes, Stage.POLICY, yes, Stage.VETTING, yes), "needs those of");
            assertDenied(
                    cleared(Stage.POLICY, yes, Stage.VETTING, Decision.DENY, Stage.VETTING, yes), "needs those of");
            assertDenied(cleared(Stage.POLICY, yes, Stage.VETTING, yes, Stage.APPROVAL, yes), "needs those of");
            assertDenied(
                    cleared(Stage.POLICY, Decision.ESCALATE, Stage.APPROVAL, yes, Stage.VETTING, yes),
                    "needs those of");
            assertDenied(
                    cleared(
                            Stage.POLICY,
                            yes,
                            Stage.VETTING,
                            Decision.ESCALATE,
                            Stage.APPROVAL,
                            Decision.DENY,
                            Stage.APPROVAL,
                            yes),
                    "needs those of");
            assertDenied(
                    cleared(
                            Stage.POLICY, yes,
                            Stage.VETTING, Decision.ESCALATE,
                            Stage.APPROVAL, Decision.ESCALATE),
                    "nobody approved it");
            assertDenied(
                    cleared(
                            Stage.POLICY, Decision.DENY,
                            Stage.VETTING, Decision.ESCALATE,
                            Stage.APPROVAL, yes),
                    "it was denied");
        }

        @Test
        void whatSomebodyElseRuns() {
            assertDenied(allowed(call(Mode.DECIDE)), "DECIDE");
            assertDenied(allowed(call(Mode.DRY_RUN)), "DRY_RUN");
        }
    }
}
