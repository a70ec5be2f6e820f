package io.openclaw.gateway.ingress.kafka;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.ApprovalChanged;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallDiverged;
import io.openclaw.gateway.common.event.CallProgressed;
import io.openclaw.gateway.common.event.CallReported;
import io.openclaw.gateway.common.event.CallRequested;
import io.openclaw.gateway.common.event.CallWithdrawn;
import io.openclaw.gateway.common.event.ConversationEvent;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.HookReported;
import io.openclaw.gateway.common.event.InputGiven;
import io.openclaw.gateway.common.event.InputRequested;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.Received;
import io.openclaw.gateway.common.kafka.RecordReader;
import io.openclaw.gateway.common.kafka.TopicReader;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.ingress.core.AgentLimits;
import io.openclaw.gateway.ingress.core.AgentRates;
import io.openclaw.gateway.ingress.core.CallInFlight;
import io.openclaw.gateway.ingress.core.CallNews;
import io.openclaw.gateway.ingress.core.CallPipeline;
import io.openclaw.gateway.ingress.core.CallRequest;
import io.openclaw.gateway.ingress.core.CallState;
import io.openclaw.gateway.ingress.core.CallsInFlight;
import io.openclaw.gateway.ingress.core.KeyedCall;
import io.openclaw.gateway.ingress.core.LimitExceededException;
import io.openclaw.gateway.ingress.core.ParsingPool;
import io.openclaw.gateway.ingress.core.PipelineUnavailableException;
import io.openclaw.gateway.ingress.core.ResultGoneException;
import io.openclaw.gateway.ingress.persistence.CallStore;
import io.openclaw.gateway.ingress.persistence.CallStore.Position;
import io.openclaw.gateway.ingress.persistence.CallStore.StoredCall;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * The calls of this instance: hands them to the pipeline, and finds out what became of them. The end of a call comes back
 * on a partition that this instance reads; a caller that comes back to another instance finds its call in the store.
 */
public final class Calls implements CallPipeline {
    private static final Logger log = LoggerFactory.getLogger(Calls.class);
    private static final Duration CANCELLATION_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration MOMENT = Duration.ofSeconds(1);
    private static final Duration POLL_EVERY = Duration.ofMillis(200);
    /** Longer than any topic keeps its records (Kafka's default is seven days). */
    private static final Duration REMEMBERED = Duration.ofDays(8);

    private final CallsInFlight inFlight;
    private final AgentRates rates;
    private final LimitsInForce limits;
    private final ParsingPool parsing;
    private final CallMeters callMeters;
    private final List<Consumer<List<CallCompleted>>> endListeners = new CopyOnWriteArrayList<>();
    private final ReplyPartitions replies;
    private final StrayedCalls strayed;
    private final EventPublisher publisher;
    private final SignatureChain chain;
    private final CallStore store;
    private final RecordReader reader;
    private final Topics topics;
    private final Clock clock;
    /** When nobody is kept waiting any longer, because this instance stops. */
    private volatile Instant leavesAt = Instant.MAX;

    /**
     * @param inFlight holds the calls of this instance
     */
    public Calls(
            CallsInFlight inFlight,
            AgentRates rates,
            LimitsInForce limits,
            ParsingPool parsing,
            EventPublisher publisher,
            SignatureChain chain,
            CallStore store,
            RecordReader reader,
            Topics topics,
            Clock clock,
            MeterRegistry meters,
            CallMeters callMeters) {
        this.inFlight = inFlight;
        this.rates = rates;
        this.limits = limits;
        this.parsing = parsing;
        this.publisher = publisher;
        this.chain = chain;
        this.store = store;
        this.reader = reader;
        this.topics = topics;
        this.clock = clock;
        this.callMeters = callMeters;
        this.replies = new ReplyPartitions(topics.name(Topic.CALLS_COMPLETED));
        this.strayed = new StrayedCalls(inFlight, replies, this::stored, this::endedElsewhere);
        Gauge.builder("openclaw.ingress.calls.in.flight", inFlight, CallsInFlight::size)
                .register(meters);
    }

    /** Makes the reader of what comes back to this instance. */
    public TopicReader reader(EventListeners listeners) {
        return listeners.copartitioned(
                "openclaw-ingress",
                List.of(Topic.CALLS_COMPLETED, Topic.APPROVALS_EVENTS, Topic.CALLS_PROGRESS),
                GatewayEvent.class,
                replies,
                this::handle);
    }

