package io.openclaw.gateway.ingress.web.mcp;

import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.mcp.ExposedNames.Address;
import io.openclaw.gateway.common.mcp.McpHeaders;
import io.openclaw.gateway.common.mcp.McpOperation;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.ingress.core.CallState;
import io.openclaw.gateway.ingress.core.JsonProblem;
import io.openclaw.gateway.ingress.core.mcp.JsonRpcException;
import io.openclaw.gateway.ingress.core.mcp.JsonRpcMessage;
import io.openclaw.gateway.ingress.core.mcp.ModernRules;
import io.openclaw.gateway.ingress.core.mcp.Pages;
import io.openclaw.gateway.ingress.core.mcp.ProtocolVersions;
import io.openclaw.gateway.ingress.core.mcp.ResourceUris;
import io.openclaw.gateway.ingress.core.mcp.Sessions;
import io.openclaw.gateway.ingress.core.mcp.Sessions.Session;
import io.openclaw.gateway.ingress.core.mcp.ToolResults;
import io.openclaw.gateway.ingress.web.mcp.AgentView.Exposed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The methods that clients can call. */
final class McpMethods {
    private static final Logger log = LoggerFactory.getLogger(McpMethods.class);
    private static final Set<String> MODERN_ONLY =
            Set.of("server/discover", "subscriptions/listen", "tasks/get", "tasks/update", "tasks/cancel");
    private static final Set<String> LEGACY_ONLY =
            Set.of("ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe");
    private static final int MAX_KEPT_LENGTH = 16 * 1024;
    private static final int MAX_URI_LENGTH = 2 * 1024;
    private static final long LIST_TTL_MILLIS = 10_000;
    private static final long DISCOVER_TTL_MILLIS = 60_000;
    private static final RawJson STATUS_SCHEMA = RawJson.of(
            "{\"type\":\"object\",\"properties\":{\"call_id\":{\"type\":\"string\",\"description\":\"The id of the call, as"
                    + " the gateway told you.\"}},\"required\":[\"call_id\"]}");

    private final AgentView view;
    private final McpCalls calls;
    private final McpStreams streams;
    private final Sessions sessions;
    private final int pageSize;

    McpMethods(AgentView view, McpCalls calls, McpStreams streams, Sessions sessions, int pageSize) {
        this.view = view;
        this.calls = calls;
        this.streams = streams;
        this.sessions = sessions;
        this.pageSize = pageSize;
    }

    /** The parameters of requests that name something; what others have is read where it is needed. */
    private record Params(
            @Nullable String name,
            @Nullable String uri,
            @Nullable RawJson arguments,
            @Nullable String cursor,
            @Nullable String level,
            @Nullable String taskId,
            @Nullable JsonNode ref,
            @Nullable JsonNode inputResponses,
            @Nullable JsonNode notifications) {}

