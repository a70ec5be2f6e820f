package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A prompt was taken.
 *
 * @param userId the person for whom the agent asks, as it says
 * @param mode {@code ACT} or {@code PLAN}
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record RunStarted(
        UUID runId,
        String agent,
        @Nullable String userId,
        String mode,
        String prompt,
        Instant startedAt,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements RunEvent {

    public RunStarted {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    public String part() {
        return "start";
    }
}
