package io.openclaw.gateway.common.signing;

import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.json.RawJson;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Verifies seals, verdicts and request states of before there were key pairs: one HMAC-SHA256 with a key that all services had.
 * To be removed with the next release.
 */
final class OldChain {
    private OldChain() {}

    /** Returns false for a call that says what no seal of then covered. */
    static boolean isSealed(StageKeys keys, ToolCall call) {
        return call.run() == null
                && call.usesApproval() == null
                && keys.mac(Stage.INGRESS)
                        .add("call")
                        .add(call.callId().toString())
                        .add(call.agent())
                        .add(call.upstream())
                        .add(call.tool())
                        .add(call.digest())
                        .add(call.origin().name())
                        .add(call.mode().name())
                        .add(call.requestedAt().toString())
                        .add(call.deadline().toString())
                        .add(
                                call.parentCallId() == null
                                        ? null
                                        : call.parentCallId().toString())
                        .add(call.intent())
                        .add(call.context())
                        .add(call.identity() == null ? null : RawJson.from(call.identity()))
                        .add(Integer.toString(call.replyPartition()))
                        .matches(call.seal());
    }

    /** @param previous the signature before the verdict's */
    static boolean isSigned(StageKeys keys, ToolCall call, @Nullable String previous, Verdict verdict) {
        var signing = keys.mac(verdict.stage())
                .add("verdict")
                .add(call.digest())
                .add(verdict.stage().name())
                .add(verdict.outcome().name())
                .add(verdict.decidedBy())
                .add(verdict.decidedAt().toString())
                .add(verdict.policyVersion());
        for (Reason reason : verdict.reasons()) {
            signing.add(reason.ruleId())
                    .add(reason.text())
                    .add(reason.severity().name());
        }
        signing.add(verdict.approval() == null ? null : RawJson.from(verdict.approval()));
        // Reasons are three fields each, so a verdict with extras has another number of fields than any without.
        extrasOf(verdict).ifPresent(signing::add);
        return signing.add(previous).matches(verdict.signature());
    }

    /** Returns what a verdict says beside what every verdict says, as one field; empty if it says nothing more. */
    private static Optional<RawJson> extrasOf(Verdict verdict) {
        boolean mayBeSettled = Boolean.TRUE.equals(verdict.mayBeSettled());
        if (!mayBeSettled && verdict.reading() == null) {
            return Optional.empty();
        }
        Map<String, Object> extras = new TreeMap<>();
        extras.put("mayBeSettled", mayBeSettled);
        if (verdict.reading() != null) {
            extras.put("reading", verdict.reading());
        }
        return Optional.of(RawJson.from(extras));
    }

    static boolean isRequestState(StageKeys keys, String signature, String text) {
        return keys.mac(Stage.INGRESS).add("keepsake").add(text).matches(signature);
    }
}
