package io.openclaw.gateway.executor.upstream.mcp;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.mcp.McpContext;
import io.openclaw.gateway.common.mcp.McpHeaders;
import io.openclaw.gateway.executor.core.McpAnswers;
import io.openclaw.gateway.executor.upstream.Upstream.Listener;
import io.openclaw.gateway.executor.upstream.Upstream.Next;
import io.openclaw.gateway.executor.upstream.Upstream.Step;
import io.openclaw.gateway.executor.upstream.UpstreamUnavailableException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One call at an MCP server, from its request to its answer. What the server asks in between is a step of the call in both
 * eras: a request of its own (2025-11-25), or a result that wants input, after which the call is asked for again (2026-07-28).
 */
final class McpCall implements McpTransport.Receiver {
    private static final int MOST_QUESTIONS = 100;

    private final McpConnection connection;
    private final String method;
    private final RawJson params;
    private final McpContext client;
    private final Collection<McpHeaders.Repeated> repeated;
    private final Listener listener;
    private final Queue<McpMessage> questions = new ArrayDeque<>();
    private CompletableFuture<Step> step = new CompletableFuture<>();
    private McpConnection.@Nullable Started started;
    private @Nullable McpMessage response;
    private @Nullable UpstreamUnavailableException failure;
    private int asked;

    McpCall(
            McpConnection connection,
            String method,
            RawJson params,
            McpContext client,
            Collection<McpHeaders.Repeated> repeated,
            Listener listener) {
        this.connection = connection;
        this.method = method;
        this.params = params;
        this.client = client;
        this.repeated = repeated;
        this.listener = listener;
    }

    /** Sends the request. */
    synchronized CompletableFuture<Step> begin() {
        ObjectNode request = request();
        if (connection.isModern() && client.inputResponses() != null) {
            request.set("inputResponses", client.inputResponses().as(JsonNode.class));
        }
        connection.started(this);
        send(request);
        return cancellable();
    }

    /** What of the parameters goes to the server as it was approved, to the letter. */
    private record Approved(@Nullable RawJson arguments) {}

    /** Returns the parameters; their arguments stay a text, since a tree does not keep the sign of -0. */
    private ObjectNode request() {
        ObjectNode request = (ObjectNode) params.as(JsonNode.class);
        RawJson arguments = params.as(Approved.class).arguments();
        if (arguments != null) {
            request.putPOJO("arguments", arguments);
        }
        return request;
    }

    /** Tells whether the call's client can answer a request. */
    boolean canAnswer(String what) {
        return client.canAnswer(what);
    }

    private void send(ObjectNode request) {
        response = null;
        started = connection.start(method, request, client, repeated, this);
    }

    private CompletableFuture<Step> cancellable() {
        CompletableFuture<Step> now = step;
        McpUpstream.whenDone(now, (done, problem) -> {
            if (now.isCancelled()) {
                cancel("it took too long, or is no longer wanted");
            }
        });
        return now;
    }

    private synchronized void cancel(String why) {
        connection.ended(this);
        if (started != null) {
            connection.cancel(started, why);
        }
    }

    @Override
    public void received(McpMessage message) {
        if (message.isResponse()) {
            connection.ended(this);
            synchronized (this) {
                response = message;
                move();
            }
        } else if (message.isRequest()) {
            question(message);
        } else if (message.method() != null && message.params() != null) {
            tell(message.method(), message.params());
        }
    }

    private void tell(String notification, RawJson said) {
        if (notification.equals("notifications/progress")) {
            ObjectNode withoutToken = (ObjectNode) said.as(JsonNode.class);
            withoutToken.remove("progressToken");
            listener.told(notification, RawJson.from(withoutToken));
        } else if (notification.equals("notifications/message")) {
            listener.told(notification, said);
        }
    }

    private void question(McpMessage message) {
        RawJson id = message.id();
        String what = String.valueOf(message.method());
        if (id == null) {
            return;
        }
        if (what.equals("ping")) {
            connection.answer(id, RawJson.EMPTY_OBJECT, null);
        } else if (!client.canAnswer(what)) {
            connection.answer(
                    id,
                    null,
                    RawJson.of("{\"code\":-32601,\"message\":\"The agent's client cannot answer this request.\"}"));
        } else if (++asked > MOST_QUESTIONS) {
            connection.answer(id, null, RawJson.of("{\"code\":-32603,\"message\":\"This call has asked too much.\"}"));
        } else {
            synchronized (this) {
                questions.add(message);
                move();
            }
        }
    }

