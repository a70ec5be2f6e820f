package io.openclaw.gateway.ingress.execute.core;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.core.CallState;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.core.PipelineUnavailableException;
import io.openclaw.gateway.ingress.execute.core.Plan.PlannedStep;
import io.openclaw.gateway.testing.Calls;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A pipeline whose calls end as a test says. The same step of the same run is the same call, as with the real one. */
public final class FakePipeline implements StepCalls {
    public static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");

    private final Clock clock;
    private final Map<String, UUID> byStep = new ConcurrentHashMap<>();
    private final Map<UUID, ToolCall> calls = new ConcurrentHashMap<>();
    private final Map<UUID, CallState> states = new ConcurrentHashMap<>();
    private final Map<String, Function<ToolCall, CallState>> tools = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Map<String, Opinion> opinions = new ConcurrentHashMap<>();
    private final AtomicInteger away = new AtomicInteger();
    private final AtomicInteger looks = new AtomicInteger();
    private volatile boolean answerable = true;
    private boolean leaving;
    private boolean withdrawsPending;
    private Runnable whenLookedAt = () -> {};

    public FakePipeline() {
        this(Clock.fixed(NOW, ZoneOffset.UTC));
    }

    /** @param clock says when calls are asked for, and so when they are given up */
    public FakePipeline(Clock clock) {
        this.clock = clock;
    }

    public FakePipeline tool(String name, Function<ToolCall, CallState> behaviour) {
        tools.put(name, behaviour);
        return this;
    }

    public FakePipeline returning(String name, String text) {
        return tool(name, call -> succeeded(call, text));
    }

    public static CallState succeeded(ToolCall call, String text) {
        return ended(
                call,
                Outcome.SUCCEEDED,
                RawJson.from(Map.of("content", List.of(Map.of("type", "text", "text", text)))),
                null,
                List.of(),
                List.of());
    }

    public static CallState failed(ToolCall call, String type, String message) {
        return ended(call, Outcome.FAILED, null, CallError.of(type, message), List.of(), List.of());
    }

    public static CallState denied(ToolCall call, String rule, String why) {
        return ended(
                call,
                Outcome.DENIED,
                null,
                CallError.of("denied", "denied by policy"),
                List.of(Verdict.of(
                        Stage.POLICY,
                        Decision.DENY,
                        List.of(new Reason(rule, why, Severity.HIGH)),
                        "policy-1",
                        NOW,
                        null)),
                List.of());
    }

    public static CallState ended(
            ToolCall call,
            Outcome outcome,
            @Nullable RawJson result,
            @Nullable CallError error,
            List<Verdict> verdicts,
            List<Reason> findings) {
        return new CallState.Ended(CallCompleted.of(call, verdicts, outcome, result, error, Stage.EXECUTOR, NOW)
                .noticing(findings));
    }

    public static CallState waiting(ToolCall call) {
        return new CallState.Waiting(call, NOW.plusSeconds(900));
    }

    public void wouldBe(String tool, Decision decision, Reason... reasons) {
        opinions.put(tool, new Opinion(decision, List.of(reasons)));
    }

    /** What every call of a tool has come to by now. */
    public void nowAll(String tool, Function<ToolCall, CallState> behaviour) {
        calls.values().stream()
                .filter(call -> call.tool().equals(tool))
                .forEach(call -> states.put(call.callId(), behaviour.apply(call)));
    }

    /** The process that asked is gone, and with it what was not published. */
    public void lose() {
        states.clear();
    }

    public void leave(boolean leaves) {
        leaving = leaves;
    }

    /** Returns the tools of the calls that were asked for, with arguments, each as often as it was asked for. */
    public List<String> asked() {
        return asked;
    }

    /** Returns how many calls there are. */
    public int size() {
        return calls.size();
    }

    @Override
    public List<OfferedTool> toolsOf(Run.Asked of) {
        return tools.keySet().stream()
                .sorted()
                .map(name -> new OfferedTool(name, "openclaw", name, "Does " + name + ".", null))
                .toList();
    }

    @Override
    public AskedCall ask(Run.Asked of, Step step, RawJson arguments) {
        if (away.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new PipelineUnavailableException("the broker is away", null);
        }
        String tool = String.valueOf(step.tool());
        asked.add(tool + " " + arguments.text());
        UUID id = byStep.computeIfAbsent(of.runId() + ":" + step.number(), key -> CallIds.next());
        ToolCall call = calls.computeIfAbsent(
                id,
                key -> Calls.call(of.agent(), "openclaw", tool, arguments, NOW).withCallId(id));
        states.computeIfAbsent(
                id, key -> Objects.requireNonNull(tools.get(tool)).apply(call));
        return new AskedCall(id, call.digest(), clock.instant().plus(Duration.ofMinutes(30)));
    }

    /** Lets a withdrawal reach calls that nobody was asked about yet. */
    public void withdrawPending() {
        withdrawsPending = true;
    }

    /** Does something each time that a call is looked at. */
    public void whenLookedAt(Runnable action) {
        whenLookedAt = action;
    }

    @Override
    public @Nullable CallState await(UUID callId, Duration timeout) {
        whenLookedAt.run();
        return states.get(callId);
    }

    @Override
    public @Nullable CallState withdraw(UUID callId) {
        ToolCall call = calls.get(callId);
        CallState state = states.get(callId);
        if (call != null
                && (state instanceof CallState.Waiting || (withdrawsPending && state instanceof CallState.Pending))) {
            states.put(callId, ended(call, Outcome.CANCELLED, null, null, List.of(), List.of()));
        }
        return states.get(callId);
    }

    @Override
    public Optional<Opinion> decide(Run.Asked of, PlannedStep step, Duration timeout) {
        if (step.arguments().text().contains("no-call")) {
            throw new InvalidRequestException("'arguments': no call");
        }
        return Optional.ofNullable(opinions.get(step.tool()));
    }

    /** Lets the next calls that are asked for fail as if the broker were away. */
    public void beAwayFor(int asks) {
        away.set(asks);
    }

    /** Says whether this instance is ready for calls. */
    public void canBeAnswered(boolean is) {
        answerable = is;
    }

    /** Returns how often it was asked whether calls can be answered. */
    public int looks() {
        return looks.get();
    }

    @Override
    public boolean canBeAnswered() {
        looks.incrementAndGet();
        return answerable;
    }

    @Override
    public boolean isLeaving() {
        return leaving;
    }
}
