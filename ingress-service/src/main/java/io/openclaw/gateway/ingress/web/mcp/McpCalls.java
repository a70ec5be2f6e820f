package io.openclaw.gateway.ingress.web.mcp;

import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallProgressed;
import io.openclaw.gateway.common.identity.AgentDirectory;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.mcp.McpOperation;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.ingress.core.CallNews;
import io.openclaw.gateway.ingress.core.CallPipeline;
import io.openclaw.gateway.ingress.core.CallRequest;
import io.openclaw.gateway.ingress.core.CallState;
import io.openclaw.gateway.ingress.core.mcp.JsonRpcException;
import io.openclaw.gateway.ingress.core.mcp.ToolResults;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Asks for calls in the name of MCP clients, and tells them what there is to tell until each ends: progress, log messages,
 * questions of the upstream, and that a person has to decide.
 */
final class McpCalls {
    private static final Logger log = LoggerFactory.getLogger(McpCalls.class);
    /** A call that ends sooner is answered without a stream. */
    private static final Duration PROMPT = Duration.ofSeconds(1);
    /** How often a client that waits is written to: this is how its going away is noticed. */
    private static final Duration BEAT = Duration.ofSeconds(2);
    /** How often a client that wants progress is told that a person has not decided yet. */
    private static final Duration REMINDER = Duration.ofSeconds(10);

    private static final Duration OPERATION_TIMEOUT = Duration.ofSeconds(15);
    private static final RawJson CANNOT_BE_ASKED =
            RawJson.of("{\"code\":-32601,\"message\":\"The agent's client takes no"
                    + " events (its 'Accept', or a batch), so that it cannot be asked.\"}");

    private static final long POLL_MILLIS = 2_000;

    private final CallPipeline calls;
    private final SignatureChain chain;
    private final Duration timeout;
    private final Clock clock;
    /** By session and request id: the calls that clients of the older revisions wait for at this instance. */
    private final Map<String, UUID> byRequest = new ConcurrentHashMap<>();

    McpCalls(CallPipeline calls, SignatureChain chain, Duration timeout, Clock clock) {
        this.calls = calls;
        this.chain = chain;
        this.timeout = timeout;
        this.clock = clock;
    }

    /**
     * What a request wants done.
     *
     * @param isTool whether it is a tool's call; else one of an upstream's other operations
     * @param promisesShape whether a result that is no error has to have a shape that only the tool knows
     */
    record Wanted(String upstream, String tool, RawJson arguments, boolean isTool, boolean promisesShape) {
        RawJson resultOf(CallCompleted end, boolean modern) {
            if (isTool) {
                return ToolResults.ofTool(end, modern);
            }
            RawJson result = ToolResults.ofOperation(end, modern);
            return modern && tool.equals(McpOperation.READ_RESOURCE.tool()) ? ToolResults.cacheable(result) : result;
        }
    }

    /** Has something done, and answers with what comes of it. */
    void carryOut(McpClient client, Wanted wanted, RawJson params, AgentDirectory known, McpReply reply) {
        boolean givesInput = client.isModern()
                && (params.text().contains("\"requestState\"") || params.text().contains("\"inputResponses\""));
        JsonNode input = givesInput ? params.as(JsonNode.class) : Json.MAPPER.createObjectNode();
        if (input.has("requestState")) {
            goOn(client, wanted, input, reply);
            return;
        }
        var asked = calls.ask(
                new CallRequest(
                        wanted.upstream(),
                        wanted.tool(),
                        wanted.arguments(),
                        null,
                        null,
                        null,
                        client.context(
                                        input.path("inputResponses").isObject()
                                                ? RawJson.from(input.get("inputResponses"))
                                                : null,
                                        known.metaPassedTo(wanted.upstream()))
                                .inContext(),
                        client.onBehalfOf()),
                client.caller(),
                Origin.MCP,
                known.upstreams());
        drive(client, wanted, asked, null, reply);
    }

