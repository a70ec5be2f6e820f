package io.openclaw.gateway.ingress.execute.web;

import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.text.Ellipsis;
import io.openclaw.gateway.common.web.Problems;
import io.openclaw.gateway.common.web.WebAddresses;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.core.LimitExceededException;
import io.openclaw.gateway.ingress.core.Shares;
import io.openclaw.gateway.ingress.core.WaitPreference;
import io.openclaw.gateway.ingress.execute.ExecuteSettings;
import io.openclaw.gateway.ingress.execute.Runs;
import io.openclaw.gateway.ingress.execute.core.PlanDecision;
import io.openclaw.gateway.ingress.execute.core.Run;
import io.openclaw.gateway.ingress.execute.core.RunRequest;
import io.openclaw.gateway.ingress.execute.core.RunState;
import io.openclaw.gateway.ingress.web.RequestBodies;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** A prompt becomes a run: asks for one, looks at it, follows it, decides about its plan, cancels it. */
@RestController
public final class ExecuteController {
    /** The path of runs. */
    public static final String PATH = "/execute";

    /** Clients give up after a minute. */
    private static final Duration LONGEST = Duration.ofSeconds(55);

    private static final Duration DEFAULT = Duration.ofSeconds(50);

    private final Runs runs;
    private final RequestBodies bodies;
    private final WebAddresses addresses;
    private final Redactor redactor;
    private final Shares waiting;
    private final int agentMaxWaiting;
    private final Clock clock;

    ExecuteController(
            Runs runs,
            ExecuteSettings settings,
            RequestBodies bodies,
            WebAddresses addresses,
            Redactor redactor,
            Clock clock) {
        this.runs = runs;
        this.bodies = bodies;
        this.addresses = addresses;
        this.redactor = redactor;
        this.waiting = new Shares(settings.maxWaiting());
        this.agentMaxWaiting = settings.agentMaxWaiting();
        this.clock = clock;
    }

    /** The body of a request; see {@link RunRequest}. */
    record Body(
            @Nullable String prompt,
            @Nullable String user_id,
            @Nullable String mode,
            @Nullable String idempotency_key) {}

    /**
     * The body of a decision about a plan.
     *
     * @param decision {@code approve}, {@code ask} (a person about the plan as a whole) or {@code deny}
     * @param strike numbers of steps that are left out
     * @param edit other arguments, by the number of the step
     * @param reason why it is denied
     */
    record Decision(
            @Nullable String digest,
            @Nullable String decision,
            @Nullable List<RawJson> strike,
            @Nullable Map<String, RawJson> edit,
            @Nullable String reason) {}

    @PostMapping(PATH)
    void execute(HttpServletRequest request, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        Wait wait = wait(request, DEFAULT);
        RunRequest asked = asked(request, caller);
        bodies.release(request);
        // Before anything begins: a caller that is refused has no run that it does not know of.
        try (Slot slot =
                slot(wait, caller.agent(), "Nothing was begun; ask again in a moment, or with 'Prefer: wait=0'")) {
            answer(runs.begin(asked, caller), wait, slot, ExecuteController::isNews, request, response);
        }
    }

    /** Nothing of the body is in the caller's frame while it waits, so its memory is free then. */
    private RunRequest asked(HttpServletRequest request, Caller caller) {
        Body body = bodies.read(request, caller, Body.class);
        return RunRequest.of(body.prompt(), body.user_id(), body.mode(), body.idempotency_key(), caller, redactor);
    }

    @GetMapping(PATH + "/{runId}")
    void look(
            @PathVariable String runId,
            HttpServletRequest request,
            HttpServletResponse response,
            @AuthenticationPrincipal Caller caller)
            throws IOException {
        // Who looks at it again knows that a person is asked, and waits for what comes of that.
        Wait wait = wait(request, wantsStream(request) ? DEFAULT : Duration.ZERO);
        Run run = own(runId, caller);
        Predicate<Run> enough = now -> now.state().isOver() || now.state() == RunState.PLANNED;
        Wait needed = enough.test(run) && !wantsStream(request) ? wait.none() : wait;
        try (Slot slot = slot(needed, caller.agent(), "The run goes on; look at it with 'Prefer: wait=0'")) {
            answer(run, needed, slot, enough, request, response);
        }
    }