    @Override
    public synchronized void failed(UpstreamUnavailableException why) {
        connection.ended(this);
        failure = why;
        move();
    }

    /** Ends the step that is waited for, if there is what ends it. */
    private void move() {
        if (step.isDone()) {
            return;
        }
        McpMessage question = questions.peek();
        McpMessage answered = response;
        if (question != null) {
            step.complete(new Step.Asks(Map.of("question", asRequest(question)), new AnswerToServer(question)));
        } else if (answered != null) {
            step.complete(stepOf(answered));
        } else if (failure != null) {
            step.completeExceptionally(failure);
        }
    }

    private Step stepOf(McpMessage answered) {
        RawJson error = answered.error();
        if (error != null) {
            return new Step.Ended(McpAnswers.ofError(error, answered.status()));
        }
        RawJson result = answered.result() == null ? RawJson.EMPTY_OBJECT : answered.result();
        if (connection.isModern() && result.text().contains("\"input_required\"")) {
            JsonNode node = result.as(JsonNode.class);
            if (node.path("resultType").asString("").equals("input_required")) {
                Map<String, RawJson> requests = new HashMap<>();
                node.path("inputRequests")
                        .properties()
                        .forEach(request -> requests.put(request.getKey(), RawJson.from(request.getValue())));
                if (++asked > MOST_QUESTIONS) {
                    return new Step.Ended(McpAnswers.ofError(
                            RawJson.of("{\"code\":-32603,\"message\":\"This call has asked too much.\"}"), null));
                }
                for (RawJson request : requests.values()) {
                    String what = request.as(JsonNode.class).path("method").asString("");
                    if (!client.canAnswer(what)) {
                        return new Step.Ended(McpAnswers.ofError(
                                RawJson.of(
                                        "{\"code\":-32603,\"message\":\"The server asks for something that the agent's"
                                                + " client cannot answer.\"}"),
                                null));
                    }
                }
                return new Step.Asks(requests, new AskAgain(node.get("requestState")));
            }
        }
        return new Step.Ended(
                method.equals("tools/call") ? McpAnswers.ofToolResult(result) : McpAnswers.ofResult(result));
    }

    private static RawJson asRequest(McpMessage question) {
        ObjectNode request = Json.MAPPER.createObjectNode();
        request.put("method", question.method());
        if (question.params() != null) {
            request.set("params", question.params().as(JsonNode.class));
        }
        return RawJson.from(request);
    }

    /** Answers a request of the server, which then goes on with ours. */
    private final class AnswerToServer implements Next {
        private final McpMessage question;

        AnswerToServer(McpMessage question) {
            this.question = question;
        }

        @Override
        public CompletableFuture<Step> with(Map<String, RawJson> responses, Map<String, RawJson> errors) {
            RawJson id = question.id() == null ? RawJson.of("null") : question.id();
            RawJson error = errors.get("question");
            RawJson given = responses.get("question");
            synchronized (McpCall.this) {
                questions.remove(question);
                step = new CompletableFuture<>();
                if (error == null && given == null) {
                    error = RawJson.of("{\"code\":-32603,\"message\":\"The agent's client did not answer.\"}");
                }
                connection.answer(id, given, error);
                move();
                return cancellable();
            }
        }

        @Override
        public void abandon() {
            cancel("nobody answered what it asked");
        }
    }

    /** Asks for the call again, with what the client answered and what the server wants to be told again. */
    private final class AskAgain implements Next {
        private final @Nullable JsonNode state;

        AskAgain(@Nullable JsonNode state) {
            this.state = state;
        }

        @Override
        public CompletableFuture<Step> with(Map<String, RawJson> responses, Map<String, RawJson> errors) {
            ObjectNode again = request();
            ObjectNode given = Json.MAPPER.createObjectNode();
            responses.forEach((key, value) -> given.set(key, value.as(JsonNode.class)));
            // There is no other way to say that the client did not answer; for an elicitation it is the right one.
            errors.keySet().forEach(key -> given.putObject(key).put("action", "cancel"));
            if (!given.isEmpty()) {
                again.set("inputResponses", given);
            }
            if (state != null) {
                again.set("requestState", state);
            }
            synchronized (McpCall.this) {
                step = new CompletableFuture<>();
                connection.started(McpCall.this);
                send(again);
                return cancellable();
            }
        }

        @Override
        public void abandon() {
            // The server keeps nothing for us, and nothing is under way.
            connection.ended(McpCall.this);
        }
    }
}