    /**
     * Has a listener told of the calls that end at this instance, batch by batch. What it throws makes the batch come again, and a
     * call may be told of more than once.
     */
    public void onEnds(Consumer<List<CallCompleted>> listener) {
        endListeners.add(listener);
    }

    @Override
    public boolean canBeAnswered() {
        return replies.next().isPresent();
    }

    @Override
    public Asked ask(CallRequest request, Caller caller, Origin origin, List<String> upstreams) {
        try {
            return tryToAsk(request, caller, origin, upstreams);
        } catch (LimitExceededException e) {
            callMeters.refused(e.slug());
            throw e;
        } catch (PipelineUnavailableException e) {
            callMeters.refused("pipeline-unavailable");
            throw e;
        }
    }

    private Asked tryToAsk(CallRequest request, Caller caller, Origin origin, List<String> upstreams) {
        AgentLimits held = limits.of(caller);
        rates.requireFewDenials(caller.agent(), held);
        int replyPartition = replies.next()
                .orElseThrow(() -> new PipelineUnavailableException(
                        "this instance has no partition of " + topics.name(Topic.CALLS_COMPLETED)
                                + " to be answered on (it is starting, or there are more ingress instances than"
                                + " partitions)",
                        null));
        ToolCall call = parsing.parse(
                request.length(),
                () -> chain.seal(
                        withApproval(request.toCall(caller, origin, upstreams, replyPartition, clock.instant()))));
        CallInFlight flight;
        try {
            // Before its key stands for it, so that a repeated request finds it here.
            flight = inFlight.begin(call, origin == Origin.MCP, held.callsInFlight());
        } catch (RuntimeException e) {
            putBackApproval(call);
            throw e;
        }
        try {
            String key = request.idempotencyKey();
            UUID repeated = key == null ? null : repeated(call, key);
            if (repeated != null) {
                putBackApproval(call);
                inFlight.forget(call.callId());
                return new Asked(repeated, null);
            }
        } catch (RuntimeException e) {
            putBackApproval(call);
            inFlight.forget(call.callId());
            flight.notTaken(e);
            throw e;
        }
        publish(call, flight);
        return new Asked(call.callId(), flight);
    }

    /**
     * Returns which call a request with an idempotency key repeats; null if it is the first. The end of the call comes to
     * the first asker, so one that repeats finds it here or in the store.
     */
    private @Nullable UUID repeated(ToolCall call, String idempotencyKey) {
        KeyedCall keyed = store.claimKey(call, idempotencyKey);
        switch (keyed.meaningOf(call, inFlight::contains)) {
            case FIRST -> {
                return null;
            }
            case REPEATED -> {}
            case REPEATED_UNSEEN -> publish(new CallRequested(chain.seal(call.withCallId(keyed.callId()))), "the call");
        }
        return keyed.callId();
    }

    /** Hands a call to the broker, and does not wait: the call's end says that it was taken, and if it was not, that ends it. */
    @SuppressWarnings("FutureReturnValueIgnored") // The flight learns of both of its ends.
    private void publish(ToolCall call, CallInFlight flight) {
        publisher.publish(new CallRequested(call)).whenComplete((metadata, problem) -> {
            if (problem == null) {
                flight.taken();
            } else {
                inFlight.forget(call.callId());
                flight.notTaken(notTaken("the call", problem));
                putBackApproval(call);
            }
        });
    }

    /** Has a call that somebody else runs make use of an approval of a call like it that nobody has made use of, if there is one. */
    private ToolCall withApproval(ToolCall call) {
        return call.mode() != Mode.DECIDE
                ? call
                : store.takeApproval(call, clock.instant())
                        .map(call::usingApprovalOf)
                        .orElse(call);
    }

    /** If the call did get through, approval lets nobody make use of it once more. */
    private void putBackApproval(ToolCall call) {
        UUID earlier = call.usesApproval();
        if (earlier != null) {
            try {
                store.putBackApproval(earlier, call.callId());
            } catch (DataAccessException e) {
                log.warn("the approval of call {} is lost: {}", earlier, e.toString());
            }
        }
    }

