package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A model was asked, and answered or failed.
 *
 * @param number the turn, from 1
 * @param attempt counts the questions of this turn, from 1
 * @param question what it was told since it was asked last
 * @param answer its text and the tools that it chose; absent if it failed
 * @param error why it gave no usable answer; absent if it gave one
 * @param inputTokens tokens of the whole question, 0 if the model did not say
 * @param outputTokens tokens of the answer, 0 if the model did not say
 * @param costUsd US dollars by the prices that are set, 0 if none are
 * @param millis how long it took
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record ModelAsked(
        UUID runId,
        String agent,
        int number,
        int attempt,
        String model,
        String question,
        @Nullable RawJson answer,
        @Nullable CallError error,
        long inputTokens,
        long outputTokens,
        double costUsd,
        long millis,
        Instant askedAt,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements RunEvent {

    public ModelAsked {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    public String part() {
        return number + "/" + attempt;
    }
}
