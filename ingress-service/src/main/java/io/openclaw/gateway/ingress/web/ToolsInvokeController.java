package io.openclaw.gateway.ingress.web;

import io.openclaw.gateway.common.call.CallContext;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.web.WebAddresses;
import io.openclaw.gateway.ingress.core.CallPipeline;
import io.openclaw.gateway.ingress.core.CallRequest;
import io.openclaw.gateway.ingress.core.CallState;
import io.openclaw.gateway.ingress.core.HeaderValue;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.core.WaitPreference;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** The OpenClaw worker's own endpoint, governed: same request, same answers, for clients that know nothing of a gateway. */
@RestController
final class ToolsInvokeController {
    static final String PATH = "/tools/invoke";

    /** The person for whom the agent acts; the gateway's own, the worker does not see it. */
    private static final String ON_BEHALF_OF = "x-gateway-on-behalf-of";

    private final CallPipeline calls;
    private final KnownAgents agents;
    private final CallUrls urls;
    private final RequestBodies bodies;

    ToolsInvokeController(CallPipeline calls, KnownAgents agents, WebAddresses addresses, RequestBodies bodies) {
        this.calls = calls;
        this.agents = agents;
        this.urls = new CallUrls(addresses);
        this.bodies = bodies;
    }

    /** The worker's request; {@code name} beats {@code tool}, as it does there. */
    record Body(
            @Nullable String tool,
            @Nullable String name,
            @Nullable String action,
            @Nullable RawJson args,
            @Nullable String sessionKey,
            @Nullable String agentId,
            @Nullable String idempotencyKey,
            @Nullable Boolean dryRun) {}

    @PostMapping(PATH)
    void invoke(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        WorkerAnswer answer;
        try {
            CallPipeline.Asked asked = asked(request, caller);
            bodies.release(request);
            CallState state = asked.awaitNews(WaitPreference.LONGEST);
            String url = urls.of(state.call(), request);
            answer = answer(state, url);
            if (!(state instanceof CallState.Ended)) {
                calls.remember(state.call());
                response.setHeader(HttpHeaders.LOCATION, url);
            }
        } catch (RuntimeException e) {
            answer = WorkerAnswer.of(IngressProblems.of(e).orElseThrow(() -> e));
            if (IngressProblems.isWorthARetry(answer.status())) {
                response.setHeader(HttpHeaders.RETRY_AFTER, IngressProblems.retryAfter(e));
            }
        }
        answer.write(response);
    }

    private CallPipeline.Asked asked(HttpServletRequest request, Caller caller) {
        Body body = bodies.read(request, caller, Body.class);
        String tool = body.name() != null ? body.name() : body.tool();
        return calls.ask(
                new CallRequest(
                        null,
                        tool,
                        argumentsOf(body),
                        null,
                        null,
                        body.idempotencyKey(),
                        contextOf(body, request),
                        request.getHeader(ON_BEHALF_OF)),
                caller,
                Origin.REST,
                agents.current().orElseThrow().upstreams());
    }

    private static WorkerAnswer answer(CallState state, String url) {
        return switch (state) {
            case CallState.Ended ended -> answer(ended.end(), url);
            case CallState.Waiting waiting ->
                WorkerAnswer.failed(
                        403,
                        error(
                                waiting.call(),
                                "tool_call_blocked",
                                "A person has to approve this call, until " + waiting.expiresAt()
                                        + ". Its outcome will be at " + url + ".",
                                true,
                                url));
            default ->
                WorkerAnswer.failed(
                        500,
                        error(
                                state.call(),
                                "tool_error",
                                "Still running. Its outcome will be at " + url + ".",
                                null,
                                url));
        };
    }

    static WorkerAnswer answer(CallCompleted end, String url) {
        CallError error = end.error() == null ? CallError.of("tool_error", "no reason given") : end.error();
        return switch (end.outcome()) {
            case SUCCEEDED -> WorkerAnswer.succeeded(end.result(), end.findings());
            case DENIED, EXPIRED, CANCELLED -> {
                // What the worker would have said itself.
                if (wasDeniedBy(end, Reason.UNKNOWN_TOOL)) {
                    String message = "Tool not available: " + end.call().tool();
                    yield WorkerAnswer.failed(404, error(end.call(), "not_found", message, null, url));
                }
                yield wasDeniedBy(end, Reason.INVALID_ARGUMENTS)
                        ? WorkerAnswer.failed(400, error(end.call(), "invalid_request", error.message(), null, url))
                        : WorkerAnswer.failed(403, error(end.call(), "tool_call_blocked", error.message(), false, url));
            }
            // A call of this door is one that the gateway runs, so it never ends as one that was only decided about.
            case FAILED, UNKNOWN, ALLOWED, ESCALATED -> {
                // The worker's own answer where it gave one; a wrong worker token is not the caller's fault.
                Integer status = error.status();
                yield status != null && (status == 400 || status == 403 || status == 404)
                        ? WorkerAnswer.failed(
                                status, WorkerAnswer.Refusal.of(error.type(), error.message()), end.findings())
                        : WorkerAnswer.failed(
                                500, error(end.call(), "tool_error", error.message(), null, url), end.findings());
            }
        };
    }

    private static boolean wasDeniedBy(CallCompleted end, String ruleId) {
        return end.verdicts().stream()
                .flatMap(verdict -> verdict.reasons().stream())
                .anyMatch(reason -> reason.ruleId().equals(ruleId));
    }

    private static WorkerAnswer.Refusal error(
            ToolCall call, String type, String message, @Nullable Boolean requiresApproval, String url) {
        return new WorkerAnswer.Refusal(
                type, message, requiresApproval, call.callId().toString(), url);
    }

    /** The worker merges the action into the arguments that have none; done here, so that what is judged is what runs. */
    static @Nullable RawJson argumentsOf(Body body) {
        String action = body.action();
        if (action == null) {
            return body.args();
        }
        JsonNode arguments = body.args() == null
                ? Json.MAPPER.createObjectNode()
                : body.args().as(JsonNode.class);
        if (!arguments.isObject()) {
            throw new InvalidRequestException("'args' must be a JSON object");
        }
        if (body.args() != null && arguments.has("action")) {
            return body.args();
        }
        // Put in front of the others, whose text stays as it is.
        String others = body.args() == null || arguments.isEmpty()
                ? "}"
                : "," + body.args().text().substring(1);
        return RawJson.of("{\"action\":" + Json.MAPPER.writeValueAsString(action) + others);
    }

    private static @Nullable RawJson contextOf(Body body, HttpServletRequest request) {
        return new CallContext(
                        body.sessionKey(),
                        body.agentId(),
                        body.dryRun(),
                        header(request, "message-channel"),
                        header(request, "account-id"),
                        header(request, "message-to"),
                        header(request, "thread-id"),
                        null,
                        null)
                .json();
    }

    private static @Nullable String header(HttpServletRequest request, String name) {
        String whole = CallContext.HEADER_PREFIX + name;
        return HeaderValue.passable(whole, request.getHeader(whole));
    }
}
