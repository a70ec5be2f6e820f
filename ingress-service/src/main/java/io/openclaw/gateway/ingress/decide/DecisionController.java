package io.openclaw.gateway.ingress.decide;

import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.RunRef;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.web.Problems;
import io.openclaw.gateway.common.web.WebAddresses;
import io.openclaw.gateway.ingress.core.CallRequest;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.core.LimitExceededException;
import io.openclaw.gateway.ingress.core.Shares;
import io.openclaw.gateway.ingress.core.WaitPreference;
import io.openclaw.gateway.ingress.decide.core.Decided;
import io.openclaw.gateway.ingress.decide.core.HookReport;
import io.openclaw.gateway.ingress.decide.core.RunReport;
import io.openclaw.gateway.ingress.web.RequestBodies;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** Decisions for those who run tools themselves: ask, wait, and say what came of it. */
@RestController
public final class DecisionController {
    /** Where decisions are asked for. */
    public static final String PATH = "/v1/decisions";

    /** Where hooks say how they are. */
    public static final String HOOKS_PATH = "/v1/hooks";

    private static final int MAX_BATCH = 50;
    private static final int MAX_WAITS = 2_000;
    private static final int AGENT_MAX_WAITS = 250;
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);
    private static final Duration LONGEST_STREAM = Duration.ofSeconds(55);

    private final Decisions decisions;
    private final KnownAgents agents;
    private final WebAddresses addresses;
    private final RequestBodies bodies;
    private final Shares waits = new Shares(MAX_WAITS);

    public DecisionController(Decisions decisions, KnownAgents agents, WebAddresses addresses, RequestBodies bodies) {
        this.decisions = decisions;
        this.agents = agents;
        this.addresses = addresses;
        this.bodies = bodies;
    }

    /**
     * What is asked about; see {@link CallRequest}.
     *
     * @param dryRun whether to say what would be decided, without anybody being asked and anything being charged
     */
    record Body(
            @Nullable String tool,
            @Nullable RawJson arguments,
            @Nullable String upstream,
            @Nullable String session,
            @Nullable String run,
            @Nullable String requester,
            @Nullable String intent,
            @Nullable String parent,
            @Nullable String onBehalfOf,
            @Nullable Boolean dryRun) {

        CallRequest request() {
            return new CallRequest(
                    upstream,
                    tool,
                    arguments,
                    intent,
                    null,
                    null,
                    null,
                    onBehalfOf,
                    Boolean.TRUE.equals(dryRun) ? Mode.DRY_RUN : Mode.DECIDE,
                    parentId(),
                    RunRef.of(session, run, requester));
        }

        private @Nullable UUID parentId() {
            try {
                return parent == null ? null : UUID.fromString(parent);
            } catch (IllegalArgumentException e) {
                throw new InvalidRequestException("'parent' is no id of a call or decision", e);
            }
        }
    }

    /** @param calls at most 50 */
    record Batch(@Nullable List<@Nullable Body> calls) {}

    /** The decisions, in the order of the calls; each is a {@link DecisionView}, or a problem (RFC 9457) with a status. */
    record Answers(List<Object> decisions) {}

    @PostMapping(PATH)
    ResponseEntity<DecisionView> ask(
            HttpServletRequest request,
            @AuthenticationPrincipal Caller caller,
            @RequestHeader(name = "Prefer", required = false) @Nullable String prefer) {
        Duration timeout = WaitPreference.of(prefer);
        Decisions.Asked asked =
                decisions.ask(bodies.read(request, caller, Body.class).request(), caller, upstreams());
        bodies.release(request);
        return answer(asked.await(timeout), request);
    }

    @PostMapping(PATH + "/batch")
    Answers askAll(
            HttpServletRequest request,
            @AuthenticationPrincipal Caller caller,
            @RequestHeader(name = "Prefer", required = false) @Nullable String prefer) {
        Duration timeout = WaitPreference.of(prefer);
        List<@Nullable Body> calls = bodies.read(request, caller, Batch.class).calls();
        if (calls == null || calls.isEmpty() || calls.size() > MAX_BATCH) {
            throw new InvalidRequestException(
                    "'calls' has " + (calls == null ? "no" : calls.size()) + " calls: it may have 1 to " + MAX_BATCH);
        }
        List<String> upstreams = upstreams();
        String base = base(request);
        return new Answers(decisions
                .askAll(
                        calls.stream()
                                .map(body -> (Decisions.Request) () -> {
                                    if (body == null) {
                                        throw new InvalidRequestException("a call is null; it must be a JSON object");
                                    }
                                    return body.request();
                                })
                                .toList(),
                        caller,
                        upstreams,
                        timeout)
                .stream()
                .map(answer -> switch (answer) {
                    case Decisions.Answer.Of of -> (Object) DecisionView.of(of.decided(), base);
                    case Decisions.Answer.Refused refused -> problem(refused.problem());
                })
                .toList());
    }

    @GetMapping(path = PATH + "/{id}")
    ResponseEntity<DecisionView> look(
            @PathVariable String id,
            @AuthenticationPrincipal Caller caller,
            HttpServletRequest request,
            @RequestHeader(name = "Prefer", required = false) @Nullable String prefer) {
        Duration timeout = WaitPreference.of(prefer);
        Decisions.Asked asked = own(id, caller);
        takeWait(caller);
        try {
            return answer(asked.await(timeout), request);
        } finally {
            waits.giveBack(caller.agent(), 1);
        }
    }

    /** Anyone who waits has a connection, and one agent is not to have all of them. */
    private void takeWait(Caller caller) {
        if (waits.tryTake(caller.agent(), 1, AGENT_MAX_WAITS) != Shares.Answer.GRANTED) {
            throw new LimitExceededException(
                    "too-many-waits",
                    "Agent '" + caller.agent() + "' waits for too many decisions at this instance (it may for "
                            + AGENT_MAX_WAITS + ", and all agents for " + waits.maximum() + "). Wait for one to end.",
                    Duration.ofSeconds(1));
        }
    }

    /** Tells the decision as it is, and again when it changes (Server-sent events); at most 55 seconds, then ask again. */
    @GetMapping(path = PATH + "/{id}", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    void follow(
            @PathVariable String id,
            @AuthenticationPrincipal Caller caller,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Decisions.Asked asked = own(id, caller);
        takeWait(caller);
        try {
            stream(asked, request, response);
        } finally {
            waits.giveBack(caller.agent(), 1);
        }
    }

    private void stream(Decisions.Asked asked, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        response.setHeader("Cache-Control", "no-store");
        Decided told = null;
        Duration waited = Duration.ZERO;
        while (true) {
            Decided now = asked.await(told == null ? Duration.ZERO : HEARTBEAT);
            boolean isNews = told == null
                    || told.answer() != now.answer()
                    || (told.approvalExpiresAt() == null) != (now.approvalExpiresAt() == null);
            write(response, isNews ? "event: decision\ndata: " + json(now, request) + "\n\n" : ": waiting\n\n");
            waited = told == null ? waited : waited.plus(HEARTBEAT);
            told = now;
            if (now.answer() != Decided.Answer.PENDING
                    || waited.compareTo(LONGEST_STREAM) >= 0
                    || decisions.isLeaving()) {
                return;
            }
        }
    }

    @PostMapping(PATH + "/{id}/outcome")
    ResponseEntity<Void> outcome(
            @PathVariable String id, HttpServletRequest request, @AuthenticationPrincipal Caller caller) {
        Decisions.Asked asked = own(id, caller);
        RunReport report = bodies.read(request, caller, RunReport.class);
        bodies.release(request);
        switch (decisions.report(asked, report)) {
            case TAKEN -> {}
            case REPORTED_BEFORE ->
                throw Problems.of(
                        HttpStatus.CONFLICT,
                        "reported-before",
                        "Reported before",
                        "What came of " + id + " was reported before; the first report stands.");
            case NOT_DECIDED ->
                throw Problems.of(
                        HttpStatus.CONFLICT,
                        "not-decided",
                        "Not decided yet",
                        "Nothing is decided about " + id + " yet, so it must not have run. Wait for the decision.");
            case NOT_A_DECISION ->
                throw Problems.of(
                        HttpStatus.CONFLICT,
                        "not-a-decision",
                        "Not a decision",
                        id + " is no call that its agent runs: the gateway runs it, or it was a dry run.");
        }
        return ResponseEntity.noContent().build();
    }

    @PostMapping(HOOKS_PATH)
    ResponseEntity<Void> hook(HttpServletRequest request, @AuthenticationPrincipal Caller caller) {
        HookReport report = bodies.read(request, caller, HookReport.class);
        decisions.report(report, caller);
        return ResponseEntity.noContent().build();
    }

    private List<String> upstreams() {
        return agents.current().orElseThrow().upstreams();
    }

    private String base(HttpServletRequest request) {
        return addresses.baseUrl(request).orElse("");
    }

    private ResponseEntity<DecisionView> answer(Decided decided, HttpServletRequest request) {
        DecisionView view = DecisionView.of(decided, base(request));
        return decided.answer() == Decided.Answer.PENDING
                ? ResponseEntity.accepted().location(URI.create(view.url())).body(view)
                : ResponseEntity.ok(view);
    }

    private String json(Decided decided, HttpServletRequest request) {
        return new String(Json.write(DecisionView.of(decided, base(request))), StandardCharsets.UTF_8);
    }

    private static void write(HttpServletResponse response, String text) throws IOException {
        response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        response.flushBuffer();
    }

    private static ProblemDetail problem(RuntimeException refusal) {
        io.openclaw.gateway.ingress.web.Problem problem = io.openclaw.gateway.ingress.web.Problem.of(refusal);
        return problem == null
                ? ProblemDetail.forStatusAndDetail(HttpStatus.INTERNAL_SERVER_ERROR, "The gateway failed on this call.")
                : ProblemDetail.forStatusAndDetail(HttpStatus.valueOf(problem.status()), problem.words());
    }

    /** A decision of another agent does not exist, as far as this one can see. */
    private Decisions.Asked own(String id, Caller caller) {
        return decisions.find(id, caller).orElseThrow(() -> unknown(id, caller));
    }

    private static ErrorResponseException unknown(String id, Caller caller) {
        return Problems.of(
                HttpStatus.NOT_FOUND,
                "unknown-decision",
                "Unknown decision",
                "There is no decision " + id + " of agent " + caller.agent() + ".");
    }
}