    /**
     * Answers a request.
     *
     * @param headers returns every value of a header
     * @throws JsonRpcException if it is answered with an error
     */
    void answer(McpClient client, JsonRpcMessage request, Function<String, List<String>> headers, McpReply reply) {
        String method = String.valueOf(request.method());
        boolean modern = client.isModern();
        if ((modern && LEGACY_ONLY.contains(method)) || (!modern && MODERN_ONLY.contains(method))) {
            throw unknown(method, modern);
        }
        Params params;
        try {
            params = request.params().as(Params.class);
        } catch (JacksonException e) {
            throw JsonRpcException.invalidParams("'params' cannot be read: " + JsonProblem.of(e));
        }
        switch (method) {
            case "server/discover" -> reply.result(discover(client));
            case "ping" -> reply.result(RawJson.EMPTY_OBJECT);
            case "tools/list" -> reply.result(tools(client, params));
            case "tools/call" -> call(client, request, params, headers, reply);
            case "prompts/list" -> reply.result(prompts(client, params));
            case "prompts/get" -> prompt(client, request, params, reply);
            case "resources/list" ->
                reply.result(resources(client, params, "resources", "uri", AgentView.Offers::resources));
            case "resources/templates/list" ->
                reply.result(resources(
                        client, params, "resourceTemplates", "uriTemplate", AgentView.Offers::resourceTemplates));
            case "resources/read" -> read(client, request, params, reply);
            case "completion/complete" -> complete(client, request, params, reply);
            case "logging/setLevel" -> reply.result(level(client, params));
            case "resources/subscribe" -> subscribe(client, params, reply);
            case "resources/unsubscribe" -> {
                sessions.unsubscribe(session(client).id(), required(params.uri(), "uri"));
                reply.result(RawJson.EMPTY_OBJECT);
            }
            case "subscriptions/listen" -> listen(client, params, reply);
            case "tasks/get" -> reply.result(calls.task(task(client, params), "complete"));
            case "tasks/update" -> {
                JsonNode responses = params.inputResponses();
                calls.update(task(client, params), responses == null ? Json.MAPPER.createObjectNode() : responses);
                reply.result(complete(Json.MAPPER.createObjectNode()));
            }
            case "tasks/cancel" -> {
                calls.withdraw(task(client, params).call().callId());
                reply.result(complete(Json.MAPPER.createObjectNode()));
            }
            default -> throw unknown(method, modern);
        }
    }

    private static JsonRpcException unknown(String method, boolean modern) {
        return new JsonRpcException(
                JsonRpcException.METHOD_NOT_FOUND, "Method not found: " + method, null, modern ? 404 : 200);
    }

    /** Begins the session that {@code initialize} asks for. */
    Session initialize(McpClient client, JsonRpcMessage request) {
        JsonNode params = request.params().as(JsonNode.class);
        if (!params.path("protocolVersion").isString()) {
            throw JsonRpcException.badRequest(
                    JsonRpcException.INVALID_PARAMS, "'protocolVersion' has to say which revision you speak");
        }
        String version =
                ProtocolVersions.agreedOn(params.path("protocolVersion").asString());
        return sessions.begin(
                client.caller().agent(), version, kept(params, "clientInfo"), kept(params, "capabilities"));
    }

    /** Returns what a session keeps of a client; what is longer than any client needs would fill the database. */
    private static @Nullable RawJson kept(JsonNode params, String name) {
        if (!params.path(name).isObject()) {
            return null;
        }
        RawJson json = RawJson.from(params.get(name));
        if (json.text().length() > MAX_KEPT_LENGTH) {
            throw JsonRpcException.badRequest(
                    JsonRpcException.INVALID_PARAMS,
                    "'" + name + "' has " + json.text().length() + " characters; it may have " + MAX_KEPT_LENGTH);
        }
        return json;
    }

    /** Returns the result of {@code initialize}. */
    ObjectNode greeting(McpClient client, Session session) {
        ObjectNode result = Json.MAPPER.createObjectNode();
        result.put("protocolVersion", session.version());
        ObjectNode capabilities = capabilities(client);
        capabilities.putObject("logging");
        result.set("capabilities", capabilities);
        result.set("serverInfo", serverInfo());
        result.put("instructions", instructions());
        return result;
    }

    private ObjectNode discover(McpClient client) {
        ObjectNode result = complete(Json.MAPPER.createObjectNode());
        ProtocolVersions.ALL.forEach(result.withArray("supportedVersions")::add);
        ObjectNode capabilities = capabilities(client);
        capabilities.putObject("extensions").putObject("io.modelcontextprotocol/tasks");
        result.set("capabilities", capabilities);
        result.put("instructions", instructions());
        result.putObject("_meta").set(ModernRules.SERVER_INFO_KEY, serverInfo());
        return cached(result, DISCOVER_TTL_MILLIS);
    }

