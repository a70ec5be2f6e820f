package io.openclaw.gateway.ingress.core.mcp;

import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.mcp.McpHeaders;
import java.util.List;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** What a request of 2026-07-28 has to say of itself, in its body and again in its headers. */
public final class ModernRules {
    public static final String VERSION_KEY = "io.modelcontextprotocol/protocolVersion";
    public static final String CLIENT_INFO_KEY = "io.modelcontextprotocol/clientInfo";
    public static final String CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities";
    public static final String LOG_LEVEL_KEY = "io.modelcontextprotocol/logLevel";
    public static final String SUBSCRIPTION_KEY = "io.modelcontextprotocol/subscriptionId";
    public static final String SERVER_INFO_KEY = "io.modelcontextprotocol/serverInfo";

    private ModernRules() {}

    /**
     * Checks a request.
     *
     * @param headers returns every value of a header
     * @throws JsonRpcException saying what is missing, or what does not match
     */
    public static void check(JsonRpcMessage message, Function<String, List<String>> headers) {
        JsonNode params = message.params().as(JsonNode.class);
        JsonNode meta = params.path("_meta");
        String header = single(headers, McpHeaders.VERSION);
        JsonNode version = meta.path(VERSION_KEY);
        if (!version.isString()) {
            throw JsonRpcException.badRequest(
                    JsonRpcException.INVALID_PARAMS, "params._meta has to say '" + VERSION_KEY + "'");
        }
        if (!header.equals(version.asString())) {
            throw mismatch(McpHeaders.VERSION + " is '" + header + "', and the body says '" + version.asString() + "'");
        }
        if (!version.asString().equals(ProtocolVersions.MODERN)) {
            throw ProtocolVersions.unsupported(version.asString());
        }
        if (!meta.path(CAPABILITIES_KEY).isObject()) {
            throw JsonRpcException.badRequest(
                    JsonRpcException.INVALID_PARAMS, "params._meta has to say '" + CAPABILITIES_KEY + "', an object");
        }
        if (meta.has(CLIENT_INFO_KEY) && !meta.path(CLIENT_INFO_KEY).isObject()) {
            throw JsonRpcException.badRequest(
                    JsonRpcException.INVALID_PARAMS, "params._meta: '" + CLIENT_INFO_KEY + "' has to be an object");
        }
        String method = String.valueOf(message.method());
        String said = single(headers, McpHeaders.METHOD);
        if (!said.equals(method)) {
            throw mismatch(McpHeaders.METHOD + " is '" + said + "', and the body says '" + method + "'");
        }
        String named = switch (method) {
            case "tools/call", "prompts/get" -> params.path("name").asString("");
            case "resources/read" -> params.path("uri").asString("");
            default -> "";
        };
        if (!named.isEmpty()) {
            String name = single(headers, McpHeaders.NAME);
            String decoded = McpHeaders.decode(name)
                    .orElseThrow(() -> mismatch(McpHeaders.NAME + " holds characters that no header may hold"));
            if (!decoded.equals(named)) {
                throw mismatch(McpHeaders.NAME + " is '" + decoded + "', and the body says '" + named + "'");
            }
        }
    }

    /**
     * Checks the headers that repeat arguments of a tool.
     *
     * @throws JsonRpcException saying which does not match
     */
    public static void checkArguments(
            List<McpHeaders.Repeated> repeated, RawJson arguments, Function<String, List<String>> headers) {
        JsonNode node = repeated.isEmpty() ? null : arguments.as(JsonNode.class);
        for (McpHeaders.Repeated each : repeated) {
            String expected = each.in(node).orElse(null);
            List<String> given = headers.apply(each.header());
            if (expected == null && given.isEmpty()) {
                continue;
            }
            if (expected == null || given.size() != 1) {
                throw mismatch(
                        expected == null
                                ? each.header() + " is sent, and the body has no such argument"
                                : each.header() + " has to be sent once, and was sent " + given.size() + " times");
            }
            String value = McpHeaders.decode(given.getFirst())
                    .orElseThrow(() -> mismatch(each.header() + " is not written as it has to be"));
            if (!McpHeaders.say(value, expected)) {
                throw mismatch(each.header() + " does not match the body");
            }
        }
    }

    private static String single(Function<String, List<String>> headers, String name) {
        List<String> values = headers.apply(name);
        if (values.size() != 1) {
            throw mismatch(
                    values.isEmpty()
                            ? "the header " + name + " is missing"
                            : "the header " + name + " was sent " + values.size() + " times");
        }
        return values.getFirst().strip();
    }

    private static JsonRpcException mismatch(String what) {
        return JsonRpcException.badRequest(JsonRpcException.HEADER_MISMATCH, "Header mismatch: " + what);
    }
}
