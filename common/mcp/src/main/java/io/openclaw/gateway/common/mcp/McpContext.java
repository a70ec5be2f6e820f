package io.openclaw.gateway.common.mcp;

import io.openclaw.gateway.common.call.CallContext;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the client of a call said of itself (MCP). What of it reaches an upstream as the client wrote it is part of the
 * {@link CallContext} and counts for the digest: {@code meta} and {@code inputResponses}. The rest says how the client is
 * answered; it holds no text of the client's that reaches an upstream, and so a request that comes again is the same call.
 *
 * @param hasSession whether the client speaks a revision with sessions (2025-11-25 and older)
 * @param clientInfo name and version of the client, for the record; upstreams see the gateway's own
 * @param capabilities what the client can do when it is asked for input, see {@link #capabilities}; nothing, if absent
 * @param logLevel from which level on the client wants log messages, one of RFC 5424; none, if absent
 * @param progress whether the client wants to be told of progress
 * @param inputResponses what the client gave with its first request, unasked
 * @param meta the parts of {@code _meta} that the upstream's {@code passMeta} names
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

    /** The capabilities that upstreams are told of, with what they can be made of (MCP 2026-07-28, ClientCapabilities). */
    private static final Map<String, List<String>> CAPABILITIES = Map.of(
            "elicitation", List.of("form", "url"),
            "sampling", List.of("tools", "context"),
            "roots", List.of("listChanged"));

    private record Client(
            boolean hasSession,
            @Nullable RawJson clientInfo,
            @Nullable RawJson capabilities,
            @Nullable String logLevel,
            boolean progress) {}

    /** Returns the call's context that holds this. */
    public RawJson inContext() {
        var context = new LinkedHashMap<String, Object>();
        if (meta != null) {
            context.put("meta", meta);
        }
        if (inputResponses != null) {
            context.put("inputResponses", inputResponses);
        }
        context.put(CallContext.CLIENT, new Client(hasSession, clientInfo, capabilities, logLevel, progress));
        return RawJson.from(context);
    }

    /** Returns what a call's context holds; {@link #NONE} if it came by another door. */
    public static McpContext of(ToolCall call) {
        if (call.context() == null) {
            return NONE;
        }
        JsonNode context = call.context().as(JsonNode.class);
        JsonNode own = context.get(CallContext.CLIENT);
        if (own == null) {
            return NONE;
        }
        var client = RawJson.from(own).as(Client.class);
        return new McpContext(
                client.hasSession(),
                client.clientInfo(),
                capabilities(
                        client.capabilities() == null
                                ? null
                                : client.capabilities().as(JsonNode.class)),
                client.logLevel(),
                client.progress(),
                raw(context.get("inputResponses")),
                raw(context.get("meta")));
    }

    private static @Nullable RawJson raw(@Nullable JsonNode node) {
        return node == null ? null : RawJson.from(node);
    }

    /**
     * Returns the capabilities that upstreams are told of, with nothing in them but what the specification names: a client can
     * say what it can do, and nothing else.
     *
     * @param said what the client says; null if none are left
     */
    public static @Nullable RawJson capabilities(@Nullable JsonNode said) {
        ObjectNode known = Json.MAPPER.createObjectNode();
        CAPABILITIES.forEach((name, parts) -> {
            if (said != null && said.path(name).isObject()) {
                ObjectNode capability = known.putObject(name);
                for (String part : parts) {
                    JsonNode value = said.get(name).path(part);
                    if (value.isBoolean()) {
                        capability.set(part, value);
                    } else if (value.isObject()) {
                        capability.putObject(part);
                    }
                }
            }
        });
        return known.isEmpty() ? null : RawJson.from(known);
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