    /** Publishes an event, and returns when the broker has it. */
    private void publish(GatewayEvent event, String what) {
        try {
            publisher.publish(event).join();
        } catch (CompletionException e) {
            throw notTaken(what, e.getCause());
        }
    }

    private static PipelineUnavailableException notTaken(String what, @Nullable Throwable problem) {
        return new PipelineUnavailableException("the broker did not take " + what, problem);
    }

    /** A call that was asked for; {@code here} is what comes back of it to this instance, if that does. */
    public final class Asked implements CallPipeline.Asked {
        private final UUID callId;
        private final @Nullable CallInFlight here;

        private Asked(UUID callId, @Nullable CallInFlight here) {
            this.callId = callId;
            this.here = here;
        }

        /** Returns the call's id. */
        @Override
        public UUID callId() {
            return callId;
        }

        /** Waits for the end of the call. */
        @Override
        public CallState awaitEnd(Duration timeout) {
            return await(timeout, false);
        }

        /** Waits for the end of the call, or for a person to be asked. */
        @Override
        public CallState awaitNews(Duration timeout) {
            return await(timeout, true);
        }

        /**
         * Waits for something to tell of the call; null if there was nothing for that long. At another instance than the one
         * that is told of it, only states are told.
         *
         * @param told the state that was told last
         */
        @Override
        public @Nullable CallNews awaitNext(Duration timeout, @Nullable CallState told) {
            if (here != null) {
                CallNews next = here.awaitNext(timeout);
                if (next != null || inFlight.contains(callId)) {
                    return next;
                }
            }
            Instant end = clock.instant().plus(timeout);
            while (true) {
                CallState state = known();
                if (!(state instanceof CallState.Pending) && !state.equals(told)) {
                    return new CallNews.Changed(state);
                }
                if (nobodyWaitsAnyLonger(end)) {
                    return null;
                }
                pause();
            }
        }

        private CallState await(Duration timeout, boolean newsIsEnough) {
            Instant end = clock.instant().plus(timeout);
            while (true) {
                CallInFlight flight = here == null ? inFlight.find(callId).orElse(null) : here;
                CallState state;
                if (flight == null) {
                    state = known();
                } else {
                    Duration left = Duration.between(clock.instant(), end);
                    Duration moment = left.compareTo(MOMENT) < 0 ? left : MOMENT;
                    state = newsIsEnough ? flight.awaitNews(moment) : flight.awaitEnd(moment);
                }
                boolean enough =
                        state instanceof CallState.Ended || (newsIsEnough && state instanceof CallState.Waiting);
                if (enough || nobodyWaitsAnyLonger(end)) {
                    return state;
                }
                if (flight == null) {
                    pause();
                }
            }
        }

        private CallState known() {
            return find(callId).orElseThrow(() -> new IllegalStateException("call " + callId + " is lost"));
        }

        private boolean nobodyWaitsAnyLonger(Instant end) {
            return isLeaving()
                    || Thread.currentThread().isInterrupted()
                    || !clock.instant().isBefore(end);
        }
    }

    /**
     * This process is told to stop: its web server takes no more requests and waits for those it has. Anyone who still waits for a
     * call in five seconds, because a person has to decide or its tool takes long, is told what is known and where to ask
     * again, rather than cut off when the server's own timeout ends.
     */
    @EventListener(ContextClosedEvent.class)
    void leaveSoon() {
        leavesAt = clock.instant().plus(EXIT_TIMEOUT);
    }

    /** Tells whether nobody is to be kept waiting any longer, because this instance stops. */
    @Override
    public boolean isLeaving() {
        return !clock.instant().isBefore(leavesAt);
    }

    /** Returns what can be waited on of a call that was asked for before, here or at another instance. */
    @Override
    public Asked resume(UUID callId) {
        return new Asked(callId, inFlight.find(callId).orElse(null));
    }

    /** Makes sure that a call can be found by the request of a client that asked for it. */
    @Override
    public void remember(ToolCall call, String clientRequest) {
        store.rememberPending(call, null);
        store.rememberClientRequest(call.callId(), clientRequest);
    }

    /** Returns the call that an agent's idempotency key stands for. */
    public Optional<UUID> findByKey(String agent, String key) {
        return store.findByKey(agent, key);
    }

    /** Returns the call that a client's request asked for, if it was remembered. */
    @Override
    public Optional<CallState> findByClientRequest(String clientRequest) {
        return store.findByClientRequest(clientRequest).flatMap(this::find);
    }

