package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Map;

/**
 * An executor looked whether an upstream answers.
 *
 * @param upstream its name
 * @param up whether calls can be expected to reach it
 * @param why what was seen, for people
 * @param checkedAt when
 * @param reportedBy the executor instance that looked
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record UpstreamReported(
        String upstream,
        boolean up,
        String why,
        Instant checkedAt,
        String reportedBy,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements GatewayEvent {

    public UpstreamReported {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    public String key() {
        return upstream;
    }
}
