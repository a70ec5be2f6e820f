package io.openclaw.gateway.executor.kafka;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.event.CallWithdrawn;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.InputGiven;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.health.KeptLoop;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.PipelineLifecycle;
import io.openclaw.gateway.common.kafka.Received;
import io.openclaw.gateway.common.kafka.RecordReader;
import io.openclaw.gateway.common.kafka.TopicReader;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.kafka.WorkQueue;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.executor.core.Answer;
import io.openclaw.gateway.executor.core.ClaimRules;
import io.openclaw.gateway.executor.core.ClaimedCall;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import io.openclaw.gateway.executor.persistence.ClaimStore.Position;
import io.openclaw.gateway.executor.persistence.ClaimStore.Unfinished;
import io.openclaw.gateway.executor.upstream.Upstreams;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * The executor: runs cleared calls, finishes those of executors that died, cancels those that were withdrawn before
 * anybody started them, and reports which upstreams answer.
 */
public final class Executor implements PipelineLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Executor.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration RENEW_EVERY = Duration.ofSeconds(2);
    private static final Duration UNHEARD_PAUSE = Duration.ofMillis(50);
    private static final String GROUP = "openclaw-executor";
    private static final int MAX_POLL_RECORDS = 128;
    private static final Duration LOCK = Duration.ofSeconds(30);
    /** Longer than any topic keeps its records (Kafka's default is seven days). */
    private static final Duration REMEMBERED = Duration.ofDays(8);

    private final Upstreams upstreams;
    private final WorkQueue clearedCalls;
    private final Executions executions;
    private final ClaimStore claims;
    private final RecordReader reader;
    private final String clearedTopic;
    private final Lease lease;
    private final String claimer;
    private final BackgroundWork work;
    private final TopicReader cancellations;
    private final List<TopicReader> readers;
    private final UpstreamReports reports;
    private volatile boolean running;
    /** A take-over whose answer was lost, or whose call could not be read, left calls that are this executor's to finish. */
    private volatile boolean mayHaveTakenOverMore;

    private @Nullable KeptLoop keepsLease;
    private @Nullable KeptLoop marks;
    private @Nullable KeptLoop takesOver;

    Executor(
            Upstreams upstreams,
            ClearedCalls clearedCalls,
            Executions executions,
            Conversations conversations,
            ClaimStore claims,
            Lease lease,
            EventListeners listeners,
            RecordReader reader,
            EventPublisher publisher,
            EventCodec codec,
            Topics topics,
            String instance,
            String claimer,
            BackgroundWork work,
            Clock clock) {
        this.upstreams = upstreams;
        this.executions = executions;
        this.claims = claims;
        this.lease = lease;
        this.reader = reader;
        this.clearedTopic = topics.name(Topic.CALLS_CLEARED);
        this.claimer = claimer;
        this.work = work;
        this.reports = new UpstreamReports(upstreams, publisher, instance, clock);
        this.cancellations = listeners.alone(
                "openclaw-cancel-" + claimer,
                Topic.CALLS_WITHDRAWN,
                CallWithdrawn.class,
                batch -> batch.stream()
                        .map(Received::event)
                        .forEach(withdrawn ->
                                executions.withdraw(withdrawn.call().callId())));
        var elsewhere = new EndsElsewhere(codec, claims);
        this.clearedCalls = listeners.claims(
                GROUP, Topic.CALLS_CLEARED, CallCleared.class, MAX_POLL_RECORDS, LOCK, this::mayRead, clearedCalls);
        this.readers = List.of(
                cancellations,
                listeners.batches(
                        "openclaw-executor-withdrawn",
                        Topic.CALLS_WITHDRAWN,
                        CallWithdrawn.class,
                        new Withdrawals(claims, publisher, claimer, clock)),
                listeners.alone("openclaw-input-" + claimer, Topic.CALLS_INPUT, InputGiven.class, conversations::take),
                listeners.inBatches(
                        "openclaw-executor-ends", List.of(topics.name(Topic.CALLS_COMPLETED)), elsewhere::take));
        upstreams.tell(reports);
    }

    private void takeOver() {
        List<Unfinished> found = new ArrayList<>();
        boolean again = mayHaveTakenOverMore;
        mayHaveTakenOverMore = true;
        found.addAll(claims.takeOver(claimer));
        if (again) {
            found.addAll(claims.takenOver(claimer));
        }
        mayHaveTakenOverMore = false;
        for (Unfinished unfinished : found) {
            try {
                finish(unfinished);
            } catch (RuntimeException e) {
                mayHaveTakenOverMore = true;
                log.warn(
                        "call {} is not finished yet: {}", unfinished.position().callId(), e.toString());
            }
        }
    }

    private void finish(Unfinished unfinished) {
        Position position = unfinished.position();
        UUID callId = position.callId();
        if (executions.isHeld(callId)) {
            return;
        }
        try {
            CallCleared cleared = reader.read(
                            clearedTopic, position.partition(), position.offset(), CallCleared.class, callId)
                    .event();
            ToolCall call = cleared.call();
            ClaimedCall claimed = unfinished.givenBack()
                    ? ClaimedCall.notStarted(call, unfinished.withdrawn())
                    : ClaimedCall.ofAnEndedProcess(call, unfinished.withdrawn());
            switch (ClaimRules.onTakeOver(false, unfinished.givenBack(), executions.isRepeatable(call))) {
                case START, REPEAT -> {
                    log.info("call {} is run here: its executor is gone", callId);
                    executions.takeOver(cleared, claimed);
                }
                case END_AS_UNKNOWN ->
                    executions.end(cleared, claimed, Answer.unknown("The executor that ran this call died."));
                case LEAVE -> {}
            }
        } catch (UnreadableEventException e) {
            log.error("call {} was left unfinished and cannot be ended: {}", callId, e.getMessage());
            claims.markEnded(Map.of(callId, Outcome.UNKNOWN));
        }
    }

    /** Calls wait for slots; what must not wait any longer is ended. */
    @Scheduled(fixedDelay = 500)
    void endOverdue() {
        executions.endOverdue();
    }

    @Scheduled(fixedDelay = 3_000)
    void report() {
        reports.report();
    }

    @Scheduled(fixedDelay = 3_600_000, initialDelay = 60_000)
    void forgetTheOld() {
        claims.forgetOlderThan(REMEMBERED);
    }

    @Override
    public void start() {
        lease.renew();
        running = true;
        readers.forEach(TopicReader::start);
        // Platform threads: what virtual ones compute must not keep a lease from being renewed.
        keepsLease = KeptLoop.start("executor-lease", work, RENEW_EVERY, lease::renew);
        marks = KeptLoop.start("executor-marks", work, Duration.ZERO, executions::markEnded);
        clearedCalls.start();
        takesOver = KeptLoop.start("executor-take-over", work, RENEW_EVERY, this::takeOver);
    }

    /** Tells whether calls may be read: not before it hears of withdrawals, since one must not start because nobody here knows of it. */
    private boolean mayRead(Duration timeout) throws InterruptedException {
        if (!cancellations.hasPartitions()) {
            Thread.sleep(UNHEARD_PAUSE);
            return false;
        }
        return executions.awaitReady(timeout);
    }

    /**
     * Takes no new calls, gives back those that have not started, and waits for those that run; one that does not end in time
     * is for another executor to judge.
     */
    @Override
    public void stop() {
        running = false;
        stop(takesOver);
        clearedCalls.stop();
        executions.giveBackWaiting();
        long end = System.nanoTime() + STOP_TIMEOUT.toNanos();
        try {
            while (!executions.isIdle() && System.nanoTime() < end) {
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!executions.isIdle()) {
            log.warn("some calls still run; their outcome will be UNKNOWN unless they may be repeated");
        }
        readers.forEach(TopicReader::stop);
        stop(marks);
        stop(keepsLease);
        upstreams.close();
        executions.close();
    }

    private static void stop(@Nullable KeptLoop loop) {
        if (loop != null) {
            loop.stop(STOP_TIMEOUT);
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