    /** Makes sure that a call which has not ended can be found at any instance. */
    @Override
    public void remember(ToolCall call) {
        store.rememberPending(call, null);
    }

    /** Returns what is known of a call, whichever instance it was asked at. */
    @Override
    public Optional<CallState> find(UUID callId) {
        return inFlight.find(callId)
                .map(CallInFlight::state)
                .or(() -> store.find(callId).map(this::stateOf));
    }

    /**
     * Withdraws a call, and waits a moment for what comes of that.
     *
     * @return what is known then; {@link CallState.Ended} with {@code CANCELLED} if nobody had started it
     */
    @Override
    public CallState withdraw(CallState state) {
        if (state instanceof CallState.Ended) {
            return state;
        }
        ToolCall call = state.call();
        publish(new CallWithdrawn(call), "the cancellation");
        return new Asked(call.callId(), null).awaitEnd(CANCELLATION_TIMEOUT);
    }

    /** Withdraws a call, and does not wait for what comes of that. */
    @Override
    public void withdrawSoon(CallState state) {
        try {
            publish(new CallWithdrawn(state.call()), "the cancellation");
        } catch (PipelineUnavailableException e) {
            log.warn("call {} could not be withdrawn: {}", state.call().callId(), String.valueOf(e.getCause()));
        }
    }

    private CallState stateOf(StoredCall stored) {
        try {
            Position completed = stored.completed();
            if (completed != null) {
                return new CallState.Ended(reader.read(
                                topics.name(Topic.CALLS_COMPLETED),
                                completed.partition(),
                                completed.offset(),
                                CallCompleted.class,
                                stored.callId())
                        .event());
            }
            ToolCall call = stored.call();
            if (call == null) {
                throw new IllegalStateException("call " + stored.callId() + " has neither an end nor a beginning");
            }
            if (stored.inputRound() != null) {
                return new CallState.Asking(call, stored.inputRound(), stored.input());
            }
            Instant expiresAt = stored.approvalExpiresAt();
            return expiresAt == null ? new CallState.Pending(call) : new CallState.Waiting(call, expiresAt);
        } catch (UnreadableEventException e) {
            throw new ResultGoneException(stored.callId(), String.valueOf(stored.outcome()), e);
        }
    }

    private void handle(List<Received<GatewayEvent>> batch) {
        List<Received<CallCompleted>> ends = new ArrayList<>();
        for (Received<GatewayEvent> received : endsLast(batch)) {
            switch (received.event()) {
                case CallCompleted end -> {
                    if (end.call().mode() == Mode.DECIDE && end.outcome() == Outcome.ALLOWED) {
                        // Before anybody is told, so that of all who hear of it one makes use of it.
                        store.keepApproval(end);
                    }
                    inFlight.find(end.call().callId()).ifPresent(flight -> ended(flight, end));
                    received.as(CallCompleted.class).ifPresent(ends::add);
                }
                case ApprovalChanged changed -> handle(changed);
                case ConversationEvent said -> handle(said);
                default ->
                    log.warn(
                            "a {} does not belong here",
                            received.event().getClass().getSimpleName());
            }
        }
        store.rememberEnds(ends);
        if (!ends.isEmpty()) {
            List<CallCompleted> events = ends.stream().map(Received::event).toList();
            endListeners.forEach(listener -> listener.accept(events));
        }
        ends.forEach(end -> {
            inFlight.forget(end.event().call().callId());
            callMeters.ended(end.event());
        });
    }

    private void ended(CallInFlight flight, CallCompleted end) {
        ToolCall call = flight.call();
        if (end.outcome() == Outcome.DENIED && call.mode() != Mode.DRY_RUN) {
            rates.denied(call.agent(), limits.of(call.agent(), call.identified().roles()));
        }
        flight.ended(end);
    }

    /** Looks for what became of calls whose ends another instance reads, because this one lost a partition to it. */
    @Scheduled(fixedDelay = 300)
    void lookForStrayedCalls() {
        try {
            strayed.look();
        } catch (DataAccessException e) {
            log.warn(
                    "calls whose ends come to another instance cannot be looked up, and will be again: {}",
                    e.toString());
        }
    }

