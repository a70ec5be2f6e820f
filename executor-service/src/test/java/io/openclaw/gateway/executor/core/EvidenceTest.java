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
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.signing.StageKeys;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class EvidenceTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private final SignatureChain chain = new SignatureChain(keys());
    private final Evidence evidence = new Evidence(chain);

    private static StageKeys keys() {
        Map<Stage, String> keys = new EnumMap<>(Stage.class);
        for (Stage stage : Stage.values()) {
            byte[] key = new byte[32];
            key[0] = (byte) stage.name().charAt(1);
            key[1] = (byte) stage.name().charAt(2);
            keys.put(stage, Base64.getEncoder().encodeToString(key));
        }
        return StageKeys.ofBase64(keys);
    }

    private ToolCall call(Mode mode) {
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
                null,
                null,
                0,
                Digest.of("demo", "openclaw", "exec", arguments),
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

    private void assertDenied(CallCleared cleared, String why) {
        assertThat(evidence.check(cleared)).hasValueSatisfying(refusal -> {
            assertThat(refusal.outcome()).isEqualTo(Outcome.DENIED);
            assertThat(refusal.error().message()).contains(why);
        });
    }

    @Nested
    class MayRun {

        @Test
        void whatPolicyAndVettingAllowed() {
            assertThat(evidence.check(cleared(Stage.POLICY, Decision.ALLOW, Stage.VETTING, Decision.ALLOW)))
                    .isEmpty();
        }

        @Test
        void whatOneOfThemEscalatedAndAPersonApproved() {
            assertThat(evidence.check(cleared(
                            Stage.POLICY, Decision.ALLOW,
                            Stage.VETTING, Decision.ESCALATE,
                            Stage.APPROVAL, Decision.ALLOW)))
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
        void whatSomebodyElseRuns() {
            ToolCall call = call(Mode.DECIDE);
            List<Verdict> verdicts = and(call, List.of(), Stage.POLICY, Decision.ALLOW);
            verdicts = and(call, verdicts, Stage.VETTING, Decision.ALLOW);
            assertDenied(new CallCleared(call, verdicts, Map.of()), "DECIDE");
        }
    }
}
