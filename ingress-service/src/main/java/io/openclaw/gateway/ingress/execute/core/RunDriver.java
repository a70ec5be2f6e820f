package io.openclaw.gateway.ingress.execute.core;

import static org.bsc.langgraph4j.GraphDefinition.END;
import static org.bsc.langgraph4j.GraphDefinition.START;
import static org.bsc.langgraph4j.action.AsyncEdgeAction.edge_async;
import static org.bsc.langgraph4j.action.AsyncNodeAction.node_async;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.event.ModelAsked;
import io.openclaw.gateway.common.event.RunEnded;
import io.openclaw.gateway.common.event.RunPlanned;
import io.openclaw.gateway.common.event.RunStepEnded;
import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.JsonText;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.PlanApproval;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.text.Ellipsis;
import io.openclaw.gateway.ingress.core.CallState;
import io.openclaw.gateway.ingress.core.IdempotencyKeyReusedException;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.core.LimitExceededException;
import io.openclaw.gateway.ingress.execute.core.Plan.PlannedStep;
import io.openclaw.gateway.ingress.execute.core.RunRules.Next;
import io.openclaw.gateway.ingress.execute.core.RunStore.LeaseLostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.bsc.langgraph4j.CompileConfig;
import org.bsc.langgraph4j.GraphRepresentation;
import org.bsc.langgraph4j.GraphStateException;
import org.bsc.langgraph4j.StateGraph;
import org.bsc.langgraph4j.state.AgentState;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Drives runs: think, act, observe, and so on until the run is over or has to wait for a person. The state of the graph is the run in the
 * database, so any instance enters it where another left it. Everything is published before it is stored, and stored before
 * anything follows from it.
 */
public final class RunDriver {
    private static final Redactor REDACTOR = new Redactor();
    private static final Duration SLICE = Duration.ofMillis(200);
    /** How long policy and vetting are waited for, for all steps of a plan. */
    private static final Duration DECISIONS = Duration.ofSeconds(20);

    private static final int MAX_TEXT = 100_000;
    private static final int MAX_NEWS = 500_000;
    private static final int MAX_ERROR = 2_000;
    private static final int MAX_STEP_ERROR = 10_000;
    private static final String NEXT = "next";
    private static final String THINK = "think";
    private static final String ACT = "act";
    private static final String PAUSE = "pause";
    private static final String FINISH = "finish";
    private static final int NODES_PER_STEP = 6;
    private static final int OTHER_NODES = 200;

    private final Planner planner;
    private final StepCalls calls;
    private final RunStore store;
    private final RunLog log;
    private final RunLimits.Source limitsOf;
    private final Settings settings;
    private final String owner;
    private final Clock clock;

    /**
     * How runs are driven.
     *
     * @param modelAttempts how often the model is asked the same question, if it fails in a way that may pass
     * @param pauseBetweenAttempts between two of them
     * @param maxResultCharacters how much of a result the model is told
     */
    public record Settings(int modelAttempts, Duration pauseBetweenAttempts, int maxResultCharacters) {}

    /** @param owner has the leases of the runs */
    public RunDriver(
            Planner planner,
            StepCalls calls,
            RunStore store,
            RunLog log,
            RunLimits.Source limitsOf,
            Settings settings,
            String owner,
            Clock clock) {
        this.planner = planner;
        this.calls = calls;
        this.store = store;
        this.log = log;
        this.limitsOf = limitsOf;
        this.settings = settings;
        this.owner = owner;
        this.clock = clock;
    }

    /**
     * Drives a run that this instance has the lease of, until it is over or waits for people.
     *
     * @return the run as it is stored
     * @throws LeaseLostException if another instance has gone on with it
     * @throws RuntimeException if the broker or the database is away; the run is as it was stored last, and can be driven again
     */
    public Run drive(Run run) throws LeaseLostException {
        var session = new Session(run);
        try {
            graph(session)
                    .compile(CompileConfig.builder()
                            .recursionLimit(session.limits.steps() * NODES_PER_STEP + OTHER_NODES)
                            .build())
                    .invoke(Map.of());
        } catch (GraphStateException e) {
            throw new IllegalStateException("the graph is wrong", e);
        } catch (RuntimeException e) {
            if (session.lost != null) {
                throw session.lost;
            }
            throw session.problem == null ? e : session.problem;
        }
        return session.run;
    }

