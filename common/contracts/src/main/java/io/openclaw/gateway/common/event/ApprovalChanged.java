package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call waits for a person, or no longer does. An approval has the id of its call: there is one decision per call.
 *
 * @param call the call, without its arguments
 * @param status where the approval stands now
 * @param changedAt since when
 * @param expiresAt until when a person may decide
 * @param decidedBy who decided, if a person did
 * @param reason what that person said
 * @param channel how the decision was made: {@code console}, {@code api}, {@code grant} …; absent if nobody decided
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record ApprovalChanged(
        ToolCall call,
        Status status,
        Instant changedAt,
        Instant expiresAt,
        @Nullable String decidedBy,
        @Nullable String reason,
        @Nullable String channel,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements GatewayEvent {

    /** Where an approval stands. */
    public enum Status {
        PENDING,
        APPROVED,
        DENIED,
        EXPIRED,
        CANCELLED
    }

    public ApprovalChanged {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    public String key() {
        return call.callId().toString();
    }
}
