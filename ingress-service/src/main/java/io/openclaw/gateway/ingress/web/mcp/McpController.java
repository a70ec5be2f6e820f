package io.openclaw.gateway.ingress.web.mcp;

import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.mcp.McpHeaders;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.core.mcp.JsonRpcBatch;
import io.openclaw.gateway.ingress.core.mcp.JsonRpcException;
import io.openclaw.gateway.ingress.core.mcp.JsonRpcMessage;
import io.openclaw.gateway.ingress.core.mcp.ModernRules;
import io.openclaw.gateway.ingress.core.mcp.ProtocolVersions;
import io.openclaw.gateway.ingress.core.mcp.Sessions;
import io.openclaw.gateway.ingress.core.mcp.Sessions.Session;
import io.openclaw.gateway.ingress.web.Problem;
import io.openclaw.gateway.ingress.web.RequestBodies;
import io.openclaw.gateway.ingress.web.mcp.MediaTypes.Accepted;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/**
 * The MCP endpoint (MCP 2026-07-28 and 2025-11-25, "Streamable HTTP"). What a request says of itself tells its era: one that names
 * 2026-07-28 is served by itself, any other belongs to a session.
 */
@RestController
public final class McpController {
    static final String PATH = "/mcp";

    private static final Logger log = LoggerFactory.getLogger(McpController.class);
    private static final String SESSION = "Mcp-Session-Id";
    private static final String LAST_EVENT = "Last-Event-ID";
    private static final String ON_BEHALF_OF = "x-gateway-on-behalf-of";

    private final McpMethods methods;
    private final McpCalls calls;
    private final Sessions sessions;
    private final RequestBodies bodies;

    McpController(McpMethods methods, McpCalls calls, Sessions sessions, RequestBodies bodies) {
        this.methods = methods;
        this.calls = calls;
        this.sessions = sessions;
        this.bodies = bodies;
    }

    @PostMapping(PATH)
    void post(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller) {
        var reply = new McpReply(response);
        answering(response, reply, () -> {
            MediaTypes.requireJson(request.getContentType());
            reply.accepts(Accepted.of(headers(request, HttpHeaders.ACCEPT)));
            byte[] body = body(request, caller);
            if (JsonRpcBatch.is(body)) {
                batch(request, caller, body, reply);
                return;
            }
            JsonRpcMessage message = bodies.parse(body, () -> JsonRpcMessage.read(body));
            reply.answers(message.id());
            bodies.parse(body, () -> {
                JsonRpcMessage.check(body);
                return message;
            });
            if (isModern(request, message)) {
                modern(request, caller, message, reply);
            } else {
                legacy(request, response, caller, message, reply);
            }
        });
    }