    /**
     * Approves the plan of a run that this instance has the lease of, so that its steps are next; or asks people about it. A step that was edited is decided about
     * anew, and makes the plan another one, whose difference is kept.
     *
     * @return the run as it is stored
     */
    public Run approve(Run run, PlanDecision decision, String by) throws LeaseLostException {
        Plan seen = java.util.Objects.requireNonNull(run.plan());
        Instant now = clock.instant();
        Plan plan = seen;
        Run next = run;
        if (!decision.struck().isEmpty() || !decision.edits().isEmpty()) {
            List<PlannedStep> left = decided(calls, run, seen.edited(decision.struck(), decision.edits()), clock);
            plan = Plan.of(seen.revision() + 1, seen.turn(), seen.choiceId(), left, seen);
            next = next.withPlan(seen.approved(by, now));
        }
        if (decision.kind() == PlanDecision.Kind.ASK) {
            next = next.withPlan(plan).goingOn(now);
            List<Step> question = List.of(question(run, plan));
            return store.save(owner, next.withSteps(question), List.of(), question, Spending.NONE, now);
        }
        return approved(next, plan, decision.struck(), seen, by, now);
    }

    /** Returns the step that asks people about a plan as a whole. */
    private static Step question(Run run, Plan plan) {
        var asked = new PlanApproval(
                run.runId(),
                plan.digest(),
                plan.steps().stream()
                        .map(step -> new PlanApproval.Step(step.upstream(), step.tool(), step.arguments()))
                        .toList(),
                plan.findings());
        RawJson arguments = RawJson.from(asked);
        return Step.chosen(
                run.steps().size() + 1,
                plan.turn(),
                new Choice(plan.choiceId(), Instructions.PLAN_TOOL, arguments),
                PlanApproval.UPSTREAM,
                PlanApproval.TOOL,
                arguments,
                true);
    }

    /** Stores that a plan is approved, and its steps, of which some were struck from the plan as it was seen. */
    private Run approved(Run run, Plan plan, List<Integer> struck, Plan seen, String by, Instant now)
            throws LeaseLostException {
        Run next = run.withPlan(plan.approved(by, now)).goingOn(now);
        List<Step> steps = new ArrayList<>();
        int number = run.steps().size();
        for (PlannedStep step : seen.steps()) {
            if (struck.contains(step.number())) {
                steps.add(Step.refused(
                        ++number,
                        seen.turn(),
                        new Choice(seen.choiceId(), step.name(), step.arguments()),
                        step.arguments(),
                        CallError.of(Step.STRUCK, by + " struck this step from the plan"),
                        now));
            }
        }
        for (PlannedStep step : plan.steps()) {
            steps.add(Step.chosen(
                    ++number,
                    plan.turn(),
                    new Choice(plan.choiceId(), step.name(), step.arguments()),
                    step.upstream(),
                    step.tool(),
                    step.arguments(),
                    true));
        }
        log.publish(new RunPlanned(
                run.runId(),
                run.asked().agent(),
                plan.revision(),
                plan.digest(),
                RawJson.from(plan.steps()),
                plan.findings(),
                by,
                now,
                Map.of()));
        return store.save(owner, next.withSteps(steps), List.of(), steps, Spending.NONE, now);
    }

    /**
     * Ends a run whose plan somebody denied, which this instance has the lease of.
     *
     * @return the run as it is stored
     */
    public Run deny(Run run, PlanDecision decision, String by) throws LeaseLostException {
        Plan plan = java.util.Objects.requireNonNull(run.plan());
        String reason = decision.reason();
        Run denied = run.withPlan(plan.denied(by, clock.instant(), reason));
        var end = new Next.End(
                RunState.DENIED,
                CallError.of(
                        "plan_denied",
                        by + " denied the plan" + (reason == null ? ", without a reason" : ": " + reason)
                                + (reason == null || !reason.endsWith(".") ? "." : "")
                                + " Nothing more of it ran."));
        return end(denied, end, RunOutput.of(denied, end));
    }

    /**
     * Ends a run that cannot go on, which this instance has the lease of: its open calls are withdrawn, and nothing that the model or a
     * tool wrote is touched, since that may be what cannot be published.
     *
     * @return the run as it is stored
     */
    public Run giveUp(Run run, String why) throws LeaseLostException {
        List<Step> changed = new ArrayList<>();
        for (Step step : run.openSteps()) {
            UUID call = step.callId();
            Instant now = clock.instant();
            Step over = call == null
                    ? step.refused(CallError.of("not_run", "it did not run, because the run ended before"), now)
                    : withdrawn(step, call, now);
            changed.add(over);
            log.publish(new RunStepEnded(
                    run.runId(),
                    run.asked().agent(),
                    over.number(),
                    over.callId(),
                    ModelWords.clean(over.address(), 300),
                    over.digest(),
                    over.outcome() == null ? "REFUSED" : over.outcome().name(),
                    over.error(),
                    now,
                    Map.of()));
        }
        Run closed = changed.isEmpty()
                ? run
                : store.save(owner, run.withSteps(changed), List.of(), changed, Spending.NONE, clock.instant());
        var end = new Next.End(RunState.FAILED, CallError.of("interrupted", ModelWords.clean(why, MAX_ERROR)));
        return end(closed, end, ModelWords.clean(RunOutput.of(closed, end), MAX_TEXT));
    }

