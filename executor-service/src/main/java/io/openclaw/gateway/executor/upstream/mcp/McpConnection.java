package io.openclaw.gateway.executor.upstream.mcp;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.mcp.McpContext;
import io.openclaw.gateway.common.mcp.McpHeaders;
import io.openclaw.gateway.common.policy.LeftOut;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.policy.ToolName;
import io.openclaw.gateway.executor.upstream.Upstream.Offers;
import io.openclaw.gateway.executor.upstream.UpstreamUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.POJONode;

/**
 * A connection to one MCP server that was greeted: its era is known, and what it can do. A server of 2026-07-28 is asked
 * {@code server/discover}; one that does not know that is greeted as 2025-11-25 has it (MCP 2026-07-28, "Versioning").
 */
final class McpConnection implements AutoCloseable {
    static final String MODERN = "2026-07-28";

    private static final Logger log = LoggerFactory.getLogger(McpConnection.class);
    private static final String LEGACY = "2025-11-25";
    private static final Set<String> LEGACY_VERSIONS = Set.of(LEGACY, "2025-06-18", "2025-03-26", "2024-11-05");
    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);
    private static final int UNSUPPORTED_VERSION = -32022;
    private static final int MOST_PAGES = 100;
    private static final List<String> LEVELS =
            List.of("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency");
    private static final RawJson OURSELVES =
            RawJson.of("{\"name\":\"openclaw-gateway\",\"version\":\"0.1.0\",\"title\":\"OpenClaw Gateway\"}");

    private final String name;
    private final McpTransport transport;
    private final boolean modern;
    private final String version;
    private final JsonNode capabilities;
    private final AtomicLong ids;
    private final Set<McpCall> running = ConcurrentHashMap.newKeySet();
    private int logLevel = LEVELS.size();

    private McpConnection(String name, McpTransport transport, String version, JsonNode capabilities, AtomicLong ids) {
        this.name = name;
        this.transport = transport;
        this.version = version;
        this.modern = version.equals(MODERN);
        this.capabilities = capabilities;
        this.ids = ids;
    }

    /** Opens a transport to the server. */
    interface Opener {
        McpTransport open() throws IOException;
    }

    /**
     * Greets a server in every era that it speaks, the newer first. Over stdio it is one: a process speaks the era in which it
     * was greeted.
     *
     * @throws UpstreamUnavailableException if it does not answer, or speaks no version that we do
     * @throws IOException if no transport can be opened
     */
    static List<McpConnection> greet(String name, Opener opener) throws IOException {
        McpTransport transport = opener.open();
        McpConnection first;
        try {
            first = greet(name, transport);
        } catch (RuntimeException e) {
            transport.close();
            throw e;
        }
        if (!first.isModern() || !transport.hasHeaders()) {
            return List.of(first);
        }
        // Some servers serve clients of each era with what they have for it, and ours are of both.
        McpTransport another = opener.open();
        try {
            return List.of(first, greetLegacy(name, another, new AtomicLong()));
        } catch (UpstreamUnavailableException e) {
            another.close();
            log.debug("{} speaks {} alone: {}", name, MODERN, e.getMessage());
            return List.of(first);
        }
    }

    private static McpConnection greet(String name, McpTransport transport) {
        var ids = new AtomicLong();
        var probe = new McpConnection(name, transport, MODERN, Json.MAPPER.createObjectNode(), ids);
        McpMessage discovered;
        try {
            discovered = probe.ask("server/discover", Json.MAPPER.createObjectNode(), PROBE_TIMEOUT);
        } catch (UpstreamUnavailableException e) {
            if (!e.mayHaveStarted() && transport.hasHeaders() && e.getCause() instanceof java.net.ConnectException) {
                throw e;
            }
            // It answered nothing that can be read, or refused: so does a server of the older era.
            return greetLegacy(name, transport, ids);
        }
        if (discovered.result() != null) {
            JsonNode result = discovered.result().as(JsonNode.class);
            if (!speaksModern(result.path("supportedVersions"))) {
                return greetLegacy(name, transport, ids);
            }
            return new McpConnection(name, transport, MODERN, result.path("capabilities"), ids);
        }
        JsonNode error = discovered.error() == null
                ? Json.MAPPER.createObjectNode()
                : discovered.error().as(JsonNode.class);
        JsonNode supported = error.path("data").path("supported");
        boolean recognised = error.path("code").asInt(0) == UNSUPPORTED_VERSION && supported.isArray();
        if (recognised
                && supported.valueStream().noneMatch(version -> LEGACY_VERSIONS.contains(version.asString("")))) {
            throw new UpstreamUnavailableException(
                    "The MCP server " + name + " speaks " + supported + "; the gateway speaks " + MODERN + " and "
                            + LEGACY_VERSIONS,
                    false,
                    new IllegalStateException("no common version"));
        }
        return greetLegacy(name, transport, ids);
    }

    private static boolean speaksModern(JsonNode versions) {
        return !versions.isArray()
                || versions.valueStream()
                        .anyMatch(version -> version.asString("").equals(MODERN));
    }

    private static McpConnection greetLegacy(String name, McpTransport transport, AtomicLong ids) {
        var greeting = new McpConnection(name, transport, LEGACY, Json.MAPPER.createObjectNode(), ids);
        ObjectNode params = Json.MAPPER.createObjectNode();
        params.put("protocolVersion", LEGACY);
        params.set(
                "capabilities",
                Json.MAPPER.readTree("{\"elicitation\":{\"form\":{},\"url\":{}},\"sampling\":{},\"roots\":{}}"));
        params.set("clientInfo", OURSELVES.as(JsonNode.class));
        McpMessage answer = greeting.ask("initialize", params, TIMEOUT);
        RawJson result = answer.result();
        if (result == null) {
            throw new UpstreamUnavailableException(
                    "The MCP server " + name + " refuses to be greeted: " + answer.error(),
                    false,
                    new IllegalStateException(
                            answer.error() == null ? "" : answer.error().text()));
        }
        JsonNode initialized = result.as(JsonNode.class);
        String version = initialized.path("protocolVersion").asString("");
        if (!LEGACY_VERSIONS.contains(version)) {
            throw new UpstreamUnavailableException(
                    "The MCP server " + name + " speaks version '" + version + "'; the gateway speaks " + MODERN
                            + " and " + LEGACY_VERSIONS,
                    false,
                    new IllegalStateException("no common version"));
        }
        transport.agreed(version);
        transport.send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}", Map.of());
        transport.listen();
        return new McpConnection(name, transport, version, initialized.path("capabilities"), ids);
    }

    void started(McpCall call) {
        running.add(call);
    }

    void ended(McpCall call) {
        running.remove(call);
    }

    /**
     * Handles what a server of the older era says that belongs to no request. What is about a call does not name it there, and
     * is taken for that of the only call which can be meant.
     *
     * @return whether it was about a call, or asked for an answer
     */
    boolean handle(McpMessage message) {
        String method = String.valueOf(message.method());
        RawJson id = message.id();
        if (id == null) {
            if (method.equals("notifications/message") && running.size() == 1) {
                running.forEach(call -> call.received(message));
                return true;
            }
            return false;
        }
        List<McpCall> meant =
                running.stream().filter(call -> call.canAnswer(method)).toList();
        if (method.equals("ping")) {
            answer(id, RawJson.EMPTY_OBJECT, null);
        } else if (meant.size() == 1) {
            meant.getFirst().received(message);
        } else if (method.equals("roots/list")) {
            // Which directories there are is a question to an agent's client, and no agent asked anything.
            answer(id, RawJson.of("{\"roots\":[]}"), null);
        } else {
            answer(
                    id,
                    null,
                    RawJson.of("{\"code\":-32601,\"message\":\"The gateway cannot tell which call asks this: "
                            + (meant.isEmpty() ? "none that runs can answer it" : "several run in this session")
                            + ".\"}"));
        }
        return true;
    }

    boolean isModern() {
        return modern;
    }

    /** Returns the revision that is spoken. */
    String version() {
        return version;
    }

    boolean can(String capability) {
        return capabilities.has(capability);
    }

    boolean can(String capability, String detail) {
        return capabilities.path(capability).path(detail).asBoolean(false);
    }

    /** Asks something that belongs to no call, and waits for the answer. */
    McpMessage ask(String method, ObjectNode params, Duration timeout) {
        var answer = new CompletableFuture<McpMessage>();
        McpTransport.Exchange exchange = transport.request(
                outgoing(method, params, null, McpContext.NONE, List.of()), new McpTransport.Receiver() {
                    @Override
                    public void received(McpMessage message) {
                        if (message.isResponse()) {
                            answer.complete(message);
                        }
                    }

                    @Override
                    public void failed(UpstreamUnavailableException why) {
                        answer.completeExceptionally(why);
                    }
                });
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof UpstreamUnavailableException unavailable
                    ? unavailable
                    : new UpstreamUnavailableException(String.valueOf(e.getCause()), true, e);
        } catch (TimeoutException e) {
            exchange.hangUp();
            throw new UpstreamUnavailableException(
                    "The MCP server " + name + " does not answer " + method + " within " + timeout.toSeconds() + " s.",
                    true,
                    e);
        } catch (InterruptedException e) {
            exchange.hangUp();
            Thread.currentThread().interrupt();
            throw new UpstreamUnavailableException("interrupted", true, e);
        }
    }

    /** Sends a request of a call. */
    Started start(
            String method,
            ObjectNode params,
            McpContext client,
            Collection<McpHeaders.Repeated> repeated,
            McpTransport.Receiver receiver) {
        if (client.logLevel() != null && !modern && can("logging")) {
            hearFrom(client.logLevel());
        }
        var outgoing = outgoing(method, params, "call-" + ids.get(), client, repeated);
        return new Started(outgoing.id(), transport.request(outgoing, receiver));
    }

    /** A request under way. */
    record Started(String id, McpTransport.Exchange exchange) {}

    /** What all calls share is set to what the most curious of them wants; ingress leaves out what others do not want. */
    private synchronized void hearFrom(String level) {
        int wanted = LEVELS.indexOf(level);
        if (wanted >= 0 && wanted < logLevel) {
            logLevel = wanted;
            ObjectNode params = Json.MAPPER.createObjectNode();
            params.put("level", level);
            ask("logging/setLevel", params, TIMEOUT);
        }
    }

    private static @Nullable JsonNode arguments(ObjectNode params) {
        JsonNode arguments = params.get("arguments");
        return arguments instanceof POJONode node && node.getPojo() instanceof RawJson json
                ? json.as(JsonNode.class)
                : arguments;
    }

    private McpTransport.Outgoing outgoing(
            String method,
            ObjectNode params,
            @Nullable String progressToken,
            McpContext client,
            Collection<McpHeaders.Repeated> repeated) {
        String id = Long.toString(ids.incrementAndGet());
        ObjectNode meta = client.meta() != null && client.meta().as(JsonNode.class) instanceof ObjectNode given
                ? given
                : Json.MAPPER.createObjectNode();
        if (progressToken != null) {
            meta.put("progressToken", progressToken + "-" + id);
        }
        Map<String, String> headers = new LinkedHashMap<>();
        if (modern) {
            meta.put("io.modelcontextprotocol/protocolVersion", MODERN);
            meta.set("io.modelcontextprotocol/clientInfo", OURSELVES.as(JsonNode.class));
            meta.set(
                    "io.modelcontextprotocol/clientCapabilities",
                    (client.capabilities() == null ? RawJson.EMPTY_OBJECT : client.capabilities()).as(JsonNode.class));
            if (client.logLevel() != null) {
                meta.put("io.modelcontextprotocol/logLevel", client.logLevel());
            }
            headers.put(McpHeaders.VERSION, MODERN);
            headers.put(McpHeaders.METHOD, method);
            String named = switch (method) {
                case "tools/call", "prompts/get" -> params.path("name").asString("");
                case "resources/read" -> params.path("uri").asString("");
                default -> "";
            };
            if (!named.isEmpty()) {
                headers.put(McpHeaders.NAME, McpHeaders.encode(named));
            }
            JsonNode arguments = repeated.isEmpty() ? null : arguments(params);
            for (McpHeaders.Repeated each : repeated) {
                each.in(arguments).ifPresent(value -> headers.put(each.header(), McpHeaders.encode(value)));
            }
        }
        if (!meta.isEmpty()) {
            params.set("_meta", meta);
        }
        ObjectNode message = Json.MAPPER.createObjectNode();
        message.put("jsonrpc", "2.0");
        message.put("id", Long.parseLong(id));
        message.put("method", method);
        if (!params.isEmpty()) {
            message.set("params", params);
        }
        return new McpTransport.Outgoing(
                id, message.toString(), headers, progressToken == null ? null : progressToken + "-" + id);
    }

    /** Answers a request of the server. */
    void answer(RawJson id, @Nullable RawJson result, @Nullable RawJson error) {
        transport.send(
                "{\"jsonrpc\":\"2.0\",\"id\":" + id.text()
                        + (error == null
                                ? ",\"result\":" + (result == null ? "{}" : result.text())
                                : ",\"error\":" + error.text())
                        + "}",
                Map.of());
    }

    /** Tells the server that a request is no longer wanted; over HTTP, in the newer era, hanging up says so. */
    void cancel(Started started, String why) {
        if (!modern || !transport.hasHeaders()) {
            ObjectNode params = Json.MAPPER.createObjectNode();
            params.put("requestId", Long.parseLong(started.id()));
            params.put("reason", why);
            transport.send(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":" + params + "}", Map.of());
        }
        started.exchange().hangUp();
    }

    /** The tools that a server lists, and those of them that cannot be used. */
    record Listing(Map<String, ToolDefinition> tools, List<LeftOut> leftOut) {}

    /** Returns why a tool that is listed cannot be used under its name; null if it can. */
    static @Nullable String problemWithName(JsonNode listed, Set<String> before) {
        JsonNode name = listed.path("name");
        if (!name.isString()) {
            return name.isMissingNode() ? "it has no name" : "its name is no string";
        }
        String called = name.asString();
        if (ToolName.isReserved(called)) {
            return "names that begin with 'mcp:' are the gateway's";
        }
        return before.contains(called)
                ? "it is listed twice; the first is used"
                : ToolName.problemWith(called).orElse(null);
    }

    /** Returns the tools that the server lists; those whose headers cannot be made are none. */
    Listing tools() {
        Map<String, ToolDefinition> tools = new LinkedHashMap<>();
        List<LeftOut> leftOut = new ArrayList<>();
        for (RawJson json : list("tools", "tools/list", "tools")) {
            String called = "";
            try {
                JsonNode listed = json.as(JsonNode.class);
                called = listed.path("name").asString("");
                String problem = problemWithName(listed, tools.keySet());
                if (problem != null) {
                    leftOut.add(LeftOut.of(called, problem));
                    continue;
                }
                ToolDefinition tool = json.as(ToolDefinition.class);
                if (modern && transport.hasHeaders()) {
                    McpHeaders.of(tool.inputSchema());
                }
                tools.put(called, tool);
            } catch (JacksonException e) {
                leftOut.add(LeftOut.of(called, "its definition cannot be read: " + e.getOriginalMessage()));
            } catch (RuntimeException e) {
                leftOut.add(LeftOut.of(called, String.valueOf(e.getMessage())));
            }
        }
        return new Listing(tools, List.copyOf(leftOut));
    }

    Offers offers() {
        return new Offers(
                list("prompts", "prompts/list", "prompts"),
                list("resources", "resources/list", "resources"),
                list("resources", "resources/templates/list", "resourceTemplates"));
    }

    private List<RawJson> list(String capability, String method, String field) {
        if (!can(capability)) {
            return List.of();
        }
        List<RawJson> all = new ArrayList<>();
        String cursor = null;
        for (int page = 0; page < MOST_PAGES; page++) {
            ObjectNode params = Json.MAPPER.createObjectNode();
            if (cursor != null) {
                params.put("cursor", cursor);
            }
            McpMessage answer = ask(method, params, TIMEOUT);
            if (answer.result() == null) {
                log.debug("{} does not answer {}: {}", name, method, answer.error());
                return all;
            }
            JsonNode result = answer.result().as(JsonNode.class);
            result.path(field).forEach(element -> all.add(RawJson.from(element)));
            cursor = result.path("nextCursor").asString("");
            if (cursor.isEmpty()) {
                return all;
            }
        }
        log.warn("{} has more than {} pages of {}; the rest is left out", name, MOST_PAGES, field);
        return all;
    }

    /** Asks a server of the older era to tell when a resource changes. */
    void subscribe(String uri) {
        ObjectNode params = Json.MAPPER.createObjectNode();
        params.put("uri", uri);
        ask("resources/subscribe", params, TIMEOUT);
    }

    /** Opens the stream on which a server of the newer era tells what has changed. */
    McpTransport.Exchange listen(Collection<String> uris, McpTransport.Receiver receiver) {
        ObjectNode params = Json.MAPPER.createObjectNode();
        ObjectNode wanted = params.putObject("notifications");
        wanted.put("toolsListChanged", true);
        wanted.put("promptsListChanged", true);
        wanted.put("resourcesListChanged", true);
        uris.forEach(uri -> wanted.withArray("resourceSubscriptions").add(uri));
        return transport.request(outgoing("subscriptions/listen", params, null, McpContext.NONE, List.of()), receiver);
    }

    /** Looks whether the server still answers. */
    void ping() {
        ask(modern ? "server/discover" : "ping", Json.MAPPER.createObjectNode(), TIMEOUT);
    }

    @Override
    public void close() {
        transport.close();
    }
}