    @GetMapping(PATH + "/{runId}/receipt")
    void receipt(@PathVariable String runId, HttpServletResponse response, @AuthenticationPrincipal Caller caller)
            throws IOException {
        write(response, HttpStatus.OK.value(), Receipt.of(own(runId, caller)));
    }

    @PostMapping(PATH + "/{runId}/plan")
    void decide(
            @PathVariable String runId,
            HttpServletRequest request,
            HttpServletResponse response,
            @AuthenticationPrincipal Caller caller)
            throws IOException, PlanDecision.ConflictException {
        Wait wait = wait(request, DEFAULT);
        Run run = own(runId, caller);
        PlanDecision decision = decision(bodies.read(request, caller, Decision.class), redactor);
        bodies.release(request);
        try (Slot slot =
                slot(wait, caller.agent(), "Nothing was decided; try again in a moment, or with 'Prefer: wait=0'")) {
            Run decided = runs.decide(run, decision, "agent " + caller.agent());
            answer(decided, wait, slot, ExecuteController::isNews, request, response);
        }
    }

    @DeleteMapping(PATH + "/{runId}")
    void cancel(
            @PathVariable String runId,
            HttpServletRequest request,
            HttpServletResponse response,
            @AuthenticationPrincipal Caller caller)
            throws IOException {
        Run run = own(runId, caller);
        if (run.state().isOver()) {
            throw Problems.of(
                    HttpStatus.CONFLICT,
                    "not-cancellable",
                    "Too late to cancel",
                    "Run " + run.runId() + " has already ended: " + run.state() + ".");
        }
        Run after = runs.cancel(run);
        String url = url(after, request);
        if (!after.state().isOver()) {
            response.setHeader(HttpHeaders.LOCATION, url);
        }
        write(
                response,
                after.state().isOver() ? HttpStatus.OK.value() : HttpStatus.ACCEPTED.value(),
                RunView.of(after, url));
    }

    private static PlanDecision decision(Decision body, Redactor redactor) {
        String decision = body.decision();
        if (body.digest() == null || decision == null || !decision.matches("approve|ask|deny")) {
            throw new InvalidRequestException(
                    "a decision needs 'digest', that of the plan, and 'decision', which is \"approve\", \"ask\" or \"deny\"");
        }
        Map<Integer, RawJson> edits = new HashMap<>();
        if (body.edit() != null) {
            body.edit().forEach((number, arguments) -> {
                if (!number.matches("\\d{1,4}")) {
                    throw new InvalidRequestException("'edit' names step \"" + number + "\", which is no number");
                }
                if (edits.put(Integer.valueOf(number), arguments) != null) {
                    throw new InvalidRequestException(
                            "'edit' names step " + Integer.valueOf(number) + " twice; name it once");
                }
            });
        }
        List<Integer> struck = new ArrayList<>();
        for (RawJson number : body.strike() == null ? List.<RawJson>of() : body.strike()) {
            // A number that is cut to a whole one would strike another step than was meant.
            if (!number.text().matches("\\d{1,4}")) {
                throw new InvalidRequestException(
                        "'strike' names step " + Ellipsis.of(number.text(), 20) + "; it is a list of numbers of steps");
            }
            struck.add(Integer.valueOf(number.text()));
        }
        return new PlanDecision(
                body.digest(),
                PlanDecision.Kind.valueOf(decision.toUpperCase(Locale.ROOT)),
                struck,
                edits,
                body.reason() == null ? null : redactor.redact(body.reason().replace('\0', '\uFFFD')));
    }

    private static boolean isNews(Run run) {
        return run.state() != RunState.RUNNING;
    }

    /** How long a request waits: as it wants, and never longer than a client does, from its first byte on. */
    private record Wait(Duration timeout, Instant until) {
        /** Returns how much of it is left. */
        Duration left(Instant now) {
            Duration left = Duration.between(now, until);
            return left.compareTo(timeout) < 0 ? left : timeout;
        }

        Wait none() {
            return new Wait(Duration.ZERO, until);
        }
    }

