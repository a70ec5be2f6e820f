package io.openclaw.gateway.executor.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.kafka.LogContext;
import io.openclaw.gateway.common.kafka.Outbox;
import io.openclaw.gateway.common.metrics.Histograms;
import io.openclaw.gateway.common.metrics.StageMeters;
import io.openclaw.gateway.common.policy.Freezes;
import io.openclaw.gateway.common.policy.PolicyDocument.ResultHandling;
import io.openclaw.gateway.common.policy.PolicyDocument.Results;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.common.policy.PolicyState;
import io.openclaw.gateway.executor.core.Answer;
import io.openclaw.gateway.executor.core.ClaimedCall;
import io.openclaw.gateway.executor.core.FairSlots;
import io.openclaw.gateway.executor.core.FairSlots.Turn;
import io.openclaw.gateway.executor.core.ResultInspection;
import io.openclaw.gateway.executor.core.ResultInspection.Inspected;
import io.openclaw.gateway.executor.core.ToolTraits;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import io.openclaw.gateway.executor.upstream.GuardedUpstream;
import io.openclaw.gateway.executor.upstream.Upstreams;
import io.openclaw.gateway.executor.upstream.WithheldException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Runs the calls that this process has claimed, each on a virtual thread once its upstream has a slot for it, and publishes
 * what came of them. A call is held here from before it is claimed until its end is marked, so that a withdrawal finds it.
 */
