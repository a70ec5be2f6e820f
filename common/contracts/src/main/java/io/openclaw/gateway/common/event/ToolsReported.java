package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.LeftOut;
import io.openclaw.gateway.common.policy.ToolDefinition;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * An executor saw which tools an upstream has.
 *
 * @param upstream its name
 * @param tools their definitions, as they are there now
 * @param leftOut what it lists and cannot be used, with the reasons; none, most of the time
 * @param seenAt when
 * @param reportedBy the executor instance that looked
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record ToolsReported(
        String upstream,
        List<ToolDefinition> tools,
        List<LeftOut> leftOut,
        Instant seenAt,
        String reportedBy,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements GatewayEvent {

    public ToolsReported {
        leftOut = leftOut == null ? List.of() : List.copyOf(leftOut);
        tools = tools == null ? List.of() : List.copyOf(tools);
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    public String key() {
        return upstream + "/tools";
    }
}
