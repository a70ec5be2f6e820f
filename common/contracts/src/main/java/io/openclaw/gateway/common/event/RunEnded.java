package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A run is over.
 *
 * @param outcome {@code SUCCEEDED}, {@code LIMITED}, {@code FAILED}, {@code DENIED} (a plan) or {@code CANCELLED}
 * @param output what it answered
 * @param error why it did not succeed
 * @param steps how many steps it had
 * @param inputTokens tokens of all questions
 * @param outputTokens tokens of all answers
 * @param costUsd US dollars by the prices that are set
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record RunEnded(
        UUID runId,
        String agent,
        String outcome,
        @Nullable String output,
        @Nullable CallError error,
        int steps,
        long inputTokens,
        long outputTokens,
        double costUsd,
        Instant endedAt,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements RunEvent {

    public RunEnded {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    public String part() {
        return "end";
    }
}