    private ObjectNode capabilities(McpClient client) {
        ObjectNode capabilities = Json.MAPPER.createObjectNode();
        capabilities.putObject("tools").put("listChanged", true);
        if (view.may(client.caller(), McpOperation.GET_PROMPT)) {
            capabilities.putObject("prompts").put("listChanged", true);
        }
        if (view.may(client.caller(), McpOperation.READ_RESOURCE)) {
            ObjectNode resources = capabilities.putObject("resources").put("listChanged", true);
            if (view.may(client.caller(), McpOperation.SUBSCRIBE)) {
                resources.put("subscribe", true);
            }
        }
        if (view.may(client.caller(), McpOperation.COMPLETE)) {
            capabilities.putObject("completions");
        }
        return capabilities;
    }

    private static ObjectNode serverInfo() {
        return Json.MAPPER
                .createObjectNode()
                .put("name", "openclaw-gateway")
                .put("title", "OpenClaw Gateway")
                .put("version", "0.1.0");
    }

    private static String instructions() {
        return "Every call goes through a gateway that decides whether it may run. A call that is refused says by which rule:"
                + " do not try to get around it. A call that waits for a person may take minutes; when you are told so, ask"
                + " for its outcome with the tool " + ToolResults.STATUS_TOOL + " instead of calling again.";
    }

    private ObjectNode tools(McpClient client, Params params) {
        List<Exposed<ToolPinned>> all = view.toolsOf(client.caller());
        Pages.Page<Exposed<ToolPinned>> page = Pages.of(all, Exposed::name, params.cursor(), pageSize);
        ObjectNode result = Json.MAPPER.createObjectNode();
        ArrayNode tools = result.putArray("tools");
        for (Exposed<ToolPinned> tool : page.elements()) {
            tools.add(described(tool.name(), tool.definition().accepted()));
        }
        if (page.next() == null) {
            tools.add(statusTool());
        }
        return listed(client, result, page.next());
    }

    private static ObjectNode described(String name, ToolDefinition definition) {
        ObjectNode tool = (ObjectNode) RawJson.from(definition).as(JsonNode.class);
        tool.put("name", name);
        // A revision's own way of running tools in the background, which ends at the gateway.
        tool.remove("execution");
        if (!tool.has("inputSchema")) {
            tool.putObject("inputSchema").put("type", "object");
        }
        return tool;
    }

    private static ObjectNode statusTool() {
        ObjectNode tool = Json.MAPPER.createObjectNode();
        tool.put("name", ToolResults.STATUS_TOOL);
        tool.put("title", "Status of a call");
        tool.put(
                "description",
                "Tells what became of a call that the gateway said has not ended yet, and returns its result once it has.");
        tool.set("inputSchema", STATUS_SCHEMA.as(JsonNode.class));
        tool.putObject("annotations").put("readOnlyHint", true).put("openWorldHint", false);
        return tool;
    }

    private void call(
            McpClient client,
            JsonRpcMessage request,
            Params params,
            Function<String, List<String>> headers,
            McpReply reply) {
        String name = required(params.name(), "name");
        RawJson arguments = params.arguments() == null ? RawJson.EMPTY_OBJECT : params.arguments();
        if (!arguments.text().startsWith("{")) {
            throw JsonRpcException.invalidParams("'arguments' has to be an object");
        }
        if (name.equals(ToolResults.STATUS_TOOL)) {
            reply.result(calls.status(client, arguments));
            return;
        }
        Exposed<ToolPinned> tool = view.tool(name);
        if (tool == null || tool.definition().isWithheld()) {
            // Policy says what becomes of a tool that no upstream has told of.
            Address address = view.unknown(name);
            if (address == null) {
                throw JsonRpcException.invalidParams("Unknown tool: " + name);
            }
            calls.carryOut(
                    client,
                    new McpCalls.Wanted(address.upstream(), address.name(), arguments, true, false),
                    request.params(),
                    view.directory(),
                    reply);
            return;
        }
        ToolDefinition definition = tool.definition().accepted();
        if (client.isModern()) {
            ModernRules.checkArguments(repeated(definition), arguments, headers);
        }
        calls.carryOut(
                client,
                new McpCalls.Wanted(
                        tool.address().upstream(),
                        tool.address().name(),
                        arguments,
                        true,
                        definition.more().containsKey("outputSchema")),
                request.params(),
                view.directory(),
                reply);
    }

