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
 * An upstream told something about a call that runs: how far it is, or a line of its log.
 *
 * @param call the call, without its arguments
 * @param number counts what is told of the call, from 1
 * @param method {@code notifications/progress} or {@code notifications/message} (MCP 2025-11-25)
 * @param params what the upstream said, without its progress token
 * @param toldAt when
 * @param signature the executor's signature
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record CallProgressed(
        ToolCall call,
        int number,
        String method,
        RawJson params,
        Instant toldAt,
        @Nullable String signature,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements ConversationEvent {

    public CallProgressed {
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    @JsonIgnore
    public Stage signedBy() {
        return Stage.EXECUTOR;
    }

    @Override
    public List<@Nullable String> signedFields() {
        return List.of(Integer.toString(number), method, params.text());
    }

    @Override
    public CallProgressed signed(String by) {
        return new CallProgressed(call, number, method, params, toldAt, by, unknown);
    }
}
