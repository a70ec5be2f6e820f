package io.openclaw.gateway.common.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.Calls;
import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.FreezeChanged;
import io.openclaw.gateway.common.event.PolicyEvent;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

public class SignatureChainTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:01Z");
    private final SignatureChain chain = new SignatureChain(keys((byte) 1));
    private final ToolCall call = chain.seal(Calls.call("{\"command\":\"ls\"}"));

    public static StageKeys keys(byte seed) {
        Map<Stage, String> keys = new EnumMap<>(Stage.class);
        for (Stage stage : Stage.values()) {
            byte[] key = new byte[32];
            key[0] = seed;
            key[1] = (byte) stage.name().charAt(0);
            key[2] = (byte) stage.name().charAt(1);
            keys.put(stage, Base64.getEncoder().encodeToString(key));
        }
        return StageKeys.ofBase64(keys);
    }

    private static Verdict verdict(Stage stage, Decision outcome) {
        return Verdict.of(
                stage, outcome, List.of(new Reason("r", "because", Severity.HIGH)), stage.label() + "-1", NOW, "v1");
    }

    private List<Verdict> evidence() {
        List<Verdict> verdicts = chain.append(call, List.of(), verdict(Stage.POLICY, Decision.ESCALATE));
        verdicts = chain.append(call, verdicts, verdict(Stage.VETTING, Decision.ALLOW));
        return chain.append(call, verdicts, verdict(Stage.APPROVAL, Decision.ALLOW));
    }

    @Test
    void aChainThatTheStagesMadeHolds() {
        assertThat(chain.verify(call, evidence())).isEmpty();
    }

    @Test
    void aChainMadeWithOtherKeysDoesNot() {
        assertThat(new SignatureChain(keys((byte) 2)).verify(call, evidence())).isPresent();
    }

    @Test
    void aCallThatIngressDidNotSealDoesNot() {
        assertThat(chain.verify(Calls.call("{}"), List.of())).hasValue("the call is not sealed by ingress");
    }

    @Test
    void aVerdictCannotBeChanged() {
        List<Verdict> verdicts = evidence();
        Verdict policy = verdicts.getFirst();
        Verdict lenient = Verdict.of(
                        policy.stage(),
                        Decision.ALLOW,
                        policy.reasons(),
                        policy.decidedBy(),
                        policy.decidedAt(),
                        policy.policyVersion())
                .signed(policy.signature() == null ? "" : policy.signature());

        assertThat(chain.verify(call, List.of(lenient, verdicts.get(1), verdicts.get(2))))
                .hasValueSatisfying(problem -> assertThat(problem).contains("policy"));
    }

    @Test
    void aVerdictCannotBeLeftOut() {
        List<Verdict> verdicts = evidence();
        assertThat(chain.verify(call, List.of(verdicts.get(0), verdicts.get(2))))
                .isPresent();
        assertThat(chain.verify(call, List.of(verdicts.get(1), verdicts.get(2))))
                .isPresent();
    }

    @Test
    void theEvidenceOfOneCallDoesNotServeAnotherThatAsksTheSame() {
        ToolCall again = chain.seal(Calls.call("{\"command\":\"ls\"}"));
        assertThat(again.digest()).isEqualTo(call.digest());
        assertThat(chain.verify(again, evidence())).isPresent();
    }

    @Test
    void aStageCannotSignForAnother() {
        List<Verdict> verdicts = chain.append(call, List.of(), verdict(Stage.POLICY, Decision.ALLOW));
        Verdict forged = chain.append(call, verdicts, verdict(Stage.POLICY, Decision.ALLOW))
                .getLast();
        Verdict asVetting =
                verdict(Stage.VETTING, Decision.ALLOW).signed(forged.signature() == null ? "" : forged.signature());
        assertThat(chain.verify(call, List.of(verdicts.getFirst(), asVetting))).isPresent();
    }

    @Test
    void aResultCannotBeMadeUp() {
        CallCompleted end = chain.sign(CallCompleted.of(
                call, evidence(), Outcome.SUCCEEDED, RawJson.of("{\"a\":1}"), null, Stage.EXECUTOR, NOW));

        assertThat(chain.verifies(end)).isTrue();
        assertThat(chain.verifies(end.showing(end.call(), RawJson.of("{\"a\":2}"), null)))
                .isFalse();
        assertThat(new SignatureChain(keys((byte) 2)).verifies(end)).isFalse();
    }

    @Test
    void whoHasToSayYesCannotBeChanged() {
        ApprovalTerms two = new ApprovalTerms(List.of(new ApprovalTerms.Requirement("leads", 2)), 900L);
        Verdict verdict = chain.append(
                        call,
                        List.of(),
                        verdict(Stage.POLICY, Decision.ESCALATE).wanting(two))
                .getFirst();
        assertThat(chain.verify(call, List.of(verdict))).isEmpty();
        String signature = String.valueOf(verdict.signature());
        assertThat(chain.verify(call, List.of(verdict.wanting(null).signed(signature))))
                .isPresent();
    }

    @Test
    void whatAPersonIsShownOfTheCallCannotBeChanged() {
        Verdict verdict = chain.append(
                        call,
                        List.of(),
                        verdict(Stage.VETTING, Decision.ESCALATE).reading("rm -rf /"))
                .getFirst();
        String signature = String.valueOf(verdict.signature());

        assertThat(chain.verify(call, List.of(verdict))).isEmpty();
        assertThat(chain.verify(call, List.of(verdict.reading("ls").signed(signature))))
                .isPresent();
        assertThat(chain.verify(call, List.of(verdict.reading(null).signed(signature))))
                .isPresent();
    }

    @Test
    void whatPolicyTellsCannotBeMadeUp() {
        PolicyEvent freeze = chain.sign(new FreezeChanged("all", true, "an incident", NOW, "admin", null, Map.of()));

        assertThat(chain.verifies(freeze)).isTrue();
        assertThat(chain.verifies(
                        new FreezeChanged("all", false, "an incident", NOW, "admin", freeze.signature(), Map.of())))
                .isFalse();
        assertThat(new SignatureChain(keys((byte) 2)).verifies(freeze)).isFalse();
    }

    @Test
    void whatWasNoticedInAResultCannotBeTakenOut() {
        CallCompleted end = chain.sign(
                CallCompleted.of(call, evidence(), Outcome.SUCCEEDED, RawJson.of("{}"), null, Stage.EXECUTOR, NOW)
                        .noticing(List.of(new Reason("results/injection", "it speaks to a model", Severity.HIGH))));

        assertThat(chain.verifies(end)).isTrue();
        assertThat(chain.verifies(end.noticing(List.of()).signed(String.valueOf(end.signature()))))
                .isFalse();
    }

    @Test
    void aShortKeyIsRefusedByName() {
        assertThatThrownBy(() -> StageKeys.ofBase64(Map.of(Stage.VETTING, "c2hvcnQ=")))
                .hasMessageContaining("vetting")
                .hasMessageContaining("32");
    }

    @Test
    void aMissingKeyNamesItsSetting() {
        assertThatThrownBy(() -> StageKeys.ofBase64(Map.of()).mac(Stage.POLICY))
                .hasMessageContaining("openclaw.signing.keys.policy");
    }
}
