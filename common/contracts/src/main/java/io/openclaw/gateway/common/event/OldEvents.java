package io.openclaw.gateway.common.event;

import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.json.CanonicalJson;
import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.signing.StageKeys;
import io.openclaw.gateway.common.topic.Service;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Events of before there were envelopes: some were proven by what their call carries, some by a signature inside, some not at
 * all. To be removed with the next release.
 */
final class OldEvents {
    private OldEvents() {}

    /**
     * Returns the service that says an event without an envelope.
     *
     * @throws UntrustedEventException if nothing in it proves that, or the old form is not accepted
     */
    static Service writer(GatewayEvent event, Keyring keyring) throws UntrustedEventException {
        StageKeys keys = keyring.old().orElseThrow(() -> new UntrustedEventException("refused: it is not signed"));
        Optional<String> problem = switch (event) {
            case CallCompleted completed ->
                problem(isSigned(keys, completed), completed.completedBy().label());
            case CallEvent call -> evidence(call, keyring);
            case ConversationEvent said ->
                problem(isSigned(keys, said), said.signedBy().label());
            case PolicyEvent policy -> problem(isSigned(keys, policy), "policy");
            default -> Optional.of("it is not signed");
        };
        if (problem.isPresent()) {
            throw new UntrustedEventException("refused: " + problem.get());
        }
        return EventType.writerOf(event).orElseThrow();
    }

    private static Optional<String> problem(boolean isSigned, String by) {
        return isSigned ? Optional.empty() : Optional.of("it is not signed by " + by);
    }

    /** The whole evidence has to be of the old form: what is of the new one came in an envelope. */
    private static Optional<String> evidence(CallEvent event, Keyring keyring) {
        boolean isOld = !Keyring.isSignature(event.call().seal())
                && event.verdicts().stream().noneMatch(verdict -> Keyring.isSignature(verdict.signature()));
        return isOld
                ? new SignatureChain(keyring).verify(event.call(), event.verdicts())
                : Optional.of("it is not signed");
    }

    private static boolean isSigned(StageKeys keys, CallCompleted completed) {
        var error = completed.error();
        var signature = keys.mac(completed.completedBy());
        for (Reason finding : completed.findings()) {
            signature
                    .add(finding.ruleId())
                    .add(finding.text())
                    .add(finding.severity().name());
        }
        return signature
                .add("completed")
                .add(completed.call().callId().toString())
                .add(completed.call().digest())
                .add(completed.outcome().name())
                .add(completed.completedBy().name())
                .add(completed.completedAt().toString())
                .add(completed.result())
                .add(error == null ? null : error.type())
                .add(error == null ? null : error.message())
                .add(lastLink(completed.call(), completed.verdicts()))
                .matches(completed.signature());
    }

    private static @Nullable String lastLink(ToolCall call, List<Verdict> verdicts) {
        return verdicts.isEmpty() ? call.seal() : verdicts.getLast().signature();
    }

    private static boolean isSigned(StageKeys keys, ConversationEvent event) {
        ToolCall call = event.call();
        var signature = keys.mac(event.signedBy())
                .add(EventType.of(event).shortName())
                .add(call.callId().toString())
                .add(call.agent())
                .add(call.digest());
        event.signedFields().forEach(signature::add);
        return signature.matches(event.signature());
    }

    private static boolean isSigned(StageKeys keys, PolicyEvent event) {
        try {
            byte[] canonical = CanonicalJson.of(RawJson.from(event.signed(null)));
            return keys.mac(Stage.POLICY)
                    .add(EventType.of(event).shortName())
                    .add(new String(canonical, StandardCharsets.UTF_8))
                    .matches(event.signature());
        } catch (InexactJsonException e) {
            return false;
        }
    }
}