    private Step withdrawn(Step step, UUID call, Instant now) {
        CallState state = calls.withdraw(call);
        Outcome outcome = state instanceof CallState.Ended over ? over.end().outcome() : Outcome.UNKNOWN;
        return step.ended(
                outcome,
                List.of(),
                List.of(),
                null,
                outcome == Outcome.SUCCEEDED
                        ? null
                        : CallError.of(
                                "interrupted",
                                "The run was given up before it knew more; GET /v1/tool-calls/" + call
                                        + " tells what came of it."),
                "The run was given up.",
                now);
    }

    private Run end(Run run, Next.End end, String output) throws LeaseLostException {
        Instant now = clock.instant();
        log.publish(new RunEnded(
                run.runId(),
                run.asked().agent(),
                end.state().name(),
                output,
                end.error(),
                run.steps().size(),
                run.spent().inputTokens(),
                run.spent().outputTokens(),
                run.spent().costUsd(),
                now,
                Map.of()));
        return store.save(
                owner, run.ended(end.state(), output, end.error(), now), List.of(), List.of(), Spending.NONE, now);
    }

    /** Returns the graph as a Mermaid diagram; the documentation shows it. */
    public String diagram() {
        try {
            return graph(null)
                    .getGraph(GraphRepresentation.Type.MERMAID, "A run", false)
                    .content();
        } catch (GraphStateException e) {
            throw new IllegalStateException("the graph is wrong", e);
        }
    }

    private StateGraph<AgentState> graph(@Nullable Session session) throws GraphStateException {
        Map<String, String> ways =
                new java.util.TreeMap<>(Map.of(THINK, THINK, ACT, ACT, PAUSE, PAUSE, FINISH, FINISH, END, END));
        var route = edge_async((AgentState state) -> state.<String>value(NEXT).orElse(END));
        return new StateGraph<>(AgentState::new)
                .addNode("observe", node_async(state -> after(session, Session::observe)))
                .addNode(THINK, node_async(state -> after(session, Session::think)))
                .addNode(ACT, node_async(state -> after(session, Session::act)))
                .addNode(PAUSE, node_async(state -> after(session, Session::pause)))
                .addNode(FINISH, node_async(state -> after(session, Session::finish)))
                .addEdge(START, "observe")
                .addConditionalEdges("observe", route, ways)
                .addEdge(THINK, "observe")
                .addEdge(ACT, "observe")
                .addEdge(PAUSE, END)
                .addEdge(FINISH, END);
    }

    private interface Node {
        void run(Session session) throws LeaseLostException;
    }

    private static Map<String, Object> after(@Nullable Session session, Node node) {
        if (session == null) {
            throw new IllegalStateException("a diagram is drawn, nothing is run");
        }
        try {
            node.run(session);
            return Map.of(NEXT, session.next);
        } catch (LeaseLostException e) {
            session.lost = e;
            throw new IllegalStateException(e);
        } catch (RuntimeException e) {
            session.problem = e;
            throw e;
        }
    }

    /** One instance at one run, from taking it up to leaving it. */
    private final class Session {
        private Run run;
        private final RunLimits limits;
        private String next = END;
        private Next.@Nullable End end;
        private boolean stepsAreLeft = true;
        /** The model failed for good. */
        private @Nullable CallError failure;

        private boolean waits;
        private @Nullable LeaseLostException lost;
        private @Nullable RuntimeException problem;
        /** Arguments as the model wrote them, by step; they are nowhere else. */
        private final Map<Integer, RawJson> written = new HashMap<>();
        /** The steps that this instance asked for. */
        private final Set<Integer> askedHere = new HashSet<>();

        Session(Run run) {
            this.limits =
                    limitsOf.of(run.asked().agent(), run.asked().identity().roles());
            // What it waited for has come, or it would not be driven.
            this.run = run.state() == RunState.WAITING_FOR_APPROVAL ? run.goingOn(clock.instant()) : run;
        }