    private static List<McpHeaders.Repeated> repeated(ToolDefinition definition) {
        try {
            return McpHeaders.of(definition.inputSchema());
        } catch (IllegalArgumentException e) {
            // A client has to leave such a tool alone; what calls it all the same repeats nothing.
            return List.of();
        }
    }

    private ObjectNode prompts(McpClient client, Params params) {
        Pages.Page<Exposed<ObjectNode>> page =
                Pages.of(view.promptsOf(client.caller()), Exposed::name, params.cursor(), pageSize);
        ObjectNode result = Json.MAPPER.createObjectNode();
        ArrayNode prompts = result.putArray("prompts");
        page.elements().forEach(prompt -> prompts.add(prompt.definition().put("name", prompt.name())));
        return listed(client, result, page.next());
    }

    private void prompt(McpClient client, JsonRpcMessage request, Params params, McpReply reply) {
        String name = required(params.name(), "name");
        Address address = view.prompt(name);
        if (address == null) {
            throw JsonRpcException.invalidParams("Unknown prompt: " + name);
        }
        ObjectNode arguments = Json.MAPPER.createObjectNode().put("name", address.name());
        RawJson given = params.arguments();
        if (given != null) {
            arguments.set("arguments", given.as(JsonNode.class));
        }
        carryOut(client, address.upstream(), McpOperation.GET_PROMPT, arguments, request, reply);
    }

    private ObjectNode resources(
            McpClient client,
            Params params,
            String field,
            String uriField,
            Function<AgentView.Offers, List<ObjectNode>> part) {
        ResourceUris uris = view.resourcesOf(client.caller());
        var all = new ArrayList<Map.Entry<String, ObjectNode>>();
        for (AgentView.Offers offers : view.offersFor(client.caller(), McpOperation.READ_RESOURCE)) {
            for (ObjectNode resource : part.apply(offers)) {
                String uri =
                        uris.exposed(offers.upstream(), resource.path(uriField).asString(""));
                resource.put(uriField, uri);
                all.add(Map.entry(uri, resource));
            }
        }
        all.sort(Comparator.comparing(Map.Entry::getKey));
        Pages.Page<Map.Entry<String, ObjectNode>> page = Pages.of(all, Map.Entry::getKey, params.cursor(), pageSize);
        ObjectNode result = Json.MAPPER.createObjectNode();
        ArrayNode resources = result.putArray(field);
        page.elements().forEach(resource -> resources.add(resource.getValue()));
        return listed(client, result, page.next());
    }

    private void read(McpClient client, JsonRpcMessage request, Params params, McpReply reply) {
        ResourceUris.Located located = located(client, required(params.uri(), "uri"));
        ObjectNode arguments = Json.MAPPER.createObjectNode().put("uri", located.uri());
        carryOut(client, located.upstream(), McpOperation.READ_RESOURCE, arguments, request, reply);
    }

    private ResourceUris.Located located(McpClient client, String uri) {
        return view.resourcesOf(client.caller())
                .locate(uri)
                .orElseThrow(() -> new JsonRpcException(
                        client.isModern() ? JsonRpcException.INVALID_PARAMS : -32002,
                        "Resource not found: " + uri,
                        RawJson.from(Map.of("uri", uri)),
                        200));
    }

