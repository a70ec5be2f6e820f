package io.openclaw.gateway.common.signing;

import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.topic.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Signs and verifies the evidence that a call carries through several topics.
 *
 * <p>Ingress seals the call. Each verdict is signed over itself and a hash of the call and all verdicts before it; so a verdict
 * can neither be changed, nor left out, nor moved to another call. Both are signed for the services that act on what earlier
 * stages decided; the service that reads an event next has the signature of the event itself.
 */
public final class SignatureChain {
    private static final List<Service> LATER_READERS = List.of(Service.APPROVAL, Service.EXECUTOR);

    private final Keyring keyring;

    public SignatureChain(Keyring keyring) {
        this.keyring = keyring;
    }

    /** Returns the call with ingress's seal. */
    public ToolCall seal(ToolCall call) {
        return call.sealed(keyring.sign(Purpose.CALL, Service.INGRESS, LATER_READERS, hashOf(call)));
    }

    /** Returns the verdicts with a further one, signed by its stage. */
    public List<Verdict> append(ToolCall call, List<Verdict> verdicts, Verdict verdict) {
        byte[] link = hashOf(call);
        for (Verdict before : verdicts) {
            link = link(link, before);
        }
        var all = new ArrayList<Verdict>(verdicts.size() + 1);
        all.addAll(verdicts);
        all.add(verdict.signed(
                keyring.sign(Purpose.VERDICT, Service.of(verdict.stage()), LATER_READERS, link(link, verdict))));
        return List.copyOf(all);
    }

    /**
     * Verifies the seal and every verdict, at a service that they are signed for.
     *
     * @return what is wrong, in one sentence; empty if nothing is
     */
    public Optional<String> verify(ToolCall call, List<Verdict> verdicts) {
        byte[] link = hashOf(call);
        Optional<String> problem = isOld(call.seal())
                ? keyring.old().filter(old -> OldChain.isSealed(old, call)).isPresent()
                        ? Optional.empty()
                        : Optional.of("the call is not sealed by ingress")
                : problem(Purpose.CALL, Service.INGRESS, call.seal(), link)
                        .map(why -> "the call is not sealed by ingress: " + why);
        String before = call.seal();
        for (Verdict verdict : verdicts) {
            if (problem.isPresent()) {
                break;
            }
            String previous = before;
            link = link(link, verdict);
            String stage = verdict.stage().label();
            problem = isOld(verdict.signature())
                    ? keyring.old()
                                    .filter(old -> OldChain.isSigned(old, call, previous, verdict))
                                    .isPresent()
                            ? Optional.empty()
                            : Optional.of("the verdict of " + stage + " is not signed by " + stage + " for this call")
                    : problem(Purpose.VERDICT, Service.of(verdict.stage()), verdict.signature(), link)
                            .map(why -> "the verdict of " + stage + " is not signed by " + stage + " for this call: "
                                    + why);
            before = verdict.signature();
        }
        return problem;
    }

    private Optional<String> problem(Purpose purpose, Service expected, @Nullable String signature, byte[] hash) {
        try {
            Service writer = keyring.verify(purpose, signature, hash);
            return writer == expected ? Optional.empty() : Optional.of("it is signed by " + writer.label());
        } catch (UntrustedException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static boolean isOld(@Nullable String signature) {
        return signature != null && !Keyring.isSignature(signature);
    }

    /** Returns a text that a client keeps for ingress, with ingress's signature before it. */
    public String signedRequestState(String text) {
        return keyring.sign(
                        Purpose.REQUEST_STATE,
                        Service.INGRESS,
                        List.of(Service.INGRESS),
                        new Fields(Purpose.REQUEST_STATE).add(text).sha256())
                + "." + text;
    }

    /** Returns the text of a requestState; empty if ingress did not sign it. */
    public Optional<String> fromRequestState(String requestState) {
        int dot = requestState.indexOf('.');
        if (dot < 0) {
            return Optional.empty();
        }
        String signature = requestState.substring(0, dot);
        String text = requestState.substring(dot + 1);
        boolean isOurs = isOld(signature)
                ? keyring.old()
                        .filter(old -> OldChain.isRequestState(old, signature, text))
                        .isPresent()
                : problem(
                                Purpose.REQUEST_STATE,
                                Service.INGRESS,
                                signature,
                                new Fields(Purpose.REQUEST_STATE).add(text).sha256())
                        .isEmpty();
        return isOurs ? Optional.of(text) : Optional.empty();
    }

    private static byte[] hashOf(ToolCall call) {
        return new Fields(Purpose.CALL)
                .add(call.callId().toString())
                .add(call.agent())
                .add(call.upstream())
                .add(call.tool())
                .add(call.digest())
                .add(call.origin().name())
                .add(call.mode().name())
                .add(call.requestedAt().toString())
                .add(call.deadline().toString())
                .add(call.parentCallId() == null ? null : call.parentCallId().toString())
                .add(call.intent())
                .add(call.context())
                .add(call.identity() == null ? null : RawJson.from(call.identity()))
                .add(Integer.toString(call.replyPartition()))
                .add(call.run() == null ? null : RawJson.from(call.run()))
                .add(call.usesApproval() == null ? null : call.usesApproval().toString())
                .sha256();
    }

    private static byte[] link(byte[] previous, Verdict verdict) {
        var fields = new Fields(Purpose.VERDICT)
                .add(previous)
                .add(verdict.stage().name())
                .add(verdict.outcome().name())
                .add(verdict.decidedBy())
                .add(verdict.decidedAt().toString())
                .add(verdict.policyVersion())
                .add(Integer.toString(verdict.reasons().size()));
        for (Reason reason : verdict.reasons()) {
            fields.add(reason.ruleId()).add(reason.text()).add(reason.severity().name());
        }
        return fields.add(verdict.approval() == null ? null : RawJson.from(verdict.approval()))
                .add(verdict.reading())
                .add(Boolean.toString(Boolean.TRUE.equals(verdict.mayBeSettled())))
                .sha256();
    }
}
