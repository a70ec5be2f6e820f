package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An agent says what came of a call that was decided about and that it ran itself. It is what the agent says: the gateway saw
 * nothing of it.
 *
 * @param call the call, without its arguments
 * @param outcome what the agent says came of it
 * @param durationMillis how long it took, as the agent says
 * @param ranDigest the digest of what ran, computed as {@link io.openclaw.gateway.common.call.Digest} does; absent if nothing did
 *     or the agent does not say
 * @param result what the tool returned, masked, and shortened if it is long
 * @param error why it failed or was not run, masked
 * @param reportedAt when ingress heard of it
 * @param signature ingress's signature
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record CallReported(
        ToolCall call,
        Ran outcome,
        @Nullable Long durationMillis,
        @Nullable String ranDigest,
        @Nullable RawJson result,
        @Nullable String error,
        Instant reportedAt,
        @Nullable String signature,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements ConversationEvent {

    /** What came of a call that somebody else ran. */
    public enum Ran {
        SUCCEEDED,
        FAILED,
        NOT_RUN
    }

    public CallReported {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    @JsonIgnore
    public Stage signedBy() {
        return Stage.INGRESS;
    }

    @Override
    public List<@Nullable String> signedFields() {
        return Arrays.asList(
                outcome.name(),
                durationMillis == null ? null : durationMillis.toString(),
                ranDigest,
                result == null ? null : result.text(),
                error,
                reportedAt.toString());
    }

    @Override
    public CallReported signed(String by) {
        return new CallReported(call, outcome, durationMillis, ranDigest, result, error, reportedAt, by, unknown);
    }
}
