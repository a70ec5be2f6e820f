package io.openclaw.gateway.approval.core;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.redaction.Redactor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A call that waits, or waited, for a person. It is bound to the call's digest, decided once, and expires.
 *
 * @param id the call's id: there is one approval per call
 * @param arguments masked, for showing
 * @param reasons why a person has to decide: the reasons of all verdicts that did not plainly allow the call
 * @param expiresAt after which nobody can decide any more
 * @param changedAt since when it has its status
 * @param decidedBy the person who decided, if one did
 * @param reason what that person said
 */
public record Approval(
        UUID id,
        String agent,
        String upstream,
        String tool,
        String digest,
        RawJson arguments,
        @Nullable String intent,
        List<Reason> reasons,
        Status status,
        Instant requestedAt,
        Instant expiresAt,
        Instant changedAt,
        @Nullable String decidedBy,
        @Nullable String reason) {

    public Approval {
        reasons = List.copyOf(reasons);
    }

    /**
     * Makes the approval that an escalated call needs.
     *
     * @param lifetime how long a person has, at the most; the call's deadline can make it shorter
     */
    public static Approval of(CallEscalated escalated, Duration lifetime, Redactor redactor, Instant now) {
        ToolCall call = escalated.call();
        Instant latest = now.plus(lifetime);
        return new Approval(
                call.callId(),
                call.agent(),
                call.upstream(),
                call.tool(),
                call.digest(),
                redactor.redact(call.arguments() == null ? RawJson.EMPTY_OBJECT : call.arguments()),
                call.intent() == null ? null : redactor.redact(call.intent()),
                escalated.verdicts().stream()
                        .filter(verdict -> verdict.outcome() != Decision.ALLOW)
                        .flatMap(verdict -> verdict.reasons().stream())
                        .toList(),
                Status.PENDING,
                call.requestedAt(),
                call.deadline().isBefore(latest) ? call.deadline() : latest,
                now,
                null,
                null);
    }

    /**
     * Returns the verdict that this approval's status stands for.
     *
     * @throws IllegalStateException while nobody has decided
     */
    public Verdict verdict() {
        return switch (status) {
            case APPROVED -> verdict(Decision.ALLOW, "approval/approved", "approved by " + decidedBy + said());
            case DENIED -> verdict(Decision.DENY, "approval/denied", "denied by " + decidedBy + said());
            case EXPIRED -> verdict(Decision.DENY, "approval/expired", "nobody decided until " + expiresAt);
            case PENDING, CANCELLED ->
                throw new IllegalStateException("an approval that is " + status + " is no verdict");
        };
    }

    private Verdict verdict(Decision outcome, String ruleId, String text) {
        return Verdict.of(
                Stage.APPROVAL,
                outcome,
                List.of(new Reason(ruleId, text, Severity.INFO)),
                decidedBy == null ? "approval" : decidedBy,
                changedAt,
                null);
    }

    private String said() {
        return reason == null ? "" : ": " + reason;
    }
}
