package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.event.CallProgressed;
import io.openclaw.gateway.common.event.InputRequested;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.testing.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A pipeline in memory: a test says what happens to a call, and time passes only while a client waits. */
public final class PipelineDouble implements CallPipeline {
    private static final int MAX_WAITS = 1_000;

    private final MutableClock clock;
    private final CallsInFlight inFlight = new CallsInFlight(1_000, 4_000_000);
    private final Map<String, UUID> byRequest = new ConcurrentHashMap<>();
    private final List<ToolCall> asked = new CopyOnWriteArrayList<>();
    private final List<UUID> remembered = new CopyOnWriteArrayList<>();
    private final List<UUID> withdrawn = new CopyOnWriteArrayList<>();
    private final List<Given> given = new CopyOnWriteArrayList<>();
    private Consumer<ToolCall> onCall = call -> {};
    private Consumer<UUID> onWait = callId -> {};
    private boolean leaving;
    private int waits;

    /** The answers of a client that were passed to a call. */
    public record Given(
            UUID callId, int round, Map<String, RawJson> responses, Map<String, RawJson> errors, boolean complete) {}

    public PipelineDouble(MutableClock clock) {
        this.clock = clock;
    }

    /** Sets what happens when a call is submitted. */
    public PipelineDouble onCall(Consumer<ToolCall> what) {
        onCall = what;
        return this;
    }

    /** Sets what happens when a client has waited for a call in vain. */
    public PipelineDouble onWait(Consumer<UUID> what) {
        onWait = what;
        return this;
    }

    public void leave() {
        leaving = true;
    }

    public List<ToolCall> asked() {
        return asked;
    }

    public ToolCall lastAsked() {
        return asked.getLast();
    }

    public List<UUID> remembered() {
        return remembered;
    }

    public List<UUID> withdrawn() {
        return withdrawn;
    }

    public List<Given> given() {
        return given;
    }

    private CallInFlight flight(UUID callId) {
        return inFlight.find(callId).orElseThrow();
    }

    public void succeeds(ToolCall call, String result) {
        ends(call, Outcome.SUCCEEDED, result, null, List.of());
    }

    public void fails(ToolCall call, CallError error) {
        ends(call, Outcome.FAILED, null, error, List.of());
    }

    public void ends(
            ToolCall call,
            Outcome outcome,
            @Nullable String result,
            @Nullable CallError error,
            List<Verdict> verdicts) {
        ends(CallCompleted.of(
                call,
                verdicts,
                outcome,
                result == null ? null : RawJson.of(result),
                error,
                Stage.EXECUTOR,
                clock.instant()));
    }

    public void ends(CallCompleted end) {
        flight(end.call().callId()).ended(end);
    }

    public void waitsForAPerson(UUID callId, Instant expiresAt) {
        inFlight.waitsUntil(callId, expiresAt);
    }

    public void asksTheClient(ToolCall call, int round, Map<String, RawJson> requests) {
        flight(call.callId()).asks(new InputRequested(call, round, requests, clock.instant(), null, Map.of()));
    }

    public void tells(ToolCall call, String method, String params) {
        flight(call.callId())
                .told(new CallProgressed(call, 1, method, RawJson.of(params), clock.instant(), null, Map.of()));
    }

    @Override
    public Asked ask(CallRequest request, Caller caller, Origin origin, List<String> upstreams) {
        ToolCall call = request.toCall(caller, origin, upstreams, 0, clock.instant());
        CallInFlight flight = inFlight.begin(call, origin == Origin.MCP, 1_000);
        flight.taken();
        asked.add(call);
        onCall.accept(call);
        return new Handle(call.callId());
    }

    @Override
    public Asked resume(UUID callId) {
        return new Handle(callId);
    }

    @Override
    public Optional<CallState> find(UUID callId) {
        return inFlight.find(callId).map(CallInFlight::state);
    }

    @Override
    public void remember(ToolCall call) {
        remembered.add(call.callId());
    }

    @Override
    public void remember(ToolCall call, String clientRequest) {
        remembered.add(call.callId());
        byRequest.put(clientRequest, call.callId());
    }

    @Override
    public Optional<CallState> findByClientRequest(String clientRequest) {
        return Optional.ofNullable(byRequest.get(clientRequest)).flatMap(this::find);
    }

    @Override
    public CallState withdraw(CallState state) {
        if (state instanceof CallState.Ended) {
            return state;
        }
        withdrawSoon(state);
        ends(state.call(), Outcome.CANCELLED, null, CallError.of("cancelled", "It was withdrawn."), List.of());
        return find(state.call().callId()).orElseThrow();
    }

    @Override
    public void withdrawSoon(CallState state) {
        withdrawn.add(state.call().callId());
    }

    @Override
    public void give(
            ToolCall call, int round, Map<String, RawJson> responses, Map<String, RawJson> errors, boolean complete) {
        given.add(new Given(call.callId(), round, responses, errors, complete));
        flight(call.callId()).answered(round);
    }

    @Override
    public boolean isLeaving() {
        return leaving;
    }

    @Override
    public boolean canBeAnswered() {
        return true;
    }

    private final class Handle implements Asked {
        private final UUID callId;

        Handle(UUID callId) {
            this.callId = callId;
        }

        @Override
        public UUID callId() {
            return callId;
        }

        @Override
        public CallState awaitEnd(Duration timeout) {
            if (!(flight(callId).state() instanceof CallState.Ended)) {
                pass(timeout);
            }
            return flight(callId).state();
        }

        @Override
        public CallState awaitNews(Duration timeout) {
            CallState state = flight(callId).state();
            if (!(state instanceof CallState.Ended) && !(state instanceof CallState.Waiting)) {
                pass(timeout);
            }
            return flight(callId).state();
        }

        @Override
        public @Nullable CallNews awaitNext(Duration timeout, @Nullable CallState told) {
            CallNews next = flight(callId).awaitNext(Duration.ZERO);
            if (next == null) {
                pass(timeout);
            }
            return next;
        }

        private void pass(Duration timeout) {
            if (++waits > MAX_WAITS) {
                throw new AssertionError("the client waits for ever for call " + callId);
            }
            clock.advance(timeout);
            onWait.accept(callId);
        }
    }
}
