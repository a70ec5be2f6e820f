package io.openclaw.gateway.executor.core;

import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.RawJson;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads what an MCP server answers to a request. Its own words are kept as they came, for clients that speak MCP too. */
public final class McpAnswers {
    /** The type of an error whose result is the server's JSON-RPC error. */
    public static final String PROTOCOL_ERROR = "mcp_error";

    private static final int LONGEST_TEXT = 2_000;

    private McpAnswers() {}

    /** Returns what a result means: that of a tool can say itself that the tool failed. */
    public static Answer ofResult(RawJson result) {
        // Most results do not say so, and need no parsing.
        if (!result.text().contains("\"isError\"")) {
            return Answer.succeeded(result);
        }
        JsonNode node = result.as(JsonNode.class);
        return node.path("isError").asBoolean(false)
                ? Answer.failed(CallError.of("tool_error", text(node)), result)
                : Answer.succeeded(result);
    }

    /**
     * Returns what a JSON-RPC error means.
     *
     * @param status the HTTP status that it came with, if it came over HTTP
     */
    public static Answer ofError(RawJson error, @Nullable Integer status) {
        JsonNode node = error.as(JsonNode.class);
        String message = node.path("message").asString("the server gave no reason");
        return Answer.failed(new CallError(PROTOCOL_ERROR, shortened(message), status), error);
    }

    private static String text(JsonNode result) {
        var text = new StringBuilder();
        for (JsonNode content : result.path("content")) {
            if (content.path("type").asString("").equals("text")) {
                text.append(text.isEmpty() ? "" : "\n")
                        .append(content.path("text").asString(""));
            }
        }
        return text.isEmpty() ? "the tool failed, and gave no reason" : shortened(text.toString());
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }
}
