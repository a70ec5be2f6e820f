package io.openclaw.gateway.ingress.execute;

import io.openclaw.gateway.common.event.RunStarted;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.health.KeptLoop;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.kafka.PipelineLifecycle;
import io.openclaw.gateway.ingress.core.IdempotencyKeyReusedException;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.core.LimitExceededException;
import io.openclaw.gateway.ingress.core.PipelineUnavailableException;
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
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.CannotCreateTransactionException;

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

    /** A run that is interrupted so often in a row, and by no outage, is a fault that does not pass. */
    static final int MAX_INTERRUPTIONS = 5;

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
            return same(request, before.get());
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
        } catch (DuplicateKeyException e) {
            // Two requests with the same idempotency key at once.
            return same(request, find(run.runId(), agent).orElseThrow(() -> e));
        } finally {
            if (here && !handedOver) {
                slots.release();
            }
        }
    }

    private static Run same(RunRequest request, Run run) {
        if (!request.asksFor(run)) {
            throw new IdempotencyKeyReusedException(String.valueOf(request.idempotencyKey()));
        }
        return run;
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
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        if (decision.kind() == PlanDecision.Kind.DENY) {
            requireClaim(run, now);
            return leased(run, () -> driver.deny(run, decision, by));
        }
        if (!slots.tryAcquire()) {
            throw new LimitExceededException(
                    "too-many-runs", "This instance has as many runs under way as it may.", Duration.ofSeconds(2));
        }
        boolean handedOver = false;
        try {
            requireClaim(run, now);
            held.add(run.runId());
            Run approved = leased(run, () -> driver.approve(run, decision, by));
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

    private void requireClaim(Run run, Instant now) throws PlanDecision.ConflictException {
        if (!store.claim(run, owner, now, now.plus(LEASE))) {
            throw new PlanDecision.ConflictException("somebody else decides about the plan at this moment");
        }
    }

    private interface Change {
        Run make() throws RunStore.LeaseLostException;
    }

    /** Changes a run that this instance has the lease of, and gives the lease back if that fails. */
    private Run leased(Run run, Change change) throws PlanDecision.ConflictException {
        boolean stored = false;
        try {
            Run changed = change.make();
            stored = true;
            return changed;
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
                leaveForAMoment(run, e);
            } finally {
                held.remove(run.runId());
                slots.release();
            }
        });
    }

    /**
     * Lets an interrupted run be taken up again, by any instance; if the store is away too, that is when its lease ends. A fault that is
     * no outage would come again each time, so after some of them in a row the run ends.
     */
    private void leaveForAMoment(Run run, Throwable fault) {
        UUID runId = run.runId();
        try {
            if (calls.isLeaving() || isOutage(fault)) {
                log.warn("run {} is interrupted and goes on in a moment: {}", runId, fault.toString());
                held.remove(runId);
                store.renew(Set.of(runId), owner, clock.instant().plus(RETRY_AFTER));
                return;
            }
            int times = store.interrupted(runId, owner, clock.instant().plus(LEASE));
            log.warn("run {} is interrupted for the {}. time in a row", runId, times, fault);
            if (times >= MAX_INTERRUPTIONS) {
                driver.giveUp(
                        store.find(runId).orElse(run),
                        "The gateway was interrupted " + times + " times in a row by "
                                + fault.getClass().getSimpleName()
                                + ", so the run was ended; the log of the gateway has the details.");
            } else {
                held.remove(runId);
                store.renew(Set.of(runId), owner, clock.instant().plus(RETRY_AFTER.multipliedBy(1L << times)));
            }
        } catch (RuntimeException | RunStore.LeaseLostException e) {
            log.warn("run {} goes on when its lease ends: {}", runId, e.toString());
        }
    }

    /** Tells whether the broker or the database is away, which passes. */
    private static boolean isOutage(Throwable fault) {
        for (Throwable e = fault; e != null; e = e.getCause()) {
            if (e instanceof RecordTooLargeException || e instanceof SerializationException) {
                return false;
            }
            if (e instanceof RetriableException
                    || e instanceof TransientDataAccessException
                    || e instanceof RecoverableDataAccessException
                    || e instanceof NonTransientDataAccessResourceException
                    || e instanceof CannotCreateTransactionException) {
                return true;
            }
            if (e instanceof PipelineUnavailableException && e.getCause() == null) {
                return true;
            }
        }
        return false;
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
