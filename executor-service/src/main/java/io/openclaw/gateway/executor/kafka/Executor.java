package io.openclaw.gateway.executor.kafka;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.event.CallWithdrawn;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.InputGiven;
import io.openclaw.gateway.common.event.OffersReported;
import io.openclaw.gateway.common.event.ResourceUpdated;
import io.openclaw.gateway.common.event.ToolsReported;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.event.UpstreamReported;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.EventListeners.Received;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.PipelineLifecycle;
import io.openclaw.gateway.common.kafka.RecordReader;
import io.openclaw.gateway.common.policy.LeftOut;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.executor.core.Answer;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import io.openclaw.gateway.executor.persistence.ClaimStore.Position;
import io.openclaw.gateway.executor.upstream.GuardedUpstream;
import io.openclaw.gateway.executor.upstream.Upstream;
import io.openclaw.gateway.executor.upstream.Upstreams;
import io.openclaw.gateway.executor.upstream.mcp.McpUpstream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.scheduling.annotation.Scheduled;

/**
 * The executor: runs cleared calls, finishes those of executors that died, cancels those that were withdrawn before
 * anybody started them, and reports which upstreams answer.
 */
public final class Executor implements PipelineLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Executor.class);
    private static final Duration REPORT_EVERY = Duration.ofSeconds(12);
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(10);
    private static final Duration FAREWELL = Duration.ofSeconds(15);
    /** Longer than any topic keeps its records (Kafka's default is seven days). */
    private static final Duration REMEMBERED = Duration.ofDays(8);

    private final Upstreams upstreams;
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
    private final MessageListenerContainer inputs;
    private final MessageListenerContainer cancellations;
    private final Map<String, UpstreamReported> reports = new ConcurrentHashMap<>();
    private final Map<String, Tools> reportedTools = new ConcurrentHashMap<>();
    private final Map<String, Upstream.Offers> reportedOffers = new ConcurrentHashMap<>();
    private volatile boolean running;

    /** What an upstream lists as tools. */
    private record Tools(List<ToolDefinition> usable, List<LeftOut> leftOut) {
        static final Tools NONE = new Tools(List.of(), List.of());

        static Tools of(Upstream upstream) {
            return new Tools(upstream.tools(), upstream.leftOut());
        }

        static Tools of(GuardedUpstream upstream) {
            return new Tools(upstream.tools(), upstream.leftOut());
        }
    }

    private List<Thread> threads = List.of();

    Executor(
            Upstreams upstreams,
            ClearedCalls clearedCalls,
            Executions executions,
            Conversations conversations,
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
        this.inputs =
                listeners.alone("openclaw-input-" + instance, Topic.CALLS_INPUT, InputGiven.class, conversations::take);
        this.cancellations = listeners.alone(
                "openclaw-cancel-" + instance,
                Topic.CALLS_WITHDRAWN,
                CallWithdrawn.class,
                batch -> batch.stream()
                        .map(Received::event)
                        .filter(chain::verifies)
                        .forEach(withdrawn ->
                                conversations.cancel(withdrawn.call().callId())));
        upstreams.tell(new McpUpstream.News() {
            @Override
            public void changed(Upstream upstream) {
                reportTools(upstream.name(), Tools.of(upstream), upstream.offers(), true);
            }

            @Override
            public void resourceUpdated(Upstream upstream, String uri) {
                publish(new ResourceUpdated(upstream.name(), uri, clock.instant(), instance, Map.of()));
            }
        });
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
            CallCleared cleared = reader.read(
                    clearedTopic, position.partition(), position.offset(), CallCleared.class, position.callId());
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
        // Looking may take seconds where nobody answers, and the others are not to wait for that.
        List<Thread> looks = upstreams.all().stream()
                .map(upstream -> Thread.ofVirtual().start(() -> report(upstream)))
                .toList();
        try {
            for (Thread look : looks) {
                look.join(LONGEST_LOOK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void report(GuardedUpstream upstream) {
        reportTools(upstream.name(), Tools.of(upstream), upstream.offers(), false);
        Upstream.Reachability seen = upstream.look();
        UpstreamReported last = reports.get(upstream.name());
        Instant now = clock.instant();
        if (last != null
                && last.up() == seen.up()
                && last.why().equals(seen.why())
                && now.isBefore(last.checkedAt().plus(REPORT_EVERY))) {
            return;
        }
        var report = new UpstreamReported(upstream.name(), seen.up(), seen.why(), now, instance, Map.of());
        if (publish(report)) {
            reports.put(upstream.name(), report);
        }
    }

    /**
     * Reports what an upstream has.
     *
     * @param anyway also if it is what was reported before: the upstream says that something changed
     */
    private void reportTools(String upstream, Tools tools, Upstream.Offers offers, boolean anyway) {
        if (!tools.equals(Tools.NONE) && (anyway || !tools.equals(reportedTools.get(upstream)))) {
            if (publish(new ToolsReported(
                    upstream, tools.usable(), tools.leftOut(), clock.instant(), instance, Map.of()))) {
                reportedTools.put(upstream, tools);
            }
        }
        boolean offersNothing = offers.equals(Upstream.Offers.NONE) && !reportedOffers.containsKey(upstream);
        if (!offersNothing && (anyway || !offers.equals(reportedOffers.get(upstream)))) {
            if (publish(new OffersReported(
                    upstream,
                    offers.prompts(),
                    offers.resources(),
                    offers.resourceTemplates(),
                    clock.instant(),
                    instance,
                    Map.of()))) {
                reportedOffers.put(upstream, offers);
            }
        }
    }

    private boolean publish(GatewayEvent report) {
        try {
            publisher.publish(report).join();
            return true;
        } catch (RuntimeException e) {
            log.warn("{} could not be reported: {}", report.key(), e.toString());
            return false;
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
        inputs.start();
        cancellations.start();
    }

    /** Takes no new calls and waits for those that run; one that does not end in time is for another executor to judge. */
    @Override
    public void stop() {
        running = false;
        withdrawals.stop();
        inputs.stop();
        cancellations.stop();
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
        upstreams.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
