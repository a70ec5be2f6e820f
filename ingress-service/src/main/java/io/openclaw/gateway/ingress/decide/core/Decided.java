package io.openclaw.gateway.ingress.decide.core;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.ingress.core.CallState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is decided about a call that the gateway does not run. Only an end that says {@code ALLOWED} allows; any other end denies.
 *
 * @param reasons why, the deciding ones; empty while nothing is decided
 * @param verdicts all verdicts, once there is a decision
 * @param approvalExpiresAt until when a person may decide, while one is asked
 */
public record Decided(
        ToolCall call,
        Answer answer,
        List<Reason> reasons,
        List<Verdict> verdicts,
        @Nullable Instant approvalExpiresAt) {

    /** The answer to anyone who would run the call. */
    public enum Answer {
        /** It may run, with exactly these arguments. */
        ALLOW,
        /** It must not run. */
        DENY,
        /** In a dry run alone: a person would have to approve it. */
        ESCALATE,
        /** Nothing is decided yet. */
        PENDING
    }

    public Decided {
        reasons = List.copyOf(reasons);
        verdicts = List.copyOf(verdicts);
    }

    /** Returns what the state of a call says. */
    public static Decided of(CallState state) {
        return switch (state) {
            case CallState.Ended ended -> of(ended.end());
            case CallState.Waiting waiting ->
                new Decided(waiting.call(), Answer.PENDING, List.of(), List.of(), waiting.expiresAt());
            case CallState.Pending pending -> new Decided(pending.call(), Answer.PENDING, List.of(), List.of(), null);
            case CallState.Asking asking -> new Decided(asking.call(), Answer.PENDING, List.of(), List.of(), null);
        };
    }

    private static Decided of(CallCompleted end) {
        return switch (end.outcome()) {
            case ALLOWED -> decided(end, Answer.ALLOW, reasons(end, Decision.ALLOW));
            case ESCALATED -> decided(end, Answer.ESCALATE, reasons(end, Decision.ESCALATE));
            case DENIED, EXPIRED, CANCELLED, FAILED, SUCCEEDED, UNKNOWN -> {
                List<Reason> denials = reasons(end, Decision.DENY);
                yield decided(end, Answer.DENY, denials.isEmpty() ? List.of(said(end)) : denials);
            }
        };
    }

    private static Decided decided(CallCompleted end, Answer answer, List<Reason> reasons) {
        return new Decided(end.call(), answer, reasons, end.verdicts(), null);
    }

    private static List<Reason> reasons(CallCompleted end, Decision outcome) {
        return end.verdicts().stream()
                .filter(verdict -> verdict.outcome() == outcome)
                .flatMap(verdict -> verdict.reasons().stream())
                .toList();
    }

    private static Reason said(CallCompleted end) {
        CallError error = end.error();
        return error == null
                ? new Reason("gateway/no-decision", "the gateway did not allow this call", Severity.HIGH)
                : new Reason("gateway/" + error.type().replace('_', '-'), error.message(), Severity.HIGH);
    }

    /** Tells whether a person allowed it: such a decision is made use of once. */
    public boolean isApproved() {
        return answer == Answer.ALLOW && approval().isPresent();
    }

    /** Returns what approval said, if it was asked. */
    public Optional<Verdict> approval() {
        return verdicts.stream()
                .filter(verdict -> verdict.stage() == Stage.APPROVAL)
                .findFirst();
    }
}