    private Map<UUID, CallState> stored(Collection<UUID> callIds) {
        Map<UUID, CallState> states = new HashMap<>();
        for (StoredCall stored : store.findAll(callIds)) {
            try {
                states.put(stored.callId(), stateOf(stored));
            } catch (ResultGoneException e) {
                log.warn("the end of call {} cannot be read: {}", stored.callId(), e.toString());
            }
        }
        return states;
    }

    /** Tells who waits here of an end that another instance has read, stored and counted. */
    private void endedElsewhere(CallCompleted end) {
        inFlight.find(end.call().callId()).ifPresent(flight -> ended(flight, end));
        endListeners.forEach(listener -> listener.accept(List.of(end)));
        inFlight.forget(end.call().callId());
    }

    /** What was told of a call before its end comes on other topics, and may stand behind the end in the batch. */
    static List<Received<GatewayEvent>> endsLast(List<Received<GatewayEvent>> batch) {
        List<Received<GatewayEvent>> sorted = new ArrayList<>(batch);
        sorted.sort(Comparator.comparing(received -> received.event() instanceof CallCompleted));
        return sorted;
    }

    private void handle(ApprovalChanged changed) {
        if (changed.status() != ApprovalChanged.Status.PENDING) {
            return;
        }
        store.rememberPending(changed.call(), changed.expiresAt());
        inFlight.waitsUntil(changed.call().callId(), changed.expiresAt());
    }

    private void handle(ConversationEvent said) {
        Optional<CallInFlight> flight = inFlight.find(said.call().callId());
        switch (said) {
            case CallProgressed progressed -> flight.ifPresent(here -> here.told(progressed));
            case InputRequested requested -> {
                store.rememberInput(requested);
                flight.ifPresent(here -> here.asks(requested));
            }
            case InputGiven given ->
                log.warn(
                        "an answer to call {} does not belong here",
                        given.call().callId());
            case CallReported reported ->
                log.warn(
                        "a report of call {} does not belong here",
                        reported.call().callId());
            case CallDiverged diverged ->
                log.warn(
                        "a report of call {} does not belong here",
                        diverged.call().callId());
        }
    }

    /**
     * Hands on what a client answered to a call that asks.
     *
     * @param complete whether nothing more will come for this round
     */
    @Override
    public void give(
            ToolCall call, int round, Map<String, RawJson> responses, Map<String, RawJson> errors, boolean complete) {
        publish(
                new InputGiven(
                        call.withoutArguments(), round, responses, errors, complete, clock.instant(), null, Map.of()),
                "the answer");
        inFlight.find(call.callId()).ifPresent(flight -> flight.answered(round));
    }

    /** A call whose deadline passed long ago has no end that anybody here waits for. */
    @Scheduled(fixedDelay = 5_000)
    void forgetTheOverdue() {
        inFlight.forgetOverdue(clock.instant().minus(Duration.ofMinutes(1)));
    }

    /**
     * Publishes a hook's report, and returns when the broker has it.
     *
     * @throws PipelineUnavailableException if the broker does not take it
     */
    public void tell(HookReported reported) {
        publish(reported, "the report");
    }

    /**
     * Makes use of a person's approval of a call that the gateway does not run; see {@link CallStore#useApproval}.
     *
     * @return false if another call like it made use of it before
     */
    public boolean useApproval(UUID callId) {
        return store.useApproval(callId, clock.instant());
    }

    /**
     * Publishes what an agent says came of a call that it ran itself, once.
     *
     * @param diverged what to publish beside it, if what ran is not what was decided about
     * @return false if something was said about the call before
     * @throws PipelineUnavailableException if the broker does not take it
     */
    public boolean report(CallReported reported, @Nullable CallDiverged diverged) {
        ToolCall call = reported.call();
        if (!store.keepReport(call.callId(), reported.outcome(), reported.reportedAt())) {
            return false;
        }
        try {
            publish(reported, "the report");
            if (diverged != null) {
                publish(diverged, "the report");
            }
        } catch (PipelineUnavailableException e) {
            store.forgetReport(call.callId());
            throw e;
        }
        if (reported.outcome() == CallReported.Ran.NOT_RUN) {
            store.giveBackApproval(call.callId());
        }
        return true;
    }

    @Scheduled(fixedDelay = 3_600_000, initialDelay = 60_000)
    void forgetTheOld() {
        store.forgetBefore(clock.instant().minus(REMEMBERED));
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_EVERY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
