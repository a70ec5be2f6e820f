package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.Map;

/**
 * A resource that somebody subscribed to has changed.
 *
 * @param upstream whose resource it is
 * @param uri its URI
 * @param updatedAt when the upstream said so
 * @param reportedBy the executor instance that was told
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record ResourceUpdated(
        String upstream,
        String uri,
        Instant updatedAt,
        String reportedBy,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements GatewayEvent {

    public ResourceUpdated {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    public String key() {
        return upstream + "/resource/" + uri;
    }
}
