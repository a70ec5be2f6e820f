package io.openclaw.gateway.ingress.web.mcp;

import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.mcp.McpContext;
import io.openclaw.gateway.ingress.core.mcp.JsonRpcMessage;
import io.openclaw.gateway.ingress.core.mcp.ModernRules;
import io.openclaw.gateway.ingress.core.mcp.ProtocolVersions;
import io.openclaw.gateway.ingress.core.mcp.Sessions.Session;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who sends a request, and what was said of that, by the request itself or at the beginning of its session.
 *
 * @param caller the agent
 * @param session its session; absent for clients of 2026-07-28, and before there is one
 * @param onBehalfOf the person for whom the agent acts, as it says
 * @param meta {@code params._meta} of the request
 */
record McpClient(
        Caller caller, @Nullable Session session, @Nullable String onBehalfOf, JsonNode meta) {
    private static final String TASKS = "io.modelcontextprotocol/tasks";
    private static final List<String> LEVELS =
            List.of("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency");
    private static final String PROGRESS_TOKEN = "progressToken";
    /** What a client of the older revisions gets that has not said what it wants. */
    private static final String USUAL_LEVEL = "info";

    static McpClient of(Caller caller, @Nullable Session session, @Nullable String onBehalfOf, JsonRpcMessage message) {
        return new McpClient(caller, session, onBehalfOf, message.meta());
    }

    static boolean isLevel(String text) {
        return LEVELS.contains(text);
    }

    boolean isModern() {
        return meta.has(ModernRules.VERSION_KEY);
    }

    /** Tells whether the client knows that a stream can be taken up again (2025-11-25). */
    boolean knowsPrimers() {
        return session != null && session.version().equals(ProtocolVersions.NEWEST_LEGACY);
    }

    boolean knowsTasks() {
        return isModern()
                && meta.path(ModernRules.CAPABILITIES_KEY).path("extensions").has(TASKS);
    }

    /** Returns the token that progress of the request has to name; null if the client wants none. */
    @Nullable
    JsonNode progressToken() {
        JsonNode token = meta.get(PROGRESS_TOKEN);
        return token != null && (token.isString() || token.isIntegralNumber()) ? token : null;
    }

    /** Tells whether the client wants log messages of a level. */
    boolean wantsLevel(String level) {
        String from = logLevel();
        return from != null && LEVELS.indexOf(level) >= LEVELS.indexOf(from);
    }

    private @Nullable String logLevel() {
        if (isModern()) {
            String level = meta.path(ModernRules.LOG_LEVEL_KEY).asString("");
            return isLevel(level) ? level : null;
        }
        return session == null ? null : session.logLevel() == null ? USUAL_LEVEL : session.logLevel();
    }

    /**
     * Returns what of the request reaches an upstream beside its parameters.
     *
     * @param given input that came with the request, unasked
     * @param passMeta the names in {@code _meta} that the upstream gets; it gets no others
     */
    McpContext context(@Nullable RawJson given, List<String> passMeta) {
        JsonNode capabilities = isModern()
                ? meta.path(ModernRules.CAPABILITIES_KEY)
                : session == null || session.capabilities() == null
                        ? Json.MAPPER.createObjectNode()
                        : session.capabilities().as(JsonNode.class);
        RawJson info = isModern()
                ? meta.has(ModernRules.CLIENT_INFO_KEY) ? RawJson.from(meta.get(ModernRules.CLIENT_INFO_KEY)) : null
                : session == null ? null : session.clientInfo();
        ObjectNode rest = Json.MAPPER.createObjectNode();
        meta.properties().forEach(entry -> {
            boolean ours = entry.getKey().startsWith("io.modelcontextprotocol/")
                    || entry.getKey().equals(PROGRESS_TOKEN);
            if (!ours && passMeta.contains(entry.getKey())) {
                rest.set(entry.getKey(), entry.getValue());
            }
        });
        return new McpContext(
                !isModern(),
                info,
                McpContext.capabilities(capabilities),
                logLevel(),
                progressToken() != null,
                given,
                rest.isEmpty() ? null : RawJson.from(rest));
    }
}
