package io.openclaw.gateway.executor.core;

import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.text.Ellipsis;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads what an MCP server answers to a request. Its own words are kept as they came, for clients that speak MCP too. */
public final class McpAnswers {
    /** The type of an error whose result is the server's JSON-RPC error. */
    public static final String PROTOCOL_ERROR = "mcp_error";

    private static final int LONGEST_TEXT = 2_000;

    private McpAnswers() {}

    /**
     * Returns what the result of {@code tools/call} means (MCP 2025-11-25, "Tool Result"). It has a list as {@code content}; one
     * with {@code structuredContent} alone gets that as a text too, which the specification asks of servers, and one with neither
     * an empty list, as the official clients read it.
     */
    public static Answer ofToolResult(RawJson result) {
        // How nearly every server writes it; parsing it would tell nothing more.
        if (result.text().startsWith("{\"content\":[")) {
            return ofResult(result);
        }
        if (!(result.as(JsonNode.class) instanceof ObjectNode node)) {
            return broken("a result that is no object");
        }
        JsonNode content = node.get("content");
        if (content == null) {
            ArrayNode list = node.putArray("content");
            if (node.has("structuredContent")) {
                list.addObject()
                        .put("type", "text")
                        .put("text", node.get("structuredContent").toString());
            }
            return ofResult(RawJson.from(node));
        }
        return content.isArray()
                ? ofResult(result)
                : broken("a result whose 'content' is " + kindOf(content) + ", where it has to be a list");
    }

    private static Answer broken(String what) {
        return Answer.failed(CallError.of(
                "upstream_protocol_error",
                "The MCP server answered with " + what
                        + ", and so broke the protocol. The tool may have run all the same, and"
                        + " taken effect; its server has to be mended."));
    }

    private static String kindOf(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> "an object";
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            default -> "null";
        };
    }

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
        return Ellipsis.of(text, LONGEST_TEXT);
    }
}
