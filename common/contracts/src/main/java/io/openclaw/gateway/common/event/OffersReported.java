package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * An executor saw what an MCP server offers beside tools.
 *
 * @param upstream its name
 * @param prompts its prompts (MCP, {@code Prompt})
 * @param resources its resources (MCP, {@code Resource})
 * @param resourceTemplates its resource templates (MCP, {@code ResourceTemplate})
 * @param seenAt when
 * @param reportedBy the executor instance that looked
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record OffersReported(
        String upstream,
        List<RawJson> prompts,
        List<RawJson> resources,
        List<RawJson> resourceTemplates,
        Instant seenAt,
        String reportedBy,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements GatewayEvent {

    public OffersReported {
        prompts = prompts == null ? List.of() : List.copyOf(prompts);
        resources = resources == null ? List.of() : List.copyOf(resources);
        resourceTemplates = resourceTemplates == null ? List.of() : List.copyOf(resourceTemplates);
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    public String key() {
        return upstream + "/offers";
    }
}