        void observe() {
            CallError failed = failure;
            if (failed != null) {
                end = new Next.End(RunState.FAILED, failed);
                next = FINISH;
                return;
            }
            Instant now = clock.instant();
            boolean cancel = store.isCancelRequested(run.runId());
            if (!cancel && (waits || calls.isLeaving())) {
                next = PAUSE;
                return;
            }
            switch (RunRules.of(
                    run, limits, cancel, store.spentToday(run.asked().agent(), now), now)) {
                case Next.Think think -> {
                    stepsAreLeft = think.stepsAreLeft();
                    next = THINK;
                }
                case Next.Act act -> next = ACT;
                case Next.AwaitApprovalOfPlan plan -> next = PAUSE;
                case Next.End over -> {
                    end = over;
                    next = FINISH;
                }
            }
        }

        // Asking the model.

        void think() throws LeaseLostException {
            List<OfferedTool> tools = calls.toolsOf(run.asked());
            Planner.Question question = Instructions.question(run, tools, stepsAreLeft);
            int number = run.turns().size() + 1;
            for (int attempt = 1; ; attempt++) {
                Instant at = clock.instant();
                long start = System.nanoTime();
                try {
                    Planner.Reply reply = planner.ask(question);
                    requireSense(reply);
                    String text = masked(reply.text());
                    List<ModelWords.Heard> heard = ModelWords.heard(reply.choices());
                    List<Choice> shown =
                            heard.stream().map(ModelWords.Heard::shown).toList();
                    Map<String, Object> answer = new LinkedHashMap<>();
                    answer.put("text", text == null ? "" : text);
                    answer.put("choices", shown);
                    tell(number, attempt, RawJson.from(answer), null, reply.spent(), start, at);
                    answered(new Turn(number, text, shown, at), heard, reply.spent(), tools);
                    return;
                } catch (PlannerFailedException e) {
                    var error = CallError.of(e.kind(), ModelWords.clean(String.valueOf(e.getMessage()), MAX_ERROR));
                    tell(number, attempt, null, error, e.spent(), start, at);
                    run = store.save(owner, run.spending(e.spent()), List.of(), List.of(), e.spent(), clock.instant());
                    if (!e.isWorthARetry() || attempt >= settings.modelAttempts() || isToStop()) {
                        failure = error;
                        return;
                    }
                    pauseBeforeAttempt();
                }
            }
        }

        private boolean isToStop() {
            return calls.isLeaving() || store.isCancelRequested(run.runId());
        }

