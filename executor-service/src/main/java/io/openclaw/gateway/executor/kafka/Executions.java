package io.openclaw.gateway.executor.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.policy.Freezes;
import io.openclaw.gateway.common.policy.PolicyDocument.ResultHandling;
import io.openclaw.gateway.common.policy.PolicyDocument.Results;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.common.policy.PolicyState;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.executor.core.Answer;
import io.openclaw.gateway.executor.core.ResultInspection;
import io.openclaw.gateway.executor.core.ToolTraits;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import io.openclaw.gateway.executor.upstream.GuardedUpstream;
import io.openclaw.gateway.executor.upstream.Upstreams;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs claimed calls, each on a virtual thread, and publishes what came of them. */
final class Executions {
    private static final Logger log = LoggerFactory.getLogger(Executions.class);
    private static final int MARK_AT_MOST = 500;

    private record Ended(UUID callId, Outcome outcome) {}

    private final Upstreams upstreams;
    private final Conversations conversations;
    private final EventPublisher publisher;
    private final SignatureChain chain;
    private final ClaimStore claims;
    private final MeterRegistry meters;
    private final Clock clock;
    private final int most;
    private final Semaphore places;
    private final CountDownLatch isReady = new CountDownLatch(1);
    private volatile ToolTraits traits = ToolTraits.NONE;
    private volatile Freezes freezes = Freezes.NONE;
    /** Until a policy is read, a result that is not harmless is withheld. */
    private volatile Results results = new Results(ResultHandling.BLOCK, ResultHandling.BLOCK);

    private final BlockingQueue<Ended> toMark = new LinkedBlockingQueue<>();

    /**
     * @param most how many calls may run at once
     */
    Executions(
            int most,
            Upstreams upstreams,
            Conversations conversations,
            PolicyFollower policy,
            EventPublisher publisher,
            SignatureChain chain,
            ClaimStore claims,
            Clock clock,
            MeterRegistry meters) {
        this.most = most;
        this.places = new Semaphore(most);
        this.upstreams = upstreams;
        this.conversations = conversations;
        policy.onChange(this::use);
        this.publisher = publisher;
        this.chain = chain;
        this.claims = claims;
        this.clock = clock;
        this.meters = meters;
        meters.gauge("openclaw.executor.calls.running", places, free -> most - free.availablePermits());
    }

    private void use(PolicyState state) {
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
     * Waits until a call could be run at once; returns false if none could for that long. Nothing runs before a policy was
     * read: what is frozen must not run because nobody knows that it is.
     */
    boolean awaitPlace(Duration patience) throws InterruptedException {
        if (!isReady.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            return false;
        }
        if (places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            places.release();
            return true;
        }
        return false;
    }

    /** Waits until nothing runs any more; returns false if something still does after that long. */
    boolean awaitIdle(Duration patience) throws InterruptedException {
        if (!places.tryAcquire(most, patience.toMillis(), TimeUnit.MILLISECONDS)) {
            return false;
        }
        places.release(most);
        return true;
    }

    /** Runs a call that this instance has claimed, when there is a place for it. */
    void start(CallCleared cleared) {
        Thread.ofVirtual().name("call-" + cleared.call().callId()).start(() -> {
            places.acquireUninterruptibly();
            try {
                end(cleared, frozen(cleared.call()).orElseGet(() -> run(cleared.call())));
            } finally {
                places.release();
            }
        });
    }

    /** Ends a call that this instance has claimed and does not run. */
    void end(CallCleared cleared, Answer answer) {
        ToolCall call = cleared.call();
        var inspected = ResultInspection.of(answer, results);
        Answer shown = inspected.answer();
        for (Reason finding : inspected.findings()) {
            meters.counter("openclaw.executor.result.findings", "rule", finding.ruleId())
                    .increment();
        }
        publish(chain.sign(CallCompleted.of(
                        call,
                        cleared.verdicts(),
                        shown.outcome(),
                        shown.result(),
                        shown.error(),
                        Stage.EXECUTOR,
                        clock.instant())
                .noticing(inspected.findings())));
        toMark.add(new Ended(call.callId(), shown.outcome()));
    }

    /** Ends a call that nobody has claimed and nobody will run. */
    void refuse(CallCleared cleared, Outcome outcome, CallError error) {
        publish(chain.sign(CallCompleted.of(
                cleared.call(), cleared.verdicts(), outcome, null, error, Stage.EXECUTOR, clock.instant())));
    }

    /** Tells whether a call may be run again when nobody can say whether it was run. */
    boolean isRepeatable(ToolCall call) {
        return traits.isRepeatable(call);
    }

    /** What was cleared, or approved, before it was frozen does not run after it. */
    private Optional<Answer> frozen(ToolCall call) {
        return freezes.of(call).map(freeze -> Answer.denied(CallError.of("frozen", freeze.words() + ".")));
    }

    private Answer run(ToolCall call) {
        GuardedUpstream upstream = upstreams.find(call.upstream()).orElse(null);
        if (upstream == null) {
            return Answer.failed(CallError.of(
                    "upstream_unknown",
                    "This executor reaches no upstream '" + call.upstream() + "'; it reaches " + upstreams.names()
                            + ". A policy describes where an upstream is."));
        }
        long start = System.nanoTime();
        Answer answer;
        try (var conversation = conversations.open(call, places, results)) {
            answer = upstream.run(call, isRepeatable(call), conversation);
        }
        meters.timer(
                        "openclaw.executor.calls",
                        "upstream",
                        call.upstream(),
                        "outcome",
                        answer.outcome().name())
                .record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        return answer;
    }

    /** A result that the broker does not take now is kept and tried again: what was run must not go unsaid. */
    private void publish(CallCompleted end) {
        for (Duration pause = Duration.ofMillis(200); ; pause = pause.multipliedBy(2)) {
            try {
                publisher.publish(end).join();
                return;
            } catch (RuntimeException e) {
                if (pause.compareTo(Duration.ofMinutes(2)) > 0) {
                    log.error(
                            "the end of call {} could not be published: {}",
                            end.call().callId(),
                            e.toString());
                    throw e;
                }
                log.warn(
                        "the end of call {} is not published yet: {}",
                        end.call().callId(),
                        e.toString());
                pause(pause);
            }
        }
    }

    /** Marks ended calls as ended, as many at once as there are; runs until interrupted. */
    void markEnded() {
        List<Ended> batch = new ArrayList<>();
        while (!Thread.currentThread().isInterrupted()) {
            try {
                batch.add(toMark.take());
                toMark.drainTo(batch, MARK_AT_MOST);
                Map<UUID, Outcome> ends = new LinkedHashMap<>();
                batch.forEach(ended -> ends.put(ended.callId(), ended.outcome()));
                claims.markEnded(ends);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                log.warn("{} ended calls could not be marked, and will be tried again: {}", batch.size(), e.toString());
                toMark.addAll(batch);
                pause(Duration.ofSeconds(1));
            }
            batch.clear();
        }
    }

    /** Tells whether every ended call is marked, or being marked. */
    boolean isMarked() {
        return toMark.isEmpty();
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
