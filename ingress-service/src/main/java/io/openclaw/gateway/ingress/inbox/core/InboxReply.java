package io.openclaw.gateway.ingress.inbox.core;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.RunRef;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an agent that asked by Kafka is told.
 *
 * @param nonce of its record
 * @param status {@code COMPLETED}, or {@code REFUSED} for a record that became no call
 * @param outcome what came of the call; absent if there is none
 * @param error why it did not succeed, or why there is no call; absent if it did succeed
 * @param retryAfterSeconds after which a record that was refused may be taken; absent if time mends nothing
 */
public record InboxReply(
        String nonce,
        String status,
        String agent,
        @Nullable UUID callId,
        @Nullable String upstream,
        @Nullable String tool,
        @Nullable String digest,
        @Nullable Outcome outcome,
        @Nullable RawJson result,
        @Nullable CallError error,
        @Nullable List<Reason> findings,
        @Nullable List<Verdict> verdicts,
        @Nullable Instant requestedAt,
        @Nullable Instant completedAt,
        @Nullable String session,
        @Nullable String run,
        @Nullable Long retryAfterSeconds) {

    /** Tells the end of a call. */
    public static InboxReply of(CallCompleted end, String nonce) {
        ToolCall call = end.call();
        RunRef run = call.run();
        return new InboxReply(
                nonce,
                "COMPLETED",
                call.agent(),
                call.callId(),
                call.upstream(),
                call.tool(),
                call.digest(),
                end.outcome(),
                end.result(),
                end.error(),
                end.findings().isEmpty() ? null : end.findings(),
                end.verdicts(),
                call.requestedAt(),
                end.completedAt(),
                run == null ? null : run.session(),
                run == null ? null : run.run(),
                null);
    }

    /** Tells that a record became no call. */
    public static InboxReply of(RefusedRecordException refusal, String agent, String nonce) {
        return new InboxReply(
                nonce,
                "REFUSED",
                agent,
                null,
                null,
                null,
                null,
                null,
                null,
                CallError.of(refusal.type(), String.valueOf(refusal.getMessage())),
                null,
                null,
                null,
                null,
                null,
                null,
                refusal.retryAfterSeconds() == 0 ? null : refusal.retryAfterSeconds());
    }

    /** Returns this reply without the result, which the broker does not take; the call ended as it did. */
    public InboxReply withoutResult(CallError why) {
        return new InboxReply(
                nonce,
                status,
                agent,
                callId,
                upstream,
                tool,
                digest,
                outcome,
                null,
                why,
                findings,
                null,
                requestedAt,
                completedAt,
                session,
                run,
                retryAfterSeconds);
    }
}
