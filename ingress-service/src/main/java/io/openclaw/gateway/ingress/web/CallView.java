package io.openclaw.gateway.ingress.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.core.CallState;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A call as its agent sees it.
 *
 * @param status {@code PENDING}, {@code WAITING_FOR_APPROVAL}, {@code WAITING_FOR_INPUT} (of the client
 *     that asked for it by MCP) or {@code COMPLETED}
 * @param outcome once completed
 * @param result what the tool returned, if it did
 * @param error why it did not succeed, unless it did
 * @param findings what was noticed in the result, such as instructions to a model; absent if nothing was
 * @param verdicts who decided what, and why; once completed
 * @param approvalExpiresAt until when a person may decide, while one has to
 * @param url where to ask again
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record CallView(
        UUID callId,
        String status,
        @Nullable Outcome outcome,
        @Nullable RawJson result,
        @Nullable CallError error,
        @Nullable List<Reason> findings,
        @Nullable List<Verdict> verdicts,
        String agent,
        String upstream,
        String tool,
        String digest,
        Instant requestedAt,
        Instant deadline,
        @Nullable Instant approvalExpiresAt,
        @Nullable Instant completedAt,
        String url) {

    static CallView of(CallState state, String url) {
        return switch (state) {
            case CallState.Pending pending -> of(pending.call(), "PENDING", null, url);
            case CallState.Asking asking -> of(asking.call(), "WAITING_FOR_INPUT", null, url);
            case CallState.Waiting waiting -> of(waiting.call(), "WAITING_FOR_APPROVAL", waiting.expiresAt(), url);
            case CallState.Ended ended -> {
                var end = ended.end();
                ToolCall call = end.call();
                yield new CallView(
                        call.callId(),
                        "COMPLETED",
                        end.outcome(),
                        end.result(),
                        end.error(),
                        end.findings().isEmpty() ? null : end.findings(),
                        end.verdicts(),
                        call.agent(),
                        call.upstream(),
                        call.tool(),
                        call.digest(),
                        call.requestedAt(),
                        call.deadline(),
                        null,
                        end.completedAt(),
                        url);
            }
        };
    }

    private static CallView of(ToolCall call, String status, @Nullable Instant approvalExpiresAt, String url) {
        return new CallView(
                call.callId(),
                status,
                null,
                null,
                null,
                null,
                null,
                call.agent(),
                call.upstream(),
                call.tool(),
                call.digest(),
                call.requestedAt(),
                call.deadline(),
                approvalExpiresAt,
                null,
                url);
    }
}