        private void pauseBeforeAttempt() {
            try {
                Thread.sleep(settings.pauseBetweenAttempts());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void requireSense(Planner.Reply reply) throws PlannerFailedException {
            boolean silent = reply.text() == null || reply.text().isBlank();
            if (silent && reply.choices().isEmpty()) {
                throw new PlannerFailedException(
                        "model_nonsense",
                        "The model " + planner.model() + " gave neither an answer nor a call.",
                        true,
                        reply.spent());
            }
            if (reply.choices().size() > ModelWords.MAX_CHOICES) {
                throw new PlannerFailedException(
                        "model_nonsense",
                        "The model " + planner.model() + " chose "
                                + reply.choices().size() + " calls at once; one answer may choose "
                                + ModelWords.MAX_CHOICES + ".",
                        true,
                        reply.spent());
            }
            Set<String> ids = new HashSet<>();
            for (Choice choice : reply.choices()) {
                if (!ids.add(choice.id())) {
                    throw new PlannerFailedException(
                            "model_nonsense",
                            "The model " + planner.model() + " gave two calls the same id.",
                            true,
                            reply.spent());
                }
            }
        }

        private void tell(
                int number,
                int attempt,
                @Nullable RawJson answer,
                @Nullable CallError error,
                Spending spent,
                long startNanos,
                Instant at) {
            log.publish(new ModelAsked(
                    run.runId(),
                    run.asked().agent(),
                    number,
                    attempt,
                    planner.model(),
                    Ellipsis.of(Instructions.news(run), MAX_NEWS),
                    answer,
                    error,
                    spent.inputTokens(),
                    spent.outputTokens(),
                    spent.costUsd(),
                    Duration.ofNanos(System.nanoTime() - startNanos).toMillis(),
                    at,
                    Map.of()));
        }

        private void answered(Turn turn, List<ModelWords.Heard> heard, Spending spent, List<OfferedTool> tools)
                throws LeaseLostException {
            boolean plans = run.asked().mode() == RunMode.PLAN;
            List<Step> steps = new ArrayList<>();
            Plan plan = null;
            int first = run.steps().size() + 1;
            for (ModelWords.Heard choice : heard) {
                int number = first + steps.size();
                if (plans) {
                    PlanReading read = plan == null
                            ? readPlan(choice, tools)
                            : PlanReading.of(refusal("One plan at a time: hand in one plan with all steps."));
                    if (read.problem() == null) {
                        plan = planned(turn, choice.shown(), read.steps());
                    } else {
                        steps.add(refused(number, turn, choice, read.problem()));
                    }
                } else {
                    steps.add(chosen(number, turn, choice, tools));
                }
            }
            steps.stream().filter(step -> step.state() == Step.State.REFUSED).forEach(this::tellEnd);
            Run now = run.spending(spent).answered(turn, steps);
            if (plan != null) {
                now = now.withPlan(plan);
                tell(plan);
            } else if (!steps.isEmpty()) {
                tellTurn(turn);
            }
            run = store.save(owner, now, List.of(turn), steps, spent, clock.instant());
        }

        private static Step refused(int number, Turn turn, ModelWords.Heard choice, CallError problem) {
            return Step.refused(
                    number, turn.number(), choice.shown(), choice.shown().arguments(), problem, turn.at());
        }

        private Step chosen(int number, Turn turn, ModelWords.Heard choice, List<OfferedTool> tools) {
            if (!stepsAreLeft || number > limits.steps()) {
                return refused(
                        number,
                        turn,
                        choice,
                        CallError.of(RunRules.LIMIT, "No step is left: " + limits.noMoreSteps() + "."));
            }
            String name = choice.said().name();
            OfferedTool tool = tools.stream()
                    .filter(each -> each.name().equals(name))
                    .findFirst()
                    .orElse(null);
            if (tool == null) {
                return refused(number, turn, choice, unknown(name, tools));
            }
            if (choice.problem() != null) {
                return refused(number, turn, choice, refusal(choice.problem()));
            }
            RawJson said = choice.said().arguments();
            RawJson shown = choice.shown().arguments();
            written.put(number, said);
            return Step.chosen(
                    number,
                    turn.number(),
                    choice.shown(),
                    tool.upstream(),
                    tool.tool(),
                    shown,
                    shown.text().equals(said.text()));
        }

        private static CallError unknown(String name, List<OfferedTool> tools) {
            return CallError.of(
                    "unknown_tool",
                    "there is no tool '" + ModelWords.clean(name, 80)
                            + "' that this agent may use; it may use "
                            + Ellipsis.of(
                                    tools.stream().map(OfferedTool::name).collect(Collectors.joining(", ")), 1_000));
        }

        private static CallError refusal(String why) {
            return CallError.of("invalid_call", why);
        }

        // Plans.

        /** A plan that can be judged, or what is wrong with it. */
        private record PlanReading(
                List<PlannedStep> steps, @Nullable CallError problem) {
            static PlanReading of(CallError problem) {
                return new PlanReading(List.of(), problem);
            }
        }

        private PlanReading readPlan(ModelWords.Heard heard, List<OfferedTool> tools) {
            Choice choice = heard.said();
            if (!choice.name().equals(Instructions.PLAN_TOOL)) {
                return PlanReading.of(refusal("Nothing runs before a plan is approved: hand one in with the tool "
                        + Instructions.PLAN_TOOL + "."));
            }
            int left = limits.steps() - run.steps().size();
            if (!stepsAreLeft || left <= 0) {
                return PlanReading.of(CallError.of(RunRules.LIMIT, "No step is left: " + limits.noMoreSteps() + "."));
            }
            if (heard.problem() != null) {
                return PlanReading.of(refusal(heard.problem()));
            }
            JsonNode all = choice.arguments().as(JsonNode.class).path("steps");
            if (!all.isArray() || all.isEmpty() || all.size() > left) {
                return PlanReading.of(refusal("'steps' has to be a list of 1 to " + left + " steps"));
            }
            List<PlannedStep> steps = new ArrayList<>();
            for (JsonNode each : all) {
                int number = steps.size() + 1;
                String name = each.path("tool").asString("");
                OfferedTool tool = tools.stream()
                        .filter(offered -> offered.name().equals(name))
                        .findFirst()
                        .orElse(null);
                if (tool == null) {
                    return PlanReading.of(refusal(
                            "step " + number + ": " + unknown(name, tools).message()));
                }
                JsonNode given = each.path("arguments");
                if (!given.isObject() && !given.isMissingNode()) {
                    return PlanReading.of(refusal("step " + number + ": 'arguments' has to be a JSON object"));
                }
                RawJson arguments = given.isMissingNode() ? RawJson.EMPTY_OBJECT : RawJson.from(given);
                CallError secret = secretIn(arguments, number);
                if (secret != null) {
                    return PlanReading.of(secret);
                }
                steps.add(new PlannedStep(
                        number,
                        name,
                        tool.upstream(),
                        tool.tool(),
                        arguments,
                        masked(each.path("why").asString("")),
                        null,
                        List.of()));
            }
            try {
                return new PlanReading(decided(calls, run, steps, clock), null);
            } catch (InvalidRequestException e) {
                return PlanReading.of(refusal(ModelWords.clean(String.valueOf(e.getMessage()), MAX_ERROR)));
            }
        }

        private Plan planned(Turn turn, Choice choice, List<PlannedStep> steps) {
            return Plan.of(run.plans().size() + 1, turn.number(), choice.id(), steps, run.plan());
        }

        private void tell(Plan plan) {
            log.publish(new RunPlanned(
                    run.runId(),
                    run.asked().agent(),
                    plan.revision(),
                    plan.digest(),
                    RawJson.from(plan.steps()),
                    plan.findings(),
                    null,
                    clock.instant(),
                    Map.of()));
        }

        private void tellTurn(Turn turn) {
            RawJson shown = RawJson.from(turn.choices());
            log.publish(new RunPlanned(
                    run.runId(),
                    run.asked().agent(),
                    turn.number(),
                    Plan.digestOfTurn(shown),
                    shown,
                    List.of(),
                    null,
                    clock.instant(),
                    Map.of()));
        }

        // Steps.

        /** Asks for the open steps and waits for them: all at once, or one after the other if that was planned. */
        void act() throws LeaseLostException {
            boolean inOrder = run.asked().mode() == RunMode.PLAN;
            List<Step> open = run.openSteps();
            Set<Integer> now = (inOrder ? open.subList(0, 1) : open)
                    .stream().map(Step::number).collect(Collectors.toSet());
            ask(now);
            while (!isToStop() && run.activeTime(clock.instant()).compareTo(limits.time()) < 0) {
                List<Step> changed = new ArrayList<>();
                boolean underWay = false;
                boolean first = true;
                for (Step step : run.openSteps()) {
                    if (!now.contains(step.number())) {
                        continue;
                    }
                    Step after = look(step, first ? SLICE : Duration.ZERO);
                    underWay |= after.state() == Step.State.ASKED;
                    first &= after.state() != Step.State.ASKED;
                    if (!after.equals(step)) {
                        changed.add(after);
                    }
                }
                if (!changed.isEmpty()) {
                    save(changed);
                }
                if (!underWay) {
                    waits = run.openSteps().stream().anyMatch(step -> step.state() == Step.State.WAITING_FOR_APPROVAL);
                    break;
                }
            }
            if (inOrder) {
                startPlanThatPeopleApproved();
                skipAfterFailure();
            }
        }

        private void ask(Set<Integer> numbers) throws LeaseLostException {
            List<Step> changed = new ArrayList<>();
            for (Step step : run.openSteps()) {
                if (numbers.contains(step.number()) && isToBeAsked(step)) {
                    changed.add(asked(step));
                }
            }
            if (!changed.isEmpty()) {
                save(changed);
            }
        }

        /** What another start of a process asked for may have been lost on its way; to ask again is safe, it is the same call. */
        private boolean isToBeAsked(Step step) {
            if (step.state() == Step.State.CHOSEN) {
                return true;
            }
            UUID call = step.callId();
            if (step.state() != Step.State.ASKED || askedHere.contains(step.number()) || call == null) {
                return false;
            }
            CallState known = calls.await(call, Duration.ZERO);
            return (known == null || known instanceof CallState.Pending) && argumentsOf(step) != null;
        }

        private @Nullable RawJson argumentsOf(Step step) {
            return written.getOrDefault(step.number(), step.exact() ? step.arguments() : null);
        }

        private Step asked(Step step) {
            Instant now = clock.instant();
            RawJson arguments = argumentsOf(step);
            if (arguments == null) {
                return step.ended(
                        Outcome.UNKNOWN,
                        List.of(),
                        List.of(),
                        null,
                        CallError.of(
                                "not_resumable",
                                "The step's arguments held credentials, which are not stored, and the instance that had them is"
                                        + " gone; whether it ran is not known."),
                        "Step " + step.number() + " (" + step.address()
                                + ") may or may not have run: its arguments held credentials, which are not kept over a restart.",
                        now);
            }
            try {
                StepCalls.AskedCall call = calls.ask(run.asked(), step, arguments);
                askedHere.add(step.number());
                return step.asked(call.callId(), call.digest(), now, call.deadline());
            } catch (InvalidRequestException | IdempotencyKeyReusedException e) {
                return step.refused(refusal(REDACTOR.redact(String.valueOf(e.getMessage()))), now);
            } catch (LimitExceededException e) {
                return step.refused(CallError.of("rate_limited", String.valueOf(e.getMessage())), now);
            }
        }

        private Step look(Step step, Duration timeout) {
            UUID call = step.callId();
            CallState state = call == null ? null : calls.await(call, timeout);
            Instant now = clock.instant();
            if (state instanceof CallState.Ended over) {
                return ended(step, over.end(), now);
            }
            if (state instanceof CallState.Waiting waiting) {
                return step.state() == Step.State.WAITING_FOR_APPROVAL ? step : step.waiting(waiting.expiresAt());
            }
            return isOverdue(step, now) ? givenUp(step) : step;
        }

        /** Withdraws the call of a step before it is given up, so that no later approval runs it. */
        private Step givenUp(Step step) {
            UUID call = step.callId();
            return call != null && calls.withdraw(call) instanceof CallState.Ended over
                    ? ended(step, over.end(), clock.instant())
                    : lost(step, clock.instant());
        }

        private static boolean isOverdue(Step step, Instant now) {
            return step.deadline() != null && now.isAfter(step.deadline().plus(Duration.ofMinutes(10)));
        }

        private Step lost(Step step, Instant now) {
            return step.ended(
                    Outcome.UNKNOWN,
                    List.of(),
                    List.of(),
                    null,
                    CallError.of("no_end", "The gateway has no end of call " + step.callId() + "."),
                    "Nobody can say what came of step " + step.number() + " (" + step.address() + ").",
                    now);
        }

        private Step ended(Step step, CallCompleted end, Instant now) {
            CallError error = end.error();
            return step.ended(
                    end.outcome(),
                    end.verdicts(),
                    end.findings(),
                    shortened(end.result()),
                    error == null
                            ? null
                            : new CallError(
                                    error.type(), ModelWords.clean(error.message(), MAX_STEP_ERROR), error.status()),
                    ToldResult.of(step, end, settings.maxResultCharacters()),
                    now);
        }

        private @Nullable RawJson shortened(@Nullable RawJson result) {
            if (result == null) {
                return null;
            }
            String text = REDACTOR.redact(result).text();
            return text.length() <= settings.maxResultCharacters()
                    ? RawJson.of(text)
                    : RawJson.from(Ellipsis.of(text, settings.maxResultCharacters()) + " [the rest is left out]");
        }

        private void startPlanThatPeopleApproved() throws LeaseLostException {
            Plan plan = run.plan();
            Step question = run.steps().isEmpty() ? null : run.steps().getLast();
            if (plan == null
                    || plan.isApproved()
                    || question == null
                    || !question.isAboutPlan()
                    || !question.hasSucceeded()) {
                return;
            }
            String by = question.verdicts().stream()
                    .filter(verdict -> verdict.stage() == Stage.APPROVAL)
                    .map(Verdict::decidedBy)
                    .findFirst()
                    .orElse("nobody in particular");
            run = approved(run, plan, List.of(), plan, by, clock.instant());
        }

        /** A plan was approved as a whole: when a step of it does not succeed, the ones after it are thought over. */
        private void skipAfterFailure() throws LeaseLostException {
            Step failed = run.steps().stream()
                    .filter(step -> step.turn() == run.turns().getLast().number())
                    .filter(step -> step.isOver() && !step.hasSucceeded() && !step.isStruck() && !step.isAboutPlan())
                    .findFirst()
                    .orElse(null);
            if (failed == null || run.openSteps().isEmpty()) {
                return;
            }
            Instant now = clock.instant();
            save(run.openSteps().stream()
                    .map(step -> step.refused(
                            CallError.of(
                                    "skipped",
                                    "it did not run, because step " + failed.number() + " of the plan did not succeed"),
                            now))
                    .toList());
        }

        private void save(List<Step> changed) throws LeaseLostException {
            changed.stream().filter(Step::isOver).forEach(this::tellEnd);
            run = store.save(owner, run.withSteps(changed), List.of(), changed, Spending.NONE, clock.instant());
        }

        private void tellEnd(Step step) {
            Outcome outcome = step.outcome();
            log.publish(new RunStepEnded(
                    run.runId(),
                    run.asked().agent(),
                    step.number(),
                    step.callId(),
                    Ellipsis.of(step.address(), 300),
                    step.digest(),
                    outcome == null ? "REFUSED" : outcome.name(),
                    step.error(),
                    clock.instant(),
                    Map.of()));
        }

        // Waiting and ending.

        void pause() throws LeaseLostException {
            if (calls.isLeaving()) {
                return;
            }
            Instant now = clock.instant();
            Plan plan = run.plan();
            boolean planWaits =
                    plan != null && !plan.isApproved() && run.openSteps().isEmpty();
            run = store.save(
                    owner,
                    run.waiting(planWaits ? RunState.PLANNED : RunState.WAITING_FOR_APPROVAL, now),
                    List.of(),
                    List.of(),
                    Spending.NONE,
                    now);
        }

        void finish() throws LeaseLostException {
            Next.End over = java.util.Objects.requireNonNull(end);
            withdrawOpenSteps();
            run = end(run, over, RunOutput.of(run, over));
        }

        private void withdrawOpenSteps() throws LeaseLostException {
            List<Step> changed = new ArrayList<>();
            Instant now = clock.instant();
            for (Step step : run.openSteps()) {
                UUID call = step.callId();
                if (call == null) {
                    changed.add(
                            step.refused(CallError.of("not_run", "it did not run, because the run ended before"), now));
                    continue;
                }
                changed.add(
                        calls.withdraw(call) instanceof CallState.Ended over
                                ? ended(step, over.end(), clock.instant())
                                : step.ended(
                                        Outcome.UNKNOWN,
                                        List.of(),
                                        List.of(),
                                        null,
                                        CallError.of(
                                                "still_running",
                                                "It was still under way when the run ended; GET /v1/tool-calls/" + call
                                                        + " tells what came of it."),
                                        "It was still under way when the run ended.",
                                        clock.instant()));
            }
            if (!changed.isEmpty()) {
                save(changed);
            }
        }
    }

    /**
     * Returns steps with what policy and vetting say of each now. What they do not say soon enough stays open: it is decided when
     * the step runs, and a request waits for this.
     *
     * @throws InvalidRequestException naming the step that cannot be a call
     */
    private static List<PlannedStep> decided(StepCalls calls, Run run, List<PlannedStep> steps, Clock clock) {
        Instant until = clock.instant().plus(DECISIONS);
        List<PlannedStep> decided = new ArrayList<>();
        for (PlannedStep step : steps) {
            Duration left = Duration.between(clock.instant(), until);
            decided.add(
                    left.isPositive()
                            ? opinion(calls, run, step, left)
                                    .map(opinion -> step.decided(opinion.decision(), opinion.reasons()))
                                    .orElse(step)
                            : step);
        }
        return decided;
    }

    private static Optional<StepCalls.Opinion> opinion(StepCalls calls, Run run, PlannedStep step, Duration timeout) {
        try {
            return calls.decide(run.asked(), step, timeout);
        } catch (InvalidRequestException e) {
            throw new InvalidRequestException("step " + step.number() + ": " + e.getMessage(), e);
        } catch (LimitExceededException e) {
            return Optional.empty();
        }
    }

    /** Returns why a planned step's arguments cannot be kept; null if they can. */
    static @Nullable CallError secretIn(RawJson arguments, int number) {
        return REDACTOR.redact(arguments).text().equals(arguments.text())
                ? null
                : CallError.of(
                        "invalid_call",
                        "step " + number
                                + ": its arguments hold a credential, and a plan that waits for approval is stored; name"
                                + " where the credential is, and leave it out");
    }

    private static @Nullable String masked(@Nullable String text) {
        return text == null || text.isBlank() ? null : ModelWords.clean(text, MAX_TEXT);
    }

    /** Reads arguments that a model wrote; what is no valid JSON object becomes a JSON string of it. */
    public static RawJson argumentsOf(@Nullable String written) {
        String text = written == null || written.isBlank() ? "{}" : written.strip();
        try {
            JsonNode node = Json.read(text.getBytes(StandardCharsets.UTF_8), JsonNode.class);
            if (!node.isObject()) {
                return RawJson.from(text);
            }
            RawJson object = RawJson.of(text);
            JsonText.requireExact(object);
            return object;
        } catch (JacksonException | InexactJsonException e) {
            return RawJson.from(text);
        }
    }
}
