package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an agent says it ran is not what it was allowed to run: another call, or one that was not allowed.
 *
 * @param call the call that was decided about, without its arguments
 * @param ranDigest the digest of what ran, as the agent says
 * @param reportedAt when ingress heard of it
 * @param signature ingress's signature
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record CallDiverged(
        ToolCall call,
        String ranDigest,
        Instant reportedAt,
        @Nullable String signature,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements ConversationEvent {

    public CallDiverged {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    @JsonIgnore
    public Stage signedBy() {
        return Stage.INGRESS;
    }

    @Override
    public List<@Nullable String> signedFields() {
        return List.of(ranDigest, reportedAt.toString());
    }

    @Override
    public CallDiverged signed(String by) {
        return new CallDiverged(call, ranDigest, reportedAt, by, unknown);
    }
}