    private void complete(McpClient client, JsonRpcMessage request, Params params, McpReply reply) {
        JsonNode ref = params.ref();
        if (ref == null || !ref.isObject()) {
            throw JsonRpcException.invalidParams("'ref' has to name a prompt or a resource");
        }
        ObjectNode arguments = (ObjectNode) request.params().as(JsonNode.class);
        arguments.remove("_meta");
        String upstream;
        if (ref.path("type").asString("").equals("ref/prompt")) {
            String name = ref.path("name").asString("");
            Address address = view.prompt(name);
            if (address == null) {
                throw JsonRpcException.invalidParams("Unknown prompt: " + name);
            }
            upstream = address.upstream();
            arguments.withObject("ref").put("name", address.name());
        } else {
            ResourceUris.Located located = located(client, ref.path("uri").asString(""));
            upstream = located.upstream();
            arguments.withObject("ref").put("uri", located.uri());
        }
        carryOut(client, upstream, McpOperation.COMPLETE, arguments, request, reply);
    }

    private void carryOut(
            McpClient client,
            String upstream,
            McpOperation operation,
            ObjectNode arguments,
            JsonRpcMessage request,
            McpReply reply) {
        calls.carryOut(
                client,
                new McpCalls.Wanted(upstream, operation.tool(), RawJson.from(arguments), false, false),
                request.params(),
                view.directory(),
                reply);
    }

    private RawJson level(McpClient client, Params params) {
        String level = required(params.level(), "level");
        if (!McpClient.isLevel(level)) {
            throw JsonRpcException.invalidParams("'level' is '" + level + "', which is no level of RFC 5424");
        }
        sessions.setLogLevel(session(client).id(), level);
        return RawJson.EMPTY_OBJECT;
    }

    private void subscribe(McpClient client, Params params, McpReply reply) {
        String uri = required(params.uri(), "uri");
        if (uri.length() > MAX_URI_LENGTH) {
            throw JsonRpcException.invalidParams(
                    "'uri' has " + uri.length() + " characters; one that is subscribed to may have " + MAX_URI_LENGTH);
        }
        ResourceUris.Located located = located(client, uri);
        UUID session = session(client).id();
        calls.run(client, located.upstream(), McpOperation.SUBSCRIBE, located.uri(), view.directory());
        sessions.subscribe(session, uri);
        reply.result(RawJson.EMPTY_OBJECT);
    }

    /** Opens the stream on which a client of 2026-07-28 is told of what it asks to be told of. */
    private void listen(McpClient client, Params params, McpReply reply) {
        if (!reply.canStream()) {
            throw new JsonRpcException(
                    JsonRpcException.INVALID_REQUEST,
                    "'Accept' has to list text/event-stream: subscriptions/listen is answered with a stream",
                    null,
                    406);
        }
        JsonNode wanted = params.notifications();
        if (wanted == null || !wanted.isObject()) {
            throw JsonRpcException.invalidParams("'notifications' has to say what you want to be told of");
        }
        if (wanted.has("taskIds") && !client.knowsTasks()) {
            throw new JsonRpcException(
                    JsonRpcException.MISSING_CAPABILITY,
                    "Missing required client capability",
                    RawJson.of("{\"requiredCapabilities\":{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}}"),
                    400);
        }
        Set<String> methods = new HashSet<>();
        ObjectNode agreed = Json.MAPPER.createObjectNode();
        for (String kind : List.of("tools", "prompts", "resources")) {
            String field = kind + "ListChanged";
            if (wanted.path(field).asBoolean(false)) {
                methods.add("notifications/" + kind + "/list_changed");
                agreed.put(field, true);
            }
        }
        Set<ResourceUris.Located> resources = new HashSet<>();
        for (JsonNode uri : wanted.path("resourceSubscriptions")) {
            try {
                ResourceUris.Located located = located(client, uri.asString(""));
                calls.run(client, located.upstream(), McpOperation.SUBSCRIBE, located.uri(), view.directory());
                resources.add(located);
                agreed.withArray("resourceSubscriptions").add(uri.asString(""));
            } catch (JsonRpcException e) {
                log.debug("{} cannot be told of {}: {}", client.caller().agent(), uri, e.getMessage());
            }
        }
        JsonNode subscription = reply.id().as(JsonNode.class);
        reply.notify(
                "notifications/subscriptions/acknowledged",
                tagged(Json.MAPPER.createObjectNode().set("notifications", agreed), subscription));
        streams.follow(
                client.caller().agent(),
                reply,
                change -> {
                    McpStreams.Notification told = notification(change, methods, resources, client);
                    return told == null
                            ? null
                            : new McpStreams.Notification(told.method(), tagged(told.params(), subscription));
                },
                () -> true);
        ObjectNode end = complete(Json.MAPPER.createObjectNode());
        reply.result(tagged(end, subscription));
    }

