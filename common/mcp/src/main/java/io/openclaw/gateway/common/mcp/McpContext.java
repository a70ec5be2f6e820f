package io.openclaw.gateway.common.mcp;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What the client of a call said of itself (MCP); it travels in the call's context, sealed like the rest.
 *
 * @param hasSession whether the client speaks a revision with sessions (2025-11-25 and older)
 * @param clientInfo name and version of the client
 * @param capabilities what the client can do when it is asked for input; nothing, if absent
 * @param logLevel from which level on the client wants log messages; none, if absent
 * @param progress whether the client wants to be told of progress
 * @param inputResponses what the client gave with its first request, unasked
 * @param meta the rest of {@code _meta}, such as {@code traceparent}
 */
public record McpContext(
        boolean hasSession,
        @Nullable RawJson clientInfo,
        @Nullable RawJson capabilities,
        @Nullable String logLevel,
        boolean progress,
        @Nullable RawJson inputResponses,
        @Nullable RawJson meta) {
    /** A client that can do nothing and wants nothing. */
    public static final McpContext NONE = new McpContext(false, null, null, null, false, null, null);

    private static final String KEY = "mcp";

    /** Returns the call's context that holds this. */
    public RawJson inContext() {
        return RawJson.from(Map.of(KEY, this));
    }

    /** Returns what a call's context holds; {@link #NONE} if it came by another door. */
    public static McpContext of(ToolCall call) {
        JsonNode own = call.context() == null
                ? null
                : call.context().as(JsonNode.class).get(KEY);
        return own == null ? NONE : RawJson.from(own).as(McpContext.class);
    }

    /** Tells whether the client can answer a request, such as {@code elicitation/create}. */
    public boolean canAnswer(String method) {
        String capability = switch (method) {
            case "elicitation/create" -> "elicitation";
            case "sampling/createMessage" -> "sampling";
            case "roots/list" -> "roots";
            default -> null;
        };
        return capability != null
                && capabilities != null
                && capabilities.as(JsonNode.class).has(capability);
    }
}
