package io.openclaw.gateway.ingress.execute;

import io.openclaw.gateway.common.event.RunStarted;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.health.KeptLoop;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.kafka.PipelineLifecycle;
import io.openclaw.gateway.ingress.core.IdempotencyKeyReusedException;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.core.LimitExceededException;
import io.openclaw.gateway.ingress.execute.core.PlanDecision;
import io.openclaw.gateway.ingress.execute.core.Run;
import io.openclaw.gateway.ingress.execute.core.RunDriver;
import io.openclaw.gateway.ingress.execute.core.RunLimits;
import io.openclaw.gateway.ingress.execute.core.RunLog;
import io.openclaw.gateway.ingress.execute.core.RunRequest;
import io.openclaw.gateway.ingress.execute.core.RunState;
import io.openclaw.gateway.ingress.execute.core.RunStore;
import io.openclaw.gateway.ingress.execute.core.StepCalls;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs of this instance, and those that nobody is at: each is driven by one instance at a time, which has a lease of it. A run
 * whose instance died, or whose person has decided, is taken up by whichever instance looks first.
 */
public final class Runs implements PipelineLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Runs.class);
    private static final Duration LEASE = Duration.ofSeconds(15);
    private static final Duration SWEEP_EVERY = Duration.ofMillis(500);
    private static final Duration RENEW_EVERY = Duration.ofSeconds(4);
    /** How long an interrupted run is left alone. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration CANCELLATION_WAIT = Duration.ofSeconds(8);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
    /** As long as calls are found. */
    private static final Duration KEPT = Duration.ofDays(8);

    /** What to do where no model is set. */
    static final String NO_MODEL =
            "No language model is set, so nothing can be planned: set OPENAI_API_KEY (or OPENAI_BASE_URL for"
                    + " a model of your own) and restart the gateway.";

    private final RunStore store;
    private final RunDriver driver;
    private final RunLog record;
    private final StepCalls calls;
    private final RunLimits.Source limits;
    private final RunSignals signals;
    private final Semaphore slots;
    private final int maxOpen;
    private final boolean hasModel;
    private final String owner;
    private final BackgroundWork work;
    private final Clock clock;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    /** The runs that this instance is at; their leases are renewed, and no others. */
    private final Set<UUID> held = ConcurrentHashMap.newKeySet();

    private Instant renewedAt = Instant.MIN;
    private Instant purgedAt = Instant.MIN;
    private volatile @Nullable KeptLoop sweeper;

    /**
     * @param owner this start of this process
     * @param concurrency how many runs this instance drives at once; others wait
     * @param maxOpen how many runs an agent may have open at once
     * @param hasModel whether there is a model to ask
     */
    public Runs(
            RunStore store,
            RunDriver driver,
            RunLog record,
            StepCalls calls,
            RunLimits.Source limits,
            RunSignals signals,
            int concurrency,
            int maxOpen,
            boolean hasModel,
            String owner,
            BackgroundWork work,
            Clock clock) {
        this.store = store;
        this.driver = driver;
        this.record = record;
        this.calls = calls;
        this.limits = limits;
        this.signals = signals;
        this.slots = new Semaphore(concurrency);
        this.maxOpen = maxOpen;
        this.hasModel = hasModel;
        this.owner = owner;
        this.work = work;
        this.clock = clock;
    }

    /** No model is set, so there is nobody to plan a run. */
    public static final class NoModelException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NoModelException() {
            super(NO_MODEL);
        }
    }

    /**
     * Begins a run.
     *
     * @throws NoModelException if no model is set
     * @throws LimitExceededException if the agent has too many open, or has spent what it may today
     */
    public Run begin(RunRequest request, Caller caller) {
        if (!hasModel) {
            throw new NoModelException();
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        String agent = caller.agent();
        String key = request.idempotencyKey();
        Optional<Run> before = key == null ? Optional.empty() : find(request.runId(agent), agent);
        if (before.isPresent()) {
            if (!request.asksFor(before.get())) {
                throw new IdempotencyKeyReusedException(String.valueOf(key));
            }
            return before.get();
        }
        Optional<String> spent =
                limits.of(agent, caller.identity().roles()).reachedToday(agent, store.spentToday(agent, now));
        if (spent.isPresent()) {
            Instant tomorrow = now.truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
            throw new LimitExceededException(
                    "daily-budget-spent",
                    "No further run today: " + spent.get() + ".",
                    Duration.between(now, tomorrow));
        }
        Run run = Run.begun(request.runId(agent), agent, caller.identity(), request, now);
        boolean here = slots.tryAcquire();
        boolean handedOver = false;
        try {
            boolean created = store.create(run, here ? owner : null, here ? now.plus(LEASE) : null, maxOpen);
            if (!created) {
                throw new LimitExceededException(
                        "too-many-runs",
                        "Agent '" + agent + "' has as many runs open as it may, " + maxOpen
                                + " (openclaw.execute.agent-max-open). Wait for one to end, or cancel one with DELETE.",
                        Duration.ofSeconds(5));
            }
            record.publish(new RunStarted(
                    run.runId(), agent, request.userId(), request.mode().name(), request.prompt(), now, Map.of()));
            if (here) {
                handedOver = true;
                submit(run);
            }
            return run;
        } finally {
            if (here && !handedOver) {
                slots.release();
            }
        }
    }

    /** Returns a run of an agent. */
    public Optional<Run> find(UUID runId, String agent) {
        return store.find(runId).filter(run -> run.asked().agent().equals(agent));
    }

    /** Waits until there is enough to tell of a run, and returns what is known then. */
    public Run await(Run run, Duration timeout, Predicate<Run> enough) {
        Instant end = clock.instant().plus(timeout);
        Run known = run;
        while (!enough.test(known)) {
            Duration left = Duration.between(clock.instant(), end);
            if (!left.isPositive()
                    || calls.isLeaving()
                    || Thread.currentThread().isInterrupted()) {
                return known;
            }
            known = awaitChange(known, left);
        }
        return known;
    }

    /** Waits until a run is another than it was, for a second at most, and returns it. */
    public Run awaitChange(Run run, Duration timeout) {
        RunSignals.Signal signal = signals.of(run.runId());
        if (store.versionOf(run.runId()) == run.version()) {
            signal.await(timeout.compareTo(LOOK_EVERY) < 0 ? timeout : LOOK_EVERY);
        }
        return store.versionOf(run.runId()) == run.version()
                ? run
                : store.find(run.runId()).orElse(run);
    }

    /** Tells whether nobody is to be kept waiting any longer. */
    public boolean isLeaving() {
        return calls.isLeaving();
    }

    /** Ends a run: what has not run does not. Returns what is known a moment later. */
    public Run cancel(Run run) {
        if (run.state().isOver()) {
            return run;
        }
        store.requestCancel(run.runId());
        return await(run, CANCELLATION_WAIT, now -> now.state().isOver());
    }

    /**
     * Decides about the plan of a run: approves it, with single steps struck or edited, or denies it.
     *
     * @throws InvalidRequestException if the decision makes no sense
     * @throws PlanDecision.ConflictException if there is no such plan to decide about, or no longer
     */
    public Run decide(Run run, PlanDecision decision, String by) throws PlanDecision.ConflictException {
        decision.requireSense(run);
        if (decision.kind() == PlanDecision.Kind.DENY) {
            return cancel(run);
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        if (!slots.tryAcquire()) {
            throw new LimitExceededException(
                    "too-many-runs", "This instance has as many runs under way as it may.", Duration.ofSeconds(2));
        }
        boolean handedOver = false;
        try {
            if (!store.claim(run, owner, now, now.plus(LEASE))) {
                throw new PlanDecision.ConflictException("somebody else decides about the plan at this moment");
            }
            held.add(run.runId());
            Run approved = approved(run, decision, by);
            handedOver = true;
            submit(approved);
            return approved;
        } finally {
            if (!handedOver) {
                held.remove(run.runId());
                slots.release();
            }
        }
    }

    private Run approved(Run run, PlanDecision decision, String by) throws PlanDecision.ConflictException {
        boolean stored = false;
        try {
            Run approved = driver.approve(run, decision, by);
            stored = true;
            return approved;
        } catch (RunStore.LeaseLostException e) {
            throw new PlanDecision.ConflictException(String.valueOf(e.getMessage()));
        } finally {
            if (!stored) {
                store.release(run.runId(), owner);
            }
        }
    }

    private void submit(Run run) {
        held.add(run.runId());
        threads.execute(() -> {
            try {
                Run after = driver.drive(run);
                held.remove(run.runId());
                if (after.state() == RunState.RUNNING) {
                    store.release(run.runId(), owner);
                }
            } catch (RunStore.LeaseLostException e) {
                log.info("{}", e.getMessage());
            } catch (RuntimeException | Error e) {
                log.warn("run {} is interrupted and goes on in a moment: {}", run.runId(), e.toString(), e);
                leaveForAMoment(run);
            } finally {
                held.remove(run.runId());
                slots.release();
            }
        });
    }

    /** Lets an interrupted run be taken up again, by any instance; if the store is away too, that is when its lease ends. */
    private void leaveForAMoment(Run run) {
        held.remove(run.runId());
        try {
            store.renew(Set.of(run.runId()), owner, clock.instant().plus(RETRY_AFTER));
        } catch (RuntimeException e) {
            log.warn("run {} goes on when its lease ends: {}", run.runId(), e.toString());
        }
    }

    private void sweep() {
        Instant now = clock.instant();
        if (renewedAt.plus(RENEW_EVERY).isBefore(now)) {
            store.renew(held, owner, now.plus(LEASE));
            renewedAt = now;
        }
        while (calls.canBeAnswered() && !calls.isLeaving() && slots.tryAcquire()) {
            Optional<Run> run = Optional.empty();
            try {
                run = store.claimNext(owner, now, now.plus(LEASE));
            } finally {
                if (run.isEmpty()) {
                    slots.release();
                }
            }
            if (run.isEmpty()) {
                break;
            }
            submit(run.get());
        }
        if (purgedAt.plus(Duration.ofHours(1)).isBefore(now)) {
            store.purgeBefore(now.minus(KEPT));
            purgedAt = now;
        }
    }

    @Override
    public void start() {
        sweeper = KeptLoop.start("runs", work, SWEEP_EVERY, this::sweep);
    }

    @Override
    public void stop() {
        KeptLoop running = sweeper;
        if (running != null) {
            running.stop(STOP_TIMEOUT);
            sweeper = null;
        }
    }

    @Override
    public boolean isRunning() {
        return sweeper != null;
    }
}
