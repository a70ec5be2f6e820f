package io.openclaw.gateway.ingress.web;

import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.web.Problems;
import io.openclaw.gateway.common.web.WebAddresses;
import io.openclaw.gateway.ingress.core.CallPipeline;
import io.openclaw.gateway.ingress.core.CallRequest;
import io.openclaw.gateway.ingress.core.CallState;
import io.openclaw.gateway.ingress.core.WaitPreference;
import io.openclaw.gateway.ingress.core.Withdrawal;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** Tool calls as a resource: ask for one, look at it, withdraw it. */
@RestController
final class ToolCallController {
    static final String PATH = "/v1/tool-calls";

    private final CallPipeline calls;
    private final KnownAgents agents;
    private final CallUrls urls;
    private final RequestBodies bodies;

    ToolCallController(CallPipeline calls, KnownAgents agents, WebAddresses addresses, RequestBodies bodies) {
        this.calls = calls;
        this.agents = agents;
        this.urls = new CallUrls(addresses);
        this.bodies = bodies;
    }

    /** The body of a request; see {@link CallRequest}. */
    record Body(
            @Nullable String tool,
            @Nullable RawJson arguments,
            @Nullable String upstream,
            @Nullable String intent,
            @Nullable Instant deadline,
            @Nullable String idempotencyKey,
            @Nullable String onBehalfOf) {}

    @PostMapping(PATH)
    ResponseEntity<CallView> ask(
            HttpServletRequest request,
            @AuthenticationPrincipal Caller caller,
            @RequestHeader(name = "Prefer", required = false) @Nullable String prefer) {
        Duration timeout = WaitPreference.of(prefer);
        CallPipeline.Asked asked = asked(request, caller);
        bodies.release(request);
        return answer(asked.awaitEnd(timeout), request);
    }

    /** Nothing of the body is in the caller's frame while it waits, so its memory is free then. */
    private CallPipeline.Asked asked(HttpServletRequest request, Caller caller) {
        Body body = bodies.read(request, caller, Body.class);
        return calls.ask(
                new CallRequest(
                        body.upstream(),
                        body.tool(),
                        body.arguments(),
                        body.intent(),
                        body.deadline(),
                        body.idempotencyKey(),
                        null,
                        body.onBehalfOf()),
                caller,
                Origin.REST,
                agents.current().orElseThrow().upstreams());
    }

    @GetMapping(PATH + "/{callId}")
    ResponseEntity<CallView> look(@PathVariable String callId, Principal agent, HttpServletRequest request) {
        return ResponseEntity.ok(view(own(callId, agent), request));
    }

    @DeleteMapping(PATH + "/{callId}")
    ResponseEntity<CallView> withdraw(@PathVariable String callId, Principal agent, HttpServletRequest request) {
        CallState state = own(callId, agent);
        CallState after = calls.withdraw(state);
        if (Withdrawal.of(state, after) == Withdrawal.TOO_LATE && after instanceof CallState.Ended ended) {
            throw Problems.of(
                    HttpStatus.CONFLICT,
                    "not-cancellable",
                    "Too late to cancel",
                    "Call " + callId + " has already ended: " + ended.end().outcome() + ".");
        }
        return answer(after, request);
    }

    private ResponseEntity<CallView> answer(CallState state, HttpServletRequest request) {
        CallView view = view(state, request);
        if (state instanceof CallState.Ended) {
            return ResponseEntity.ok(view);
        }
        calls.remember(state.call());
        return ResponseEntity.accepted().location(URI.create(view.url())).body(view);
    }

    private CallView view(CallState state, HttpServletRequest request) {
        return CallView.of(state, urls.of(state.call(), request));
    }

    /** A call of another agent does not exist, as far as this one can see. */
    private CallState own(String callId, Principal agent) {
        return parsed(callId)
                .flatMap(calls::find)
                .filter(state -> state.call().agent().equals(agent.getName()))
                .orElseThrow(() -> Problems.of(
                        HttpStatus.NOT_FOUND,
                        "unknown-call",
                        "Unknown call",
                        "There is no call " + callId + " of agent " + agent.getName() + "."));
    }

    private static Optional<UUID> parsed(String callId) {
        try {
            return Optional.of(UUID.fromString(callId));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
