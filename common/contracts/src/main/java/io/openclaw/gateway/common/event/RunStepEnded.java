package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A step of a run is over.
 *
 * @param step its number in the run, from 1
 * @param callId the tool call that it was; absent if it never became one
 * @param tool {@code upstream/tool}, or the name that the model used where there is no such tool
 * @param digest the call's digest
 * @param outcome the call's outcome, or {@code REFUSED} if it never became a call
 * @param error why it did not succeed
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record RunStepEnded(
        UUID runId,
        String agent,
        int step,
        @Nullable UUID callId,
        String tool,
        @Nullable String digest,
        String outcome,
        @Nullable CallError error,
        Instant endedAt,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements RunEvent {

    public RunStepEnded {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    public String part() {
        return Integer.toString(step);
    }
}