    /** Answers several messages of a session at once; each is governed, and can fail, on its own. */
    private void batch(HttpServletRequest request, Caller caller, byte[] body, McpReply reply) {
        Session session = headers(request, SESSION).isEmpty() ? null : session(request, caller);
        if (session == null
                || !session.version().equals(JsonRpcBatch.VERSION)
                || !headers(request, McpHeaders.VERSION).stream().allMatch(JsonRpcBatch.VERSION::equals)) {
            throw JsonRpcException.badRequest(
                    JsonRpcException.INVALID_REQUEST,
                    "Batches are for sessions of " + JsonRpcBatch.VERSION + ": send each message on its own");
        }
        List<byte[]> messages = bodies.parse(body, () -> JsonRpcBatch.split(body));
        String onBehalfOf = request.getHeader(ON_BEHALF_OF);
        List<McpReply> replies = new ArrayList<>();
        // Each may wait for its call; all of them together no longer than one alone.
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (byte[] each : messages) {
                McpReply one = McpReply.inBatch();
                replies.add(one);
                answering(null, one, () -> {
                    JsonRpcMessage message = bodies.parse(each, () -> JsonRpcBatch.read(each));
                    one.answers(message.id());
                    bodies.parse(each, () -> {
                        JsonRpcMessage.check(each);
                        return message;
                    });
                    if ("initialize".equals(message.method())) {
                        throw JsonRpcException.badRequest(
                                JsonRpcException.INVALID_REQUEST,
                                "'initialize' must not be part of a batch: send it on its own");
                    }
                    McpClient client = McpClient.of(caller, session, onBehalfOf, message);
                    if (message.isRequest()) {
                        executor.execute(() ->
                                answering(null, one, () -> methods.answer(client, message, none -> List.of(), one)));
                    } else {
                        take(client, message);
                    }
                });
            }
        }
        reply.batch(replies.stream()
                .map(McpReply::answer)
                .filter(answer -> !answer.isEmpty())
                .toList());
    }

    private void modern(HttpServletRequest request, Caller caller, JsonRpcMessage message, McpReply reply) {
        if (message.method() == null) {
            throw JsonRpcException.badRequest(
                    JsonRpcException.INVALID_REQUEST,
                    "In " + ProtocolVersions.MODERN + " clients send no responses: input goes into 'inputResponses'");
        }
        ModernRules.check(message, name -> headers(request, name));
        if (message.isNotification()) {
            reply.accepted();
            return;
        }
        methods.answer(
                McpClient.of(caller, null, request.getHeader(ON_BEHALF_OF), message),
                message,
                name -> headers(request, name),
                reply);
    }

    private void legacy(
            HttpServletRequest request,
            HttpServletResponse response,
            Caller caller,
            JsonRpcMessage message,
            McpReply reply) {
        String method = message.method();
        String onBehalfOf = request.getHeader(ON_BEHALF_OF);
        if ("initialize".equals(method) && message.isRequest()) {
            McpClient client = McpClient.of(caller, null, onBehalfOf, message);
            Session session = methods.initialize(client, message);
            response.setHeader(SESSION, session.id().toString());
            reply.result(methods.greeting(client, session));
            return;
        }
        McpClient client = McpClient.of(caller, session(request, caller), onBehalfOf, message);
        if (message.isRequest()) {
            methods.answer(client, message, name -> headers(request, name), reply);
            return;
        }
        take(client, message);
        reply.accepted();
    }

    /** Takes what wants no answer. */
    private void take(McpClient client, JsonRpcMessage message) {
        String method = message.method();
        if (method == null) {
            RawJson id = message.id();
            calls.take(
                    client.caller(),
                    id != null && id.text().startsWith("\"") ? id.as(String.class) : "",
                    message.result(),
                    message.error());
        } else if (method.equals("notifications/cancelled")) {
            JsonNode requestId = message.params().as(JsonNode.class).get("requestId");
            if (requestId != null) {
                calls.cancel(client, RawJson.from(requestId));
            }
        }
    }

    /** Opens the stream of what belongs to no request, or one that broke off. */
    @GetMapping(PATH)
    void get(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller) {
        var reply = new McpReply(response);
        answering(response, reply, () -> {
            if (!Accepted.of(headers(request, HttpHeaders.ACCEPT)).events()) {
                throw new JsonRpcException(
                        JsonRpcException.INVALID_REQUEST,
                        "'Accept' has to list text/event-stream: what is got here is a stream",
                        null,
                        406);
            }
            if (headers(request, McpHeaders.VERSION).contains(ProtocolVersions.MODERN)
                    || request.getHeader(SESSION) == null) {
                response.setHeader(HttpHeaders.ALLOW, "POST");
                throw new JsonRpcException(
                        JsonRpcException.INVALID_REQUEST,
                        "There is a stream for sessions only: send " + SESSION + ", or use subscriptions/listen",
                        null,
                        405);
            }
            var nothing = new JsonRpcMessage(null, null, RawJson.EMPTY_OBJECT, null, null);
            McpClient client = McpClient.of(caller, session(request, caller), request.getHeader(ON_BEHALF_OF), nothing);
            String lastEvent = request.getHeader(LAST_EVENT);
            if (lastEvent == null || lastEvent.isBlank()) {
                methods.follow(client, reply);
            } else {
                calls.resume(
                        client,
                        McpReply.Place.of(lastEvent)
                                .orElseThrow(() -> JsonRpcException.badRequest(
                                        JsonRpcException.INVALID_REQUEST,
                                        LAST_EVENT + " is no id of an event of ours")),
                        reply);
            }
        });
    }

    /** Ends a session. */
    @DeleteMapping(PATH)
    void delete(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller) {
        answering(response, new McpReply(response), () -> {
            sessions.end(session(request, caller).id());
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        });
    }

    private static boolean isModern(HttpServletRequest request, JsonRpcMessage message) {
        List<String> versions = headers(request, McpHeaders.VERSION);
        boolean saysSo = versions.contains(ProtocolVersions.MODERN)
                || (message.params().text().contains(ModernRules.VERSION_KEY)
                        && message.meta().has(ModernRules.VERSION_KEY));
        if (!saysSo && !versions.isEmpty() && !ProtocolVersions.ALL.contains(versions.getFirst())) {
            throw ProtocolVersions.unsupported(versions.getFirst());
        }
        if (!saysSo && versions.size() > 1) {
            throw JsonRpcException.badRequest(
                    JsonRpcException.INVALID_REQUEST,
                    "the header " + McpHeaders.VERSION + " was sent " + versions.size() + " times");
        }
        return saysSo;
    }

    private Session session(HttpServletRequest request, Caller caller) {
        List<String> ids = headers(request, SESSION);
        if (ids.size() != 1) {
            throw JsonRpcException.badRequest(
                    JsonRpcException.INVALID_REQUEST,
                    ids.isEmpty()
                            ? "Send " + SESSION + ", as 'initialize' answered it; or speak " + ProtocolVersions.MODERN
                                    + ", which needs none"
                            : "the header " + SESSION + " was sent " + ids.size() + " times");
        }
        try {
            return sessions.find(UUID.fromString(ids.getFirst()), caller.agent())
                    .orElseThrow();
        } catch (IllegalArgumentException | java.util.NoSuchElementException e) {
            throw new JsonRpcException(
                    JsonRpcException.INVALID_REQUEST,
                    "This session has ended, or never was: begin a new one",
                    null,
                    404);
        }
    }

    private byte[] body(HttpServletRequest request, Caller caller) {
        try {
            return bodies.bytes(request, caller);
        } catch (InvalidRequestException e) {
            throw JsonRpcException.badRequest(JsonRpcException.PARSE_ERROR, String.valueOf(e.getMessage()));
        }
    }

    private static List<String> headers(HttpServletRequest request, String name) {
        return Collections.list(request.getHeaders(name));
    }

    /** Does something, and answers with a JSON-RPC error if it cannot be done. */
    private static void answering(@Nullable HttpServletResponse response, McpReply reply, Runnable something) {
        try {
            try {
                something.run();
            } catch (JsonRpcException e) {
                reply.error(e);
            } catch (ClientGoneException e) {
                throw e;
            } catch (RuntimeException e) {
                reply.error(errorOf(response, e));
            }
        } catch (ClientGoneException e) {
            log.debug("a client went away", e);
        }
    }

    private static JsonRpcException errorOf(@Nullable HttpServletResponse response, RuntimeException e) {
        Problem problem = Problem.of(e);
        if (problem == null) {
            String id = UUID.randomUUID().toString();
            log.error("a request failed ({})", id, e);
            return new JsonRpcException(
                    JsonRpcException.INTERNAL_ERROR,
                    "The gateway failed on this request; its log says why under " + id,
                    null,
                    500);
        }
        if (response != null && problem.isWorthARetry() && !response.isCommitted()) {
            response.setHeader(HttpHeaders.RETRY_AFTER, problem.retryAfter());
        }
        if (e instanceof InvalidRequestException) {
            return JsonRpcException.invalidParams(problem.words());
        }
        return new JsonRpcException(
                problem.status() == 400 ? JsonRpcException.INVALID_REQUEST : JsonRpcException.INTERNAL_ERROR,
                problem.words(),
                null,
                problem.status());
    }

    /** Writes a JSON-RPC error without an id: what is refused was not read. */
    static void refuse(HttpServletResponse response, int status, String why) {
        new McpReply(response).error(new JsonRpcException(JsonRpcException.INVALID_REQUEST, why, null, status));
    }
}