    private static ObjectNode tagged(ObjectNode params, JsonNode subscription) {
        params.withObject("_meta").set(ModernRules.SUBSCRIPTION_KEY, subscription);
        return params;
    }

    /** Keeps a stream of a session open, on which its client is told of changes. */
    void follow(McpClient client, McpReply reply) {
        Session session = session(client);
        Set<String> methods = Set.of(
                "notifications/tools/list_changed",
                "notifications/prompts/list_changed",
                "notifications/resources/list_changed");
        streams.follow(
                client.caller().agent(),
                reply,
                change -> {
                    // What the client subscribed to since is in the store, whichever instance it told.
                    Set<ResourceUris.Located> resources = new HashSet<>();
                    if (change instanceof McpStreams.Change.Resource) {
                        ResourceUris uris = view.resourcesOf(client.caller());
                        sessions.find(session.id(), session.agent())
                                .ifPresent(now -> now.subscriptions()
                                        .forEach(uri -> uris.locate(uri).ifPresent(resources::add)));
                    }
                    return notification(change, methods, resources, client);
                },
                () -> sessions.find(session.id(), session.agent()).isPresent());
    }

    private McpStreams.@Nullable Notification notification(
            McpStreams.Change change, Set<String> methods, Set<ResourceUris.Located> resources, McpClient client) {
        return switch (change) {
            case McpStreams.Change.List list ->
                methods.contains(list.method()) ? McpStreams.Notification.of(list.method()) : null;
            case McpStreams.Change.Resource updated -> {
                if (!resources.contains(new ResourceUris.Located(updated.upstream(), updated.uri()))) {
                    yield null;
                }
                var notification = McpStreams.Notification.of("notifications/resources/updated");
                notification
                        .params()
                        .put("uri", view.resourcesOf(client.caller()).exposed(updated.upstream(), updated.uri()));
                yield notification;
            }
            default -> null;
        };
    }

    private CallState task(McpClient client, Params params) {
        String id = required(params.taskId(), "taskId");
        try {
            return calls.own(client.caller(), UUID.fromString(id)).orElseThrow();
        } catch (RuntimeException e) {
            throw JsonRpcException.invalidParams("There is no task " + id + " of this agent");
        }
    }

    private static Session session(McpClient client) {
        if (client.session() == null) {
            throw JsonRpcException.badRequest(JsonRpcException.INVALID_REQUEST, "This belongs to a session");
        }
        return client.session();
    }

    private static String required(@Nullable String value, String name) {
        if (value == null || value.isEmpty()) {
            throw JsonRpcException.invalidParams("'" + name + "' is missing");
        }
        return value;
    }

    private static ObjectNode listed(McpClient client, ObjectNode result, @Nullable String next) {
        if (next != null) {
            result.put("nextCursor", next);
        }
        return client.isModern() ? cached(complete(result), LIST_TTL_MILLIS) : result;
    }

    /** What an agent sees depends on what it may do, so nobody else may be shown it. */
    private static ObjectNode cached(ObjectNode result, long ttlMillis) {
        return result.put("ttlMs", ttlMillis).put("cacheScope", "private");
    }

    private static ObjectNode complete(ObjectNode result) {
        return result.put("resultType", "complete");
    }
}
