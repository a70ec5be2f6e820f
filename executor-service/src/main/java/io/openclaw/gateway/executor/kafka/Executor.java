package io.openclaw.gateway.executor.kafka;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallWithdrawn;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.InputGiven;
import io.openclaw.gateway.common.event.OffersReported;
import io.openclaw.gateway.common.event.ResourceUpdated;
import io.openclaw.gateway.common.event.ToolsReported;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.event.UpstreamReported;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.health.KeptLoop;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.EventListeners.Received;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.PipelineLifecycle;
import io.openclaw.gateway.common.kafka.RecordReader;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.policy.LeftOut;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.executor.core.Answer;
import io.openclaw.gateway.executor.core.ClaimRules;
import io.openclaw.gateway.executor.core.ClaimedCall;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import io.openclaw.gateway.executor.persistence.ClaimStore.Position;
import io.openclaw.gateway.executor.persistence.ClaimStore.Unfinished;
import io.openclaw.gateway.executor.upstream.GuardedUpstream;
import io.openclaw.gateway.executor.upstream.Upstream;
import io.openclaw.gateway.executor.upstream.Upstreams;
import io.openclaw.gateway.executor.upstream.mcp.McpUpstream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
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
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration RENEW_EVERY = Duration.ofSeconds(2);
    private static final Duration UNHEARD_PAUSE = Duration.ofMillis(50);
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
    private final Lease lease;
    private final String instance;
    private final String claimer;
    private final BackgroundWork work;
    private final Clock clock;
    private final ConcurrentMessageListenerContainer<String, byte[]> cancellations;
    private final List<MessageListenerContainer> containers;
    private final Map<String, UpstreamReported> reports = new ConcurrentHashMap<>();
    private final Map<String, Tools> reportedTools = new ConcurrentHashMap<>();
    private final Map<String, Upstream.Offers> reportedOffers = new ConcurrentHashMap<>();
    private volatile boolean running;
    /** A take-over whose answer was lost, or whose call could not be read, left calls that are this executor's to finish. */
    private volatile boolean mayHaveTakenOverMore;

    private @Nullable KeptLoop keepsLease;
    private @Nullable KeptLoop marks;
    private @Nullable KeptLoop reads;
    private @Nullable KeptLoop takesOver;

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
            DeadLetters deadLetters,
            SignatureChain chain,
            Topics topics,
            String instance,
            String claimer,
            BackgroundWork work,
            Clock clock) {
        this.upstreams = upstreams;
        this.clearedCalls = clearedCalls;
        this.executions = executions;
        this.claims = claims;
        this.lease = lease;
        this.reader = reader;
        this.publisher = publisher;
        this.deadLetters = deadLetters;
        this.chain = chain;
        this.clearedTopic = topics.name(Topic.CALLS_CLEARED);
        this.instance = instance;
        this.claimer = claimer;
        this.work = work;
        this.clock = clock;
        this.cancellations = listeners.alone(
                "openclaw-cancel-" + claimer,
                Topic.CALLS_WITHDRAWN,
                CallWithdrawn.class,
                batch -> batch.stream()
                        .map(Received::event)
                        .filter(chain::verifies)
                        .forEach(withdrawn ->
                                executions.withdraw(withdrawn.call().callId())));
        var elsewhere = new EndsElsewhere(codec, chain, claims);
        this.containers = List.of(
                cancellations,
                listeners.batches(
                        "openclaw-executor-withdrawn", Topic.CALLS_WITHDRAWN, CallWithdrawn.class, this::cancel),
                listeners.alone("openclaw-input-" + claimer, Topic.CALLS_INPUT, InputGiven.class, conversations::take),
                listeners.unhurried(
                        "openclaw-executor-ends", List.of(topics.name(Topic.CALLS_COMPLETED)), elsewhere::take));
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
            } else if (claims.endUnclaimed(call.callId(), claimer, Outcome.CANCELLED)) {
                Answer answer = Answer.cancelledBeforeItRan();
                publisher
                        .publish(chain.sign(CallCompleted.of(
                                call,
                                List.of(),
                                answer.outcome(),
                                null,
                                answer.error(),
                                Stage.EXECUTOR,
                                clock.instant())))
                        .join();
            } else {
                // Its executor hears of it, too, and ends it; unless that one dies before.
                claims.markWithdrawn(call.callId());
            }
        }
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
            CallCleared cleared =
                    reader.read(clearedTopic, position.partition(), position.offset(), CallCleared.class, callId);
            ToolCall call = cleared.call();
            ClaimedCall claimed = unfinished.givenBack()
                    ? ClaimedCall.notStarted(call, unfinished.withdrawn())
                    : ClaimedCall.ofTheDead(call, unfinished.withdrawn());
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
        lease.renew();
        running = true;
        containers.forEach(MessageListenerContainer::start);
        // Platform threads: what virtual ones compute must not keep a lease from being renewed.
        keepsLease = KeptLoop.start("executor-lease", work, RENEW_EVERY, lease::renew);
        marks = KeptLoop.start("executor-marks", work, Duration.ZERO, executions::markEnded);
        reads = KeptLoop.start("executor-cleared", work, Duration.ZERO, this::read);
        takesOver = KeptLoop.start("executor-take-over", work, RENEW_EVERY, this::takeOver);
    }

    /** Reads calls, once it hears of withdrawals: one that was withdrawn must not start because nobody here knows that. */
    private void read() throws InterruptedException {
        if (cancellations.getAssignedPartitions() == null
                || cancellations.getAssignedPartitions().isEmpty()) {
            Thread.sleep(UNHEARD_PAUSE);
        } else {
            clearedCalls.read();
        }
    }

    /**
     * Takes no new calls, gives back those that have not started, and waits for those that run; one that does not end in time
     * is for another executor to judge.
     */
    @Override
    public void stop() {
        running = false;
        stop(takesOver);
        stop(reads);
        clearedCalls.close();
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
        containers.forEach(MessageListenerContainer::stop);
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
