package io.openclaw.gateway.executor.kafka;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.event.CallWithdrawn;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.ToolsReported;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.event.UpstreamReported;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.EventListeners.Received;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.RecordReader;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.executor.core.Answer;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import io.openclaw.gateway.executor.persistence.ClaimStore.Position;
import io.openclaw.gateway.executor.upstream.GuardedUpstream;
import io.openclaw.gateway.executor.upstream.Upstream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * The executor: runs cleared calls, finishes those of executors that died, cancels those that were withdrawn before
 * anybody started them, and reports which upstreams answer.
 */
public final class Executor implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Executor.class);
    private static final Duration REPORT_EVERY = Duration.ofSeconds(12);
    private static final Duration FAREWELL = Duration.ofSeconds(15);
    /** Longer than any topic keeps its records (Kafka's default is seven days). */
    private static final Duration REMEMBERED = Duration.ofDays(8);

    private final Collection<GuardedUpstream> upstreams;
    private final ClearedCalls clearedCalls;
    private final Executions executions;
    private final ClaimStore claims;
    private final RecordReader reader;
    private final EventPublisher publisher;
    private final DeadLetters deadLetters;
    private final SignatureChain chain;
    private final String clearedTopic;
    private final String instance;
    private final Clock clock;
    private final MessageListenerContainer withdrawals;
    private final Map<String, UpstreamReported> reports = new ConcurrentHashMap<>();
    private final Map<String, List<ToolDefinition>> reportedTools = new ConcurrentHashMap<>();
    private volatile boolean running;
    private List<Thread> threads = List.of();

    Executor(
            Collection<GuardedUpstream> upstreams,
            ClearedCalls clearedCalls,
            Executions executions,
            ClaimStore claims,
            EventListeners listeners,
            RecordReader reader,
            EventPublisher publisher,
            DeadLetters deadLetters,
            SignatureChain chain,
            String clearedTopic,
            String instance,
            Clock clock) {
        this.upstreams = upstreams;
        this.clearedCalls = clearedCalls;
        this.executions = executions;
        this.claims = claims;
        this.reader = reader;
        this.publisher = publisher;
        this.deadLetters = deadLetters;
        this.chain = chain;
        this.clearedTopic = clearedTopic;
        this.instance = instance;
        this.clock = clock;
        this.withdrawals = listeners.batches(
                "openclaw-executor-withdrawn", Topic.CALLS_WITHDRAWN, CallWithdrawn.class, this::cancel);
    }

    private void cancel(List<Received<CallWithdrawn>> batch) {
        for (Received<CallWithdrawn> received : batch) {
            ToolCall call = received.event().call();
            Optional<String> problem = chain.verify(call, List.of());
            if (problem.isPresent()) {
                deadLetters.put(received.record(), "refused: " + problem.get()).join();
            } else if (claims.cancel(call.callId(), instance)) {
                publisher
                        .publish(chain.sign(CallCompleted.of(
                                call,
                                List.of(),
                                Outcome.CANCELLED,
                                null,
                                CallError.of("cancelled", "The agent withdrew this call before it was started."),
                                Stage.EXECUTOR,
                                clock.instant())))
                        .join();
            }
        }
    }

    /** Keeps this instance's claims alive, and finishes what dead instances left. */
    @Scheduled(fixedDelay = 2_000)
    void renewAndTakeOver() {
        if (!isRunning()) {
            return;
        }
        try {
            claims.renew(instance);
            claims.takeOver(instance).forEach(this::finish);
        } catch (RuntimeException e) {
            log.warn("claims could not be looked after: {}", e.toString());
        }
    }

    private void finish(Position position) {
        try {
            GatewayEvent event = reader.read(clearedTopic, position.partition(), position.offset());
            if (!(event instanceof CallCleared cleared)
                    || !cleared.call().callId().equals(position.callId())) {
                throw new UnreadableEventException("another record stands where it stood");
            }
            if (executions.isRepeatable(cleared.call())) {
                log.info("call {} is run again: its executor died", position.callId());
                executions.start(cleared);
            } else {
                executions.end(cleared, Answer.unknown("The executor that ran this call died."));
            }
        } catch (UnreadableEventException e) {
            log.error("call {} was left unfinished and cannot be ended: {}", position.callId(), e.getMessage());
            claims.markEnded(Map.of(position.callId(), Outcome.UNKNOWN));
        }
    }

    /** Looks at the upstreams, and says what it saw when that is new, or was last said a while ago. */
    @Scheduled(fixedDelay = 3_000)
    void report() {
        for (GuardedUpstream upstream : upstreams) {
            reportTools(upstream);
            Upstream.Reachability seen = upstream.look();
            UpstreamReported last = reports.get(upstream.name());
            Instant now = clock.instant();
            if (last != null
                    && last.up() == seen.up()
                    && last.why().equals(seen.why())
                    && now.isBefore(last.checkedAt().plus(REPORT_EVERY))) {
                continue;
            }
            var report = new UpstreamReported(upstream.name(), seen.up(), seen.why(), now, instance, Map.of());
            try {
                publisher.publish(report).join();
                reports.put(upstream.name(), report);
            } catch (RuntimeException e) {
                log.warn("the state of {} could not be reported: {}", upstream.name(), e.toString());
            }
        }
    }

    private void reportTools(GuardedUpstream upstream) {
        List<ToolDefinition> tools = upstream.tools();
        if (tools.isEmpty() || tools.equals(reportedTools.get(upstream.name()))) {
            return;
        }
        try {
            publisher
                    .publish(new ToolsReported(upstream.name(), tools, clock.instant(), instance, Map.of()))
                    .join();
            reportedTools.put(upstream.name(), tools);
        } catch (RuntimeException e) {
            log.warn("the tools of {} could not be reported: {}", upstream.name(), e.toString());
        }
    }

    @Scheduled(fixedDelay = 3_600_000, initialDelay = 60_000)
    void forgetTheOld() {
        claims.forgetOlderThan(REMEMBERED);
    }

    @Override
    public void start() {
        claims.renew(instance);
        running = true;
        threads = List.of(
                Thread.ofPlatform().name("executor-cleared").start(() -> clearedCalls.readWhile(this::isRunning)),
                Thread.ofVirtual().name("executor-marks").start(executions::markEnded));
        withdrawals.start();
    }

    /** Takes no new calls and waits for those that run; one that does not end in time is for another executor to judge. */
    @Override
    public void stop() {
        running = false;
        withdrawals.stop();
        try {
            threads.getFirst().join(FAREWELL);
            if (!executions.awaitIdle(FAREWELL)) {
                log.warn("some calls still run; their outcome will be UNKNOWN unless they may be repeated");
            }
            long end = System.nanoTime() + FAREWELL.toNanos();
            while (!executions.isMarked() && System.nanoTime() < end) {
                Thread.sleep(10);
            }
            // What has been taken from the queue is written before the interrupt is seen.
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.getLast().interrupt();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