    /** Has an upstream do something of which nothing but its success is told. */
    void run(McpClient client, String upstream, McpOperation operation, String uri, AgentDirectory known) {
        var asked = calls.ask(
                new CallRequest(
                        upstream,
                        operation.tool(),
                        RawJson.from(Map.of("uri", uri)),
                        null,
                        null,
                        null,
                        client.context(null, known.metaPassedTo(upstream)).inContext(),
                        client.onBehalfOf()),
                client.caller(),
                Origin.MCP,
                known.upstreams());
        if (!(asked.awaitEnd(OPERATION_TIMEOUT) instanceof CallState.Ended ended)) {
            throw new JsonRpcException(
                    JsonRpcException.INTERNAL_ERROR, operation.method() + " has not ended in time", null, 200);
        }
        log.debug("{}: {}", operation.method(), ToolResults.ofOperation(ended.end(), client.isModern()));
    }

    /** A client of 2026-07-28 asks again, with what the call asked it for. */
    private void goOn(McpClient client, Wanted wanted, JsonNode input, McpReply reply) {
        Kept kept = Kept.of(chain, input.path("requestState").asString(""));
        CallState now = own(client.caller(), kept.callId())
                .filter(known -> known.call().digest().equals(digest(client.caller(), wanted, known.call())))
                .orElseThrow(() -> JsonRpcException.invalidParams(
                        "'requestState' belongs to another request: send the same request again"));
        JsonNode given = input.path("inputResponses");
        if (!(now instanceof CallState.Ended)) {
            Map<String, RawJson> responses = new HashMap<>();
            given.properties().forEach(response -> responses.put(response.getKey(), RawJson.from(response.getValue())));
            calls.give(now.call(), kept.round(), responses, Map.of(), true);
        }
        CallState answered = now instanceof CallState.Asking asking && asking.round() <= kept.round() ? asking : null;
        drive(client, wanted, calls.resume(kept.callId()), answered, reply);
    }

    /** What a call is asked for again with does not count: what reaches the upstream is the context of the first request. */
    private static String digest(Caller caller, Wanted wanted, ToolCall first) {
        try {
            return Digest.of(caller.agent(), wanted.upstream(), wanted.tool(), wanted.arguments(), first.context());
        } catch (InexactJsonException e) {
            throw JsonRpcException.invalidParams(String.valueOf(e.getMessage()));
        }
    }

    /** Which call a client is to ask again about, and what for; the client cannot make one up. */
    private record Kept(UUID callId, int round) {
        static Kept of(SignatureChain chain, String state) {
            try {
                String requestState = new String(Base64.getUrlDecoder().decode(state), StandardCharsets.UTF_8);
                JsonNode text = Json.MAPPER.readTree(
                        chain.fromRequestState(requestState).orElseThrow());
                return new Kept(
                        UUID.fromString(text.path("call").asString("")),
                        text.path("round").asInt());
            } catch (RuntimeException e) {
                throw new JsonRpcException(
                        JsonRpcException.INVALID_PARAMS,
                        "'requestState' is none that the gateway gave out, or was changed",
                        null,
                        400);
            }
        }

