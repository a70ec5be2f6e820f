package io.openclaw.gateway.executor.core;

import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.text.Ellipsis;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads what an MCP server answers to a request. Its own words are kept as they came, for clients that speak MCP too. */
public final class McpAnswers {
    /** The type of an error whose result is the server's JSON-RPC error. */
    public static final String PROTOCOL_ERROR = "mcp_error";

    private static final int LONGEST_TEXT = 2_000;
    /** What a block of content must have, by its type (MCP 2025-11-25, "ContentBlock"). */
    private static final Map<String, List<String>> REQUIRED_TEXTS = Map.of(
            "text", List.of("text"),
            "image", List.of("data", "mimeType"),
            "audio", List.of("data", "mimeType"),
            "resource_link", List.of("uri"));

    private McpAnswers() {}

    /**
     * Returns what the result of {@code tools/call} means (MCP 2025-11-25, "Tool Result"). It has a list as {@code content}; one
     * with {@code structuredContent} alone gets that as a text too, which the specification asks of servers, and one with neither
     * an empty list, as the official clients read it. A server that says in another way than with a boolean whether the tool
     * failed, or whose content is none, broke the protocol.
     */
    public static Answer ofToolResult(RawJson result) {
        if (!(result.as(JsonNode.class) instanceof ObjectNode node)) {
            return broken("a result that is no object");
        }
        JsonNode isError = node.get("isError");
        if (isError != null && !isError.isBoolean()) {
            return broken("a result whose 'isError' is " + kindOf(isError) + ", where it has to be true or false");
        }
        JsonNode content = node.get("content");
        if (content == null) {
            ArrayNode list = node.putArray("content");
            if (node.has("structuredContent")) {
                list.addObject()
                        .put("type", "text")
                        .put("text", node.get("structuredContent").toString());
            }
            return ofToolResult(RawJson.from(node), node);
        }
        if (!content.isArray()) {
            return broken("a result whose 'content' is " + kindOf(content) + ", where it has to be a list");
        }
        for (int i = 0; i < content.size(); i++) {
            String problem = problemWith(content.get(i), "content[" + i + "]");
            if (problem != null) {
                return broken("a result whose " + problem);
            }
        }
        return ofToolResult(result, node);
    }

    private static Answer ofToolResult(RawJson result, JsonNode node) {
        return node.path("isError").asBoolean(false)
                ? Answer.failed(CallError.of("tool_error", text(node)), result)
                : Answer.succeeded(result);
    }

    /** Returns what is wrong with a block of content; null if nothing is. A type that later revisions add is let through. */
    private static @Nullable String problemWith(JsonNode block, String at) {
        if (!block.isObject()) {
            return "'" + at + "' is " + kindOf(block) + ", where it has to be an object";
        }
        String type = problemWithText(block, "type", at);
        if (type != null) {
            return type;
        }
        for (String field : REQUIRED_TEXTS.getOrDefault(block.get("type").asString(), List.of())) {
            String problem = problemWithText(block, field, at);
            if (problem != null) {
                return problem;
            }
        }
        if (block.get("type").asString().equals("resource")) {
            JsonNode resource = block.path("resource");
            String place = at + ".resource";
            return resource.isObject()
                    ? problemWithText(resource, "uri", place)
                    : "'" + place + "' is " + kindOf(resource) + ", where it has to be an object";
        }
        return null;
    }

    private static @Nullable String problemWithText(JsonNode object, String field, String at) {
        JsonNode value = object.path(field);
        return value.isString()
                ? null
                : "'" + at + "." + field + "' is " + kindOf(value) + ", where it has to be a string";
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
            case ARRAY -> "a list";
            case MISSING -> "missing";
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            default -> "null";
        };
    }

    /** Returns what the result of a request other than {@code tools/call} means. */
    public static Answer ofResult(RawJson result) {
        return Answer.succeeded(result);
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
