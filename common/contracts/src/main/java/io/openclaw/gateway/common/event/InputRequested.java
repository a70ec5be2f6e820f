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
 * A call needs input from its agent's client before it can go on (MCP 2026-07-28, multi round-trip requests).
 *
 * @param call the call, without its arguments
 * @param round counts the times that the call asks, from 1
 * @param requests by a key: {@code elicitation/create}, {@code sampling/createMessage} or {@code roots/list} requests, each
 *     with {@code method} and {@code params}; there may be none, when the upstream only wants to be asked again
 * @param askedAt when
 * @param signature the executor's signature
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record InputRequested(
        ToolCall call,
        int round,
        Map<String, RawJson> requests,
        Instant askedAt,
        @Nullable String signature,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements ConversationEvent {

    public InputRequested {
        requests = requests == null ? Map.of() : Map.copyOf(requests);
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    @JsonIgnore
    public Stage signedBy() {
        return Stage.EXECUTOR;
    }

    @Override
    public List<@Nullable String> signedFields() {
        return List.of(
                Integer.toString(round),
                RawJson.from(new java.util.TreeMap<>(requests)).text());
    }

    @Override
    public InputRequested signed(String by) {
        return new InputRequested(call, round, requests, askedAt, by, unknown);
    }
}