        String state(SignatureChain chain) {
            String requestState =
                    chain.signedRequestState(RawJson.from(Map.of("call", callId.toString(), "round", round))
                            .text());
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(requestState.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Returns a call of an agent; one of another does not exist, as far as this one can see. */
    Optional<CallState> own(Caller caller, UUID callId) {
        return calls.find(callId).filter(state -> state.call().agent().equals(caller.agent()));
    }

    /** Waits for a call again, whose stream broke off. */
    void resume(McpClient client, McpReply.Place place, McpReply reply) {
        CallState state = own(client.caller(), place.callId())
                .orElseThrow(() -> JsonRpcException.invalidParams("Last-Event-ID names no call of this agent"));
        ToolCall call = state.call();
        boolean isTool = McpOperation.ofTool(call.tool()).isEmpty();
        reply.answers(place.requestId());
        reply.isResumable(place.callId(), client.knowsPrimers());
        reply.stream();
        drive(
                client,
                new Wanted(call.upstream(), call.tool(), RawJson.EMPTY_OBJECT, isTool, false),
                calls.resume(place.callId()),
                null,
                reply);
    }

    private void drive(
            McpClient client, Wanted wanted, CallPipeline.Asked asked, @Nullable CallState told, McpReply reply) {
        String request = client.session() == null
                ? null
                : client.session().id() + "/" + reply.id().text();
        if (request != null) {
            byRequest.put(request, asked.callId());
            reply.isResumable(asked.callId(), client.knowsPrimers());
        }
        try {
            new Waiting(client, wanted, asked, told, reply, request).untilItEnds();
        } catch (ClientGoneException e) {
            // For the newer revision this says that the answer is no longer wanted; for the older ones it says nothing.
            if (client.isModern()) {
                withdraw(asked.callId());
            }
        } finally {
            if (request != null) {
                byRequest.remove(request, asked.callId());
            }
        }
    }

    /** One client that waits for one call. */
    private final class Waiting {
        private final McpClient client;
        private final Wanted wanted;
        private final CallPipeline.Asked asked;
        private final McpReply reply;
        private final @Nullable String request;
        private final Instant began = clock.instant();
        private @Nullable CallState told;
        private boolean remembered;
        private Instant reminded = Instant.EPOCH;
        private double progress;

        Waiting(
                McpClient client,
                Wanted wanted,
                CallPipeline.Asked asked,
                @Nullable CallState told,
                McpReply reply,
                @Nullable String request) {
            this.client = client;
            this.wanted = wanted;
            this.asked = asked;
            this.told = told;
            this.reply = reply;
            this.request = request;
        }

        void untilItEnds() {
            while (true) {
                CallNews news = asked.awaitNext(reply.isStreaming() || remembered ? BEAT : PROMPT, told);
                if (news == null) {
                    if (beat()) {
                        return;
                    }
                    continue;
                }
                switch (news) {
                    case CallNews.Told said -> tell(said.progress());
                    case CallNews.LeftOut leftOut -> tell(leftOut);
                    case CallNews.Changed changed -> {
                        told = changed.state();
                        if (isAnswerTo(changed.state())) {
                            return;
                        }
                    }
                }
            }
        }

        /** Tells of a state; returns whether that answers the request. */
        private boolean isAnswerTo(CallState state) {
            return switch (state) {
                case CallState.Ended ended -> {
                    reply.result(wanted.resultOf(ended.end(), client.isModern()));
                    yield true;
                }
                case CallState.Asking asking -> ask(asking);
                case CallState.Waiting waiting -> isTask(waiting);
                default -> false;
            };
        }

        /** A client that knows tasks gets one for a call that a person has to decide about. */
        private boolean isTask(CallState.Waiting waiting) {
            if (!client.knowsTasks() || !wanted.isTool()) {
                remind(waiting);
                return false;
            }
            calls.remember(waiting.call());
            reply.result(task(waiting, "task"));
            return true;
        }

        private boolean ask(CallState.Asking asking) {
            if (client.isModern()) {
                ObjectNode result = Json.MAPPER.createObjectNode();
                result.put("resultType", "input_required");
                if (!asking.requests().isEmpty()) {
                    result.set("inputRequests", Json.MAPPER.valueToTree(asking.requests()));
                }
                result.put("requestState", new Kept(asking.call().callId(), asking.round()).state(chain));
                reply.result(result);
                return true;
            }
            if (asking.requests().isEmpty()) {
                calls.give(asking.call(), asking.round(), Map.of(), Map.of(), true);
            } else if (!reply.canStream()) {
                Map<String, RawJson> errors = new HashMap<>();
                asking.requests().keySet().forEach(key -> errors.put(key, CANNOT_BE_ASKED));
                calls.give(asking.call(), asking.round(), Map.of(), errors, true);
                return false;
            }
            asking.requests().forEach((key, json) -> {
                JsonNode question = json.as(JsonNode.class);
                JsonNode params = question.get("params");
                reply.request(
                        asking.call().callId() + "." + asking.round() + "." + key,
                        question.path("method").asString(""),
                        params == null ? null : RawJson.from(params));
            });
            return false;
        }

        private void tell(CallProgressed said) {
            ObjectNode params = (ObjectNode) said.params().as(JsonNode.class);
            if (said.method().equals("notifications/progress")) {
                JsonNode token = client.progressToken();
                if (token != null) {
                    params.set("progressToken", token);
                    progress = Math.max(progress, params.path("progress").asDouble(0));
                    reply.notify(said.method(), params);
                }
            } else if (client.wantsLevel(params.path("level").asString(""))) {
                reply.notify(said.method(), params);
            }
        }

        private void tell(CallNews.LeftOut leftOut) {
            if (client.wantsLevel("warning")) {
                ObjectNode params = Json.MAPPER.createObjectNode();
                params.put("level", "warning").put("logger", "gateway");
                params.put(
                        "data",
                        leftOut.messages() + " messages of the upstream were left out here: they were too many or too"
                                + " large to wait until this client reads them");
                reply.notify("notifications/message", params);
            }
        }

        private void remind(CallState state) {
            String message = ToolResults.progress(state);
            JsonNode token = client.progressToken();
            if (message == null || token == null || clock.instant().isBefore(reminded.plus(REMINDER))) {
                return;
            }
            reminded = clock.instant();
            // Progress has to grow with each notification; how much of it there is to come, nobody knows.
            progress += 0.001;
            ObjectNode params = Json.MAPPER.createObjectNode();
            params.set("progressToken", token);
            params.put("progress", progress).put("message", message);
            reply.notify("notifications/progress", params);
        }

        /** Nothing came for a while; returns whether the client is not kept any longer. */
        private boolean beat() {
            CallState state = calls.find(asked.callId()).orElse(null);
            if (state == null || state instanceof CallState.Ended) {
                return false;
            }
            if (!remembered) {
                remembered = true;
                if (request == null) {
                    calls.remember(state.call());
                } else {
                    calls.remember(state.call(), request);
                }
            }
            boolean waitsForAPerson = state instanceof CallState.Waiting || state instanceof CallState.Pending;
            boolean isLate = calls.isLeaving() || !clock.instant().isBefore(began.plus(timeout));
            if (wanted.isTool() && waitsForAPerson && isLate) {
                reply.result(ToolResults.pending(state, wanted.promisesShape(), client.isModern()));
                return true;
            }
            if (!wanted.isTool() && state instanceof CallState.Waiting waiting && isLate) {
                // It has no other shape for this, and a stream that is kept alive defeats the client's timeout.
                reply.error(new JsonRpcException(
                        JsonRpcException.REFUSED, ToolResults.waiting(waiting, wanted.tool()), null, 200));
                return true;
            }
            reply.keepAlive();
            remind(state);
            return false;
        }
    }

    /** Takes a client's response to a request of ours; {@code id} is what we named the request. */
    void take(Caller caller, String id, @Nullable RawJson result, @Nullable RawJson error) {
        String[] parts = id.split("\\.", 3);
        try {
            int round = parts.length == 3 ? Integer.parseInt(parts[1]) : 0;
            CallState state =
                    parts.length == 3 ? own(caller, UUID.fromString(parts[0])).orElse(null) : null;
            if (state == null || state instanceof CallState.Ended) {
                return;
            }
            calls.give(
                    state.call(),
                    round,
                    result == null ? Map.of() : Map.of(parts[2], result),
                    error == null ? Map.of() : Map.of(parts[2], error),
                    false);
        } catch (IllegalArgumentException e) {
            throw JsonRpcException.badRequest(
                    JsonRpcException.INVALID_REQUEST, "'id' is that of no request that the gateway sent");
        }
    }

    /** A client of the older revisions no longer wants the answer to a request. */
    void cancel(McpClient client, RawJson requestId) {
        if (client.session() == null) {
            return;
        }
        String request = client.session().id() + "/" + requestId.text();
        UUID callId = byRequest.get(request);
        if (callId != null) {
            withdraw(callId);
        } else {
            calls.findByClientRequest(request)
                    .ifPresent(state -> withdraw(state.call().callId()));
        }
    }

    /** Withdraws a call that has not ended, without waiting for what comes of that. */
    void withdraw(UUID callId) {
        calls.find(callId).filter(state -> !(state instanceof CallState.Ended)).ifPresent(calls::withdrawSoon);
    }

    /** Returns a call as a task of the extension {@code io.modelcontextprotocol/tasks} (SEP-2663). */
    ObjectNode task(CallState state, String resultType) {
        ToolCall call = state.call();
        ObjectNode task = Json.MAPPER.createObjectNode();
        task.put("resultType", resultType);
        task.put("taskId", call.callId().toString());
        Instant now = clock.instant();
        switch (state) {
            case CallState.Ended ended -> end(task, ended.end());
            case CallState.Asking asking -> {
                task.put("status", "input_required");
                // Keys are unique over a task's life.
                ObjectNode requests = task.putObject("inputRequests");
                asking.requests()
                        .forEach((key, json) -> requests.set(asking.round() + "." + key, json.as(JsonNode.class)));
            }
            default -> {
                task.put("status", "working");
                String message = ToolResults.progress(state);
                if (message != null) {
                    task.put("statusMessage", message);
                }
            }
        }
        task.put("createdAt", call.requestedAt().toString());
        task.put(
                "lastUpdatedAt",
                state instanceof CallState.Ended ended
                        ? ended.end().completedAt().toString()
                        : now.toString());
        task.put("ttlMs", Duration.ofDays(7).toMillis());
        task.put("pollIntervalMs", POLL_MILLIS);
        return task;
    }

    private static void end(ObjectNode task, CallCompleted end) {
        if (end.outcome() == Outcome.CANCELLED) {
            task.put("status", "cancelled");
            return;
        }
        try {
            task.set("result", ToolResults.ofTool(end, true).as(JsonNode.class));
            task.put("status", "completed");
        } catch (JsonRpcException e) {
            task.put("status", "failed");
            ObjectNode error = task.putObject("error");
            error.put("code", e.code()).put("message", String.valueOf(e.getMessage()));
            RawJson data = e.data();
            if (data != null) {
                error.set("data", data.as(JsonNode.class));
            }
        }
    }

    /** Takes what a client gives to a task that asks; what it does not ask for is ignored. */
    void update(CallState state, JsonNode inputResponses) {
        if (!(state instanceof CallState.Asking asking)) {
            return;
        }
        String prefix = asking.round() + ".";
        Map<String, RawJson> responses = new HashMap<>();
        inputResponses.properties().forEach(response -> {
            if (response.getKey().startsWith(prefix)) {
                responses.put(response.getKey().substring(prefix.length()), RawJson.from(response.getValue()));
            }
        });
        if (!responses.isEmpty()) {
            calls.give(asking.call(), asking.round(), responses, Map.of(), false);
        }
    }

    /** Returns what became of a call, waiting a moment for its end; for the tool that tells this. */
    RawJson status(McpClient client, RawJson arguments) {
        UUID callId;
        try {
            callId =
                    UUID.fromString(arguments.as(JsonNode.class).path("call_id").asString(""));
        } catch (IllegalArgumentException | JacksonException e) {
            return ToolResults.text("'call_id' has to be the id of a call, such as the gateway told you.", true);
        }
        if (own(client.caller(), callId).isEmpty()) {
            return ToolResults.text("There is no call " + callId + " of yours.", true);
        }
        CallState state = calls.resume(callId).awaitEnd(BEAT);
        return state instanceof CallState.Ended ended
                ? ToolResults.ofTool(ended.end(), client.isModern())
                : ToolResults.pending(state, false, client.isModern());
    }
}
