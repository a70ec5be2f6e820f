package io.openclaw.gateway.common.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.Calls;
import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.RunRef;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.topic.Service;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SignatureChainTest {
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:01Z");
    private final SignatureChain chain = new SignatureChain(Keyring.generated());
    private final ToolCall call = chain.seal(Calls.call("{\"command\":\"ls\"}"));

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
        assertThat(new SignatureChain(Keyring.generated()).verify(call, evidence()))
                .isPresent();
    }

    /** Whoever could change them could have a call run that is only to be decided about, or use up an approval. */
    @Test
    void theSealCoversModeRunAndTheApprovalThatIsUsed() throws Exception {
        ToolCall plain = Calls.call("{}", Mode.DECIDE);
        var run = new RunRef("s", "r", "q");
        UUID approval = UUID.randomUUID();
        ToolCall full = chain.seal(with(plain, Mode.DECIDE, run, approval));
        assertThat(chain.verify(full, List.of())).isEmpty();
        assertThat(Json.readEvent(RawJson.from(full).text().getBytes(StandardCharsets.UTF_8), ToolCall.class))
                .isEqualTo(full);
        String seal = String.valueOf(full.seal());
        assertThat(List.of(
                        with(plain, Mode.EXECUTE, run, approval),
                        with(plain, Mode.DECIDE, new RunRef("s", "r2", "q"), approval),
                        with(plain, Mode.DECIDE, null, approval),
                        with(plain, Mode.DECIDE, run, UUID.randomUUID()),
                        with(plain, Mode.DECIDE, run, null),
                        plain))
                .allSatisfy(changed -> assertThat(chain.verify(changed.sealed(seal), List.of()))
                        .isPresent());
    }

    private static ToolCall with(ToolCall call, Mode mode, @Nullable RunRef run, @Nullable UUID approval) {
        return new ToolCall(
                call.callId(),
                call.agent(),
                call.upstream(),
                call.tool(),
                call.arguments(),
                call.origin(),
                mode,
                call.requestedAt(),
                call.deadline(),
                call.parentCallId(),
                call.intent(),
                call.context(),
                call.identity(),
                run,
                approval,
                call.replyPartition(),
                call.digest(),
                null,
                Map.of());
    }

    @Test
    void aCallThatIngressDidNotSealDoesNot() {
        assertThat(chain.verify(Calls.call("{}"), List.of()))
                .hasValueSatisfying(why -> assertThat(why).startsWith("the call is not sealed by ingress"));
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

    /** What the executor acts on can be verified there and at approval; neither can make it up for the other. */
    @Test
    void whoVerifiesEvidenceCannotSignItForAnother() {
        Map<Service, String> keys = Arrays.stream(Service.values())
                .collect(Collectors.toMap(Function.identity(), service -> SigningKey.generate()));
        var policy = new SignatureChain(only(Service.POLICY, keys));
        var executor = new SignatureChain(only(Service.EXECUTOR, keys));
        var approval = new SignatureChain(only(Service.APPROVAL, keys));
        ToolCall sealed = new SignatureChain(only(Service.INGRESS, keys)).seal(call);
        List<Verdict> verdicts = policy.append(sealed, List.of(), verdict(Stage.POLICY, Decision.ALLOW));

        assertThat(executor.verify(sealed, verdicts)).isEmpty();
        assertThat(approval.verify(sealed, verdicts)).isEmpty();
        assertThatThrownBy(() -> executor.append(sealed, List.of(), verdict(Stage.POLICY, Decision.ALLOW)))
                .hasMessageContaining("openclaw.signing.keys.policy");
        assertThat(new SignatureChain(only(Service.INGRESS, keys)).verify(sealed, verdicts))
                .hasValueSatisfying(why -> assertThat(why).contains("not for [INGRESS]"));
    }

    static Keyring only(Service service, Map<Service, String> privateKeys) {
        Map<Service, List<String>> publicKeys = privateKeys.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, key -> List.of(SigningKey.publicOf(key.getValue()))));
        return Keyring.of(Map.of(service, List.of(String.valueOf(privateKeys.get(service)))), publicKeys, null);
    }

    @Test
    void aTextThatAClientKeptIsIngresssOwn() {
        String kept = chain.signedRequestState("{\"a\":1}");
        assertThat(chain.fromRequestState(kept)).hasValue("{\"a\":1}");
        assertThat(chain.fromRequestState(kept.replace("1}", "2}"))).isEmpty();
        assertThat(chain.fromRequestState("{}")).isEmpty();
        assertThat(new SignatureChain(Keyring.generated()).fromRequestState(kept))
                .isEmpty();
    }
}