    private Wait wait(HttpServletRequest request, Duration otherwise) {
        Instant until = clock.instant().plus(LONGEST);
        String prefer = request.getHeader("Prefer");
        Duration wanted = prefer == null || !prefer.contains("wait") ? otherwise : WaitPreference.of(prefer);
        return new Wait(wanted.compareTo(LONGEST) > 0 ? LONGEST : wanted, until);
    }

    private static boolean wantsStream(HttpServletRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        return accept != null && accept.contains(MediaType.TEXT_EVENT_STREAM_VALUE);
    }

    private void answer(
            Run run,
            Wait wait,
            Slot slot,
            Predicate<Run> enough,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        String url = url(run, request);
        Duration left = wait.left(clock.instant());
        if (wantsStream(request)) {
            new RunStream(runs, response, url, clock).follow(run, left, enough);
            return;
        }
        Run known = run;
        if (slot.isTaken() && left.isPositive() && !enough.test(run)) {
            known = runs.await(run, left, enough);
        }
        if (!known.state().isOver()) {
            response.setHeader(HttpHeaders.LOCATION, url);
        }
        write(response, request.getMethod().equals("GET") ? 200 : statusOf(known), RunView.of(known, url));
    }

    /** A request that waits takes a thread and a connection, of which one agent may not have all. */
    private final class Slot implements AutoCloseable {
        private final @Nullable String agent;

        Slot(@Nullable String agent) {
            this.agent = agent;
        }

        boolean isTaken() {
            return agent != null;
        }

        @Override
        public void close() {
            if (agent != null) {
                waiting.giveBack(agent, 1);
            }
        }
    }

    /** @param otherwise what a caller that gets none is told */
    private Slot slot(Wait wait, String agent, String otherwise) {
        if (!wait.timeout().isPositive()) {
            return new Slot(null);
        }
        return switch (waiting.tryTake(agent, 1, agentMaxWaiting)) {
            case GRANTED -> new Slot(agent);
            case AGENT_EXHAUSTED ->
                throw new LimitExceededException(
                        "too-many-waiting",
                        "Agent '" + agent + "' has as many requests that wait for runs as it may, " + agentMaxWaiting
                                + " (openclaw.execute.agent-max-waiting). " + otherwise + ".",
                        Duration.ofSeconds(2));
            case EXHAUSTED ->
                throw new LimitExceededException(
                        "too-many-waiting",
                        "As many requests wait for runs at this instance as may, " + waiting.maximum()
                                + " (openclaw.execute.max-waiting). " + otherwise + ".",
                        Duration.ofSeconds(2));
        };
    }

    /** What the model did wrong is no fault of who asks, nor of this gateway. */
    private static int statusOf(Run run) {
        if (!run.state().isOver()) {
            return HttpStatus.ACCEPTED.value();
        }
        String error = run.status().error() == null ? "" : run.status().error().type();
        if (error.equals("model_timeout")) {
            return HttpStatus.GATEWAY_TIMEOUT.value();
        }
        if (error.equals("no_model")) {
            return HttpStatus.SERVICE_UNAVAILABLE.value();
        }
        if (error.equals("interrupted")) {
            return HttpStatus.INTERNAL_SERVER_ERROR.value();
        }
        return error.startsWith("model_") ? HttpStatus.BAD_GATEWAY.value() : HttpStatus.OK.value();
    }

    private String url(Run run, HttpServletRequest request) {
        return addresses.baseUrl(request).orElse("") + PATH + "/" + run.runId();
    }

    /** A run of another agent does not exist, as far as this one can see. */
    private Run own(String runId, Caller caller) {
        Run run;
        try {
            run = runs.find(UUID.fromString(runId), caller.agent()).orElse(null);
        } catch (IllegalArgumentException e) {
            run = null;
        }
        if (run == null) {
            throw Problems.of(
                    HttpStatus.NOT_FOUND,
                    "unknown-run",
                    "Unknown run",
                    "There is no run " + runId + " of agent " + caller.agent() + ".");
        }
        return run;
    }

    static void write(HttpServletResponse response, int status, Object body) throws IOException {
        response.setStatus(status);
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.getOutputStream().write(Json.write(body));
    }
}