final class Executions implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Executions.class);
    private static final int MAX_MARKED_AT_ONCE = 500;
    /** Ends that the broker has not taken yet and whose slots are free again; what is more keeps its slot. */
    private static final int MAX_UNPUBLISHED = 256;

    private static final Duration DATABASE_PAUSE = Duration.ofSeconds(1);
    private static final long SLOT_LOOK_MILLIS = 500;
    /** A result of this many characters is inspected where it is; a larger one by threads that hold up no other call. */
    private static final int MAX_INSPECTED_IN_PLACE = 16_384;

    private record Ended(UUID callId, Outcome outcome) {}

    private final Upstreams upstreams;
    private final Conversations conversations;
    private final Outbox outbox;
    private final ClaimStore claims;
    private final Lease lease;
    private final String claimer;
    private final FairSlots slots;
    private final MeterRegistry meters;
    private final StageMeters stage;
    private final Timer slotWait;
    private final Clock clock;
    private final ExecutorService inspectors;
    private final CountDownLatch isReady = new CountDownLatch(1);
    private final Map<UUID, Held> held = new ConcurrentHashMap<>();
    private final BlockingQueue<Ended> toMark = new LinkedBlockingQueue<>();
    private final AtomicInteger unpublished = new AtomicInteger();
    private volatile ToolTraits traits = ToolTraits.NONE;
    private volatile Freezes freezes = Freezes.NONE;
    /** Until a policy is read, a result that is not harmless is withheld. */
    private volatile Results results = new Results(ResultHandling.BLOCK, ResultHandling.BLOCK);

    /**
     * @param claimer the name of this start of a process in claims
     */
    Executions(
            FairSlots slots,
            Upstreams upstreams,
            Conversations conversations,
            Outbox outbox,
            ClaimStore claims,
            Lease lease,
            String claimer,
            Clock clock,
            MeterRegistry meters) {
        this.slots = slots;
        this.upstreams = upstreams;
        this.conversations = conversations;
        this.outbox = outbox;
        this.claims = claims;
        this.lease = lease;
        this.claimer = claimer;
        this.clock = clock;
        this.meters = meters;
        int threads = Math.max(2, Runtime.getRuntime().availableProcessors() / 2);
        this.inspectors = Executors.newFixedThreadPool(
                threads,
                Thread.ofPlatform().daemon().name("executor-inspects-", 1).factory());
        this.stage = new StageMeters(meters, "executor");
        this.slotWait = Histograms.ofWork("openclaw.executor.slot.wait")
                .description("How long a claimed call waited for a slot of its upstream")
                .register(meters);
        meters.gauge("openclaw.executor.calls.running", slots, FairSlots::running);
        meters.gauge("openclaw.executor.calls.waiting", slots, FairSlots::waiting);
    }

    /** A call that this process claims, or has claimed. */
    private final class Held implements Conversations.Execution {
        private final CallCleared cleared;
        private final ClaimedCall claimed;
        private volatile boolean isClaimed;
        private volatile int lapses;
        private volatile @Nullable Turn turn;
        private volatile Instant waitsUntil = Instant.MAX;
        private volatile long enteredNanos = System.nanoTime();

        Held(CallCleared cleared, ClaimedCall claimed) {
            this.cleared = cleared;
            this.claimed = claimed;
            this.lapses = lease.lapses();
        }

        ToolCall call() {
            return cleared.call();
        }

        /** Looks at everything that may stop the call, in the last moment. */
        @Override
        public void begin() {
            while (true) {
                try {
                    if (isMine()) {
                        break;
                    }
                    throw new WithheldException(null);
                } catch (DataAccessException e) {
                    // Nobody can say whose it is now; it waits, for as long as it may.
                    log.warn("call {} is not begun while the database is away: {}", call().callId(), e.toString());
                    withheld(claimed.refusal(clock.instant(), freezes));
                    pause(DATABASE_PAUSE);
                }
            }
            withheld(claimed.begin(clock.instant(), freezes));
        }

        private static void withheld(Optional<Answer> refusal) {
            refusal.ifPresent(answer -> {
                throw new WithheldException(answer);
            });
        }

        /** Tells whether this executor is to say how the call ended: not if another has taken it over meanwhile. */
        boolean isOursToEnd() {
            try {
                return isMine();
            } catch (DataAccessException e) {
                // Said twice is better than not at all; the first end of a call is its end.
                return true;
            }
        }

        /** Asks nobody in the common case; after a standstill the lease is renewed before the claim is looked at. */
        private boolean isMine() {
            if (lease.isSure() && lease.lapses() == lapses) {
                return true;
            }
            lease.renew();
            int now = lease.lapses();
            boolean mine = claims.isMine(call().callId(), claimer);
            if (mine) {
                lapses = now;
            }
            return mine;
        }

        @Override
        public void didNotStart() {
            claimed.didNotStart();
        }

        @Override
        public void leaveSlot() {
            Turn now = turn;
            if (now != null) {
                slots.leave(now);
            }
        }

        @Override
        public void awaitSlot() throws InterruptedException {
            GuardedUpstream upstream = upstreams.find(call().upstream()).orElse(null);
            if (upstream == null) {
                return;
            }
            var granted = new CountDownLatch(1);
            Turn again = Turn.resuming(call().upstream(), call().agent(), granted::countDown);
            turn = again;
            slots.enter(again, upstream.maxConcurrent());
            while (!granted.await(SLOT_LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                if (claimed.refusal(clock.instant(), freezes).isPresent() && slots.remove(again)) {
                    return;
                }
            }
        }
    }

    /** Goes by a state of policy from now on. */
    void use(PolicyState state) {
        PolicyInForce active = state.active();
        if (active != null) {
            traits = ToolTraits.of(active.document(), state.tools().values());
            results = active.document().results();
            freezes = state.freezes();
            upstreams.use(active.document().upstreams());
            isReady.countDown();
        }
    }

    /**
     * Waits until calls can be run; returns false if they cannot after that long. Nothing runs before a policy was read: what
     * is frozen must not run because nobody knows that it is.
     */
    boolean awaitReady(Duration timeout) throws InterruptedException {
        return isReady.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Tells whether nothing runs any more, and every end is published and marked. */
    boolean isIdle() {
        return held.isEmpty() && unpublished.get() == 0;
    }

    /**
     * Holds a call that is about to be claimed, so that a withdrawal finds it from now on.
     *
     * @return false if it was claimed before and is held already
     */
    boolean hold(CallCleared cleared) {
        var fresh = new Held(cleared, ClaimedCall.notStarted(cleared.call(), false));
        Held known = held.putIfAbsent(cleared.call().callId(), fresh);
        return known == null || !known.isClaimed;
    }

    /** Lets go of a call that another has claimed. */
    void release(UUID callId) {
        held.computeIfPresent(callId, (id, call) -> call.isClaimed ? call : null);
    }

    /** Runs a held call, which is claimed now. */
    void start(UUID callId) {
        Held call = held.get(callId);
        if (call != null && !call.isClaimed) {
            call.isClaimed = true;
            enter(call);
        }
    }

    /** Lets go of everything that is held and not claimed. */
    void releaseUnclaimed() {
        held.values().removeIf(call -> !call.isClaimed);
    }

    /** Tells whether a call is claimed and held. */
    boolean isHeld(UUID callId) {
        Held call = held.get(callId);
        return call != null && call.isClaimed;
    }

    /** Runs a call that was taken over. */
    void takeOver(CallCleared cleared, ClaimedCall claimed) {
        enter(taken(cleared, claimed));
    }

    /** Ends a call that was taken over and is not run. */
    void end(CallCleared cleared, ClaimedCall claimed, Answer answer) {
        Held call = taken(cleared, claimed);
        onThread(call, () -> answer);
    }

    private Held taken(CallCleared cleared, ClaimedCall claimed) {
        var call = new Held(cleared, claimed);
        call.isClaimed = true;
        held.put(cleared.call().callId(), call);
        return call;
    }

    /** Stops a call that the agent no longer wants, if it is held here: before it starts, or as its upstream lets one. */
    void withdraw(UUID callId) {
        Held call = held.get(callId);
        if (call == null) {
            return;
        }
        call.claimed.withdraw();
        endIfItWaits(call);
        conversations.cancel(callId);
    }

    /** Ends what waits for a slot and must not begin any more, or has waited for too long. */
    void endOverdue() {
        Instant now = clock.instant();
        for (Held call : held.values()) {
            if (call.claimed.refusal(now, freezes).isPresent() || now.isAfter(call.waitsUntil)) {
                endIfItWaits(call);
            }
        }
    }

    private void endIfItWaits(Held call) {
        Turn turn = call.turn;
        if (call.isClaimed && turn != null && !call.claimed.mayHaveStarted() && slots.remove(turn)) {
            onThread(
                    call,
                    () -> call.claimed
                            .refusal(clock.instant(), freezes)
                            .orElseGet(() -> busy(call.call().upstream())));
        }
    }

    private Answer busy(String upstream) {
        return upstreams.find(upstream).map(GuardedUpstream::busy).orElseGet(() -> unknownUpstream(upstream));
    }

    /** Gives back what waits for a slot and has not started, for another executor or the next start of this one. */
    void giveBackWaiting() {
        List<UUID> givenBack = new ArrayList<>();
        held.forEach((callId, call) -> {
            Turn turn = call.turn;
            if (call.isClaimed && turn != null && !call.claimed.mayHaveStarted() && slots.remove(turn)) {
                givenBack.add(callId);
            }
        });
        if (!givenBack.isEmpty()) {
            claims.giveBack(givenBack, claimer);
            givenBack.forEach(held::remove);
        }
    }

    private void enter(Held call) {
        String name = call.call().upstream();
        GuardedUpstream upstream = upstreams.find(name).orElse(null);
        if (upstream == null) {
            onThread(call, () -> unknownUpstream(name));
            return;
        }
        var arguments = call.call().arguments();
        Turn turn = Turn.of(
                name,
                call.call().agent(),
                arguments == null ? 0 : arguments.text().length(),
                () -> onThread(call, () -> run(call, upstream)),
                () -> onThread(call, upstream::busy));
        call.enteredNanos = System.nanoTime();
        call.waitsUntil = clock.instant().plus(upstream.maxWait());
        call.turn = turn;
        slots.enter(turn, upstream.maxConcurrent());
    }

    /** Works out how a call ends on a thread of its own, and ends it so, whatever happens. */
    private void onThread(Held call, Supplier<Answer> work) {
        String callId = call.call().callId().toString();
        Thread.ofVirtual().name("call-" + callId).start(() -> LogContext.duringCall(callId, () -> workOut(call, work)));
    }

    private void workOut(Held call, Supplier<Answer> work) {
        UUID callId = call.call().callId();
        try {
            Answer answer;
            try {
                answer = work.get();
            } catch (WithheldException e) {
                answer = e.answer();
            } catch (RuntimeException | Error e) {
                log.error("the executor failed on call {}", callId, e);
                answer = failed(call, e);
            }
            if (answer == null) {
                log.warn("call {} is left to the executor that has taken it over", callId);
                held.remove(callId, call);
            } else {
                end(call, answer);
            }
        } finally {
            call.leaveSlot();
        }
    }

    private static Answer failed(Held call, Throwable problem) {
        return call.claimed.mayHaveStarted()
                ? Answer.unknown("The executor failed on this call: " + problem + ".")
                : Answer.failed(CallError.of(
                        "executor_failed", "The executor failed before it started this call: " + problem + "."));
    }

    private void end(Held call, Answer answer) {
        UUID callId = call.call().callId();
        CallCompleted end;
        try {
            end = completed(call, inspected(answer));
        } catch (RuntimeException | Error e) {
            log.error("what came of call {} cannot be handed on", callId, e);
            end = completed(
                    call,
                    new Inspected(
                            Answer.failed(CallError.of(
                                    "result_unreadable",
                                    "The tool ran, but the executor failed on what came of it: " + e + ".")),
                            List.of()));
        }
        if (!call.isOursToEnd()) {
            log.warn("call {} was taken over while it ran here, and has ended: {}", callId, end.outcome());
            held.remove(callId, call);
            return;
        }
        unpublished.incrementAndGet();
        try {
            if (unpublished.get() <= MAX_UNPUBLISHED) {
                call.leaveSlot();
            }
            toMark.add(new Ended(callId, publish(end)));
        } finally {
            unpublished.decrementAndGet();
        }
    }

    private CallCompleted completed(Held call, Inspected inspected) {
        Answer answer = inspected.answer();
        return CallCompleted.of(
                        call.call(),
                        call.cleared.verdicts(),
                        answer.outcome(),
                        answer.result(),
                        answer.error(),
                        Stage.EXECUTOR,
                        clock.instant())
                .noticing(inspected.findings());
    }

    /** Large results are looked at by few threads of the system's: a virtual thread that computes holds up others. */
    private Inspected inspected(Answer answer) {
        var result = answer.result();
        Results handling = results;
        Inspected inspected = result == null || result.text().length() <= MAX_INSPECTED_IN_PLACE
                ? ResultInspection.of(answer, handling)
                : CompletableFuture.supplyAsync(() -> ResultInspection.of(answer, handling), inspectors)
                        .join();
        for (Reason finding : inspected.findings()) {
            meters.counter("openclaw.executor.result.findings", "rule", finding.ruleId())
                    .increment();
        }
        return inspected;
    }

    /** Ends a call that nobody has claimed and nobody will run. */
    void refuse(CallCleared cleared, Outcome outcome, CallError error) {
        publish(CallCompleted.of(
                cleared.call(), cleared.verdicts(), outcome, null, error, Stage.EXECUTOR, clock.instant()));
    }

    /** Tells whether a call may be run again when nobody can say whether it was run. */
    boolean isRepeatable(ToolCall call) {
        return traits.isRepeatable(call);
    }

    private Answer unknownUpstream(String upstream) {
        return Answer.failed(CallError.of(
                "upstream_unknown",
                "This executor reaches no upstream '" + upstream + "'; it reaches " + upstreams.names()
                        + ". A policy describes where an upstream is."));
    }

    private Answer run(Held call, GuardedUpstream upstream) {
        long start = System.nanoTime();
        slotWait.record(start - call.enteredNanos, TimeUnit.NANOSECONDS);
        Answer answer;
        try (var conversation = conversations.open(call.call(), call, results)) {
            answer = upstream.run(call.call(), isRepeatable(call.call()), conversation);
        }
        stage.worked(System.nanoTime() - start);
        meters.timer(
                        "openclaw.executor.calls",
                        "upstream",
                        call.call().upstream(),
                        "outcome",
                        answer.outcome().name())
                .record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        return answer;
    }

    /** Publishes an end, or one that says why the broker will not take it; returns the outcome that was published. */
    private Outcome publish(CallCompleted end) {
        return outbox.publish(end, problem -> withoutResult(end, problem)).outcome();
    }

    private CallCompleted withoutResult(CallCompleted end, Throwable problem) {
        return CallCompleted.of(
                end.call(),
                end.verdicts(),
                end.outcome() == Outcome.SUCCEEDED ? Outcome.FAILED : end.outcome(),
                null,
                CallError.of(
                        "result_too_large",
                        "The call ended (" + end.outcome() + "), but what came of it cannot be handed on: "
                                + problem.getMessage()),
                Stage.EXECUTOR,
                clock.instant());
    }

    /**
     * Marks calls as ended whose ends are published, as many at once as there are; waits a moment if there are none. What
     * cannot be marked now is marked the next time.
     */
    void markEnded() throws InterruptedException {
        Ended first = toMark.poll(SLOT_LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (first == null) {
            return;
        }
        List<Ended> batch = new ArrayList<>(List.of(first));
        toMark.drainTo(batch, MAX_MARKED_AT_ONCE);
        Map<UUID, Outcome> ends = new LinkedHashMap<>();
        batch.forEach(ended -> ends.put(ended.callId(), ended.outcome()));
        try {
            claims.markEnded(ends);
        } catch (RuntimeException | Error e) {
            toMark.addAll(batch);
            throw e;
        }
        // From now on its claim says that it has ended, so a record that comes again starts nothing.
        ends.keySet().forEach(held::remove);
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        inspectors.shutdownNow();
    }
}
