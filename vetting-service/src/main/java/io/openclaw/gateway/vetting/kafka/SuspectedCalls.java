package io.openclaw.gateway.vetting.kafka;

import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallSuspected;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyFollower;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.common.signing.UntrustedCallException;
import io.openclaw.gateway.vetting.core.Examination;
import io.openclaw.gateway.vetting.core.Finding;
import io.openclaw.gateway.vetting.core.Vetting;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import io.openclaw.gateway.vetting.file.RulesInForce;
import io.openclaw.gateway.vetting.judge.Judge;
import io.openclaw.gateway.vetting.judge.Judgement;
import io.openclaw.gateway.vetting.judge.JudgementCache;
import io.openclaw.gateway.vetting.judge.RecentCalls;
import io.openclaw.gateway.vetting.judge.SuspectCase;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The model's lane: a share group, so that a call which waits for a model holds up nobody else. A record is acknowledged when
 * the verdict on it is published; one whose reader dies comes again, to another.
 */
public final class SuspectedCalls implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(SuspectedCalls.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int LONGEST_ARGUMENTS = 16_000;
    private static final int MOST_COMMANDS = 100;

    private final Supplier<ShareConsumer<String, byte[]>> consumers;
    private final String topic;
    private final EventCodec codec;
    private final DeadLetters deadLetters;
    private final EventPublisher publisher;
    private final StageStep step;
    private final Judge judge;
    private final JudgementCache cache;
    private final RulesInForce rules;
    private final RecentCalls recent;
    private final PolicyFollower policy;
    private final Redactor redactor;
    private final String instance;
    private final Clock clock;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean running;
    private volatile Thread reader = Thread.ofPlatform().unstarted(() -> {});

    public SuspectedCalls(
            Supplier<ShareConsumer<String, byte[]>> consumers,
            String topic,
            EventCodec codec,
            DeadLetters deadLetters,
            EventPublisher publisher,
            StageStep step,
            Judge judge,
            JudgementCache cache,
            RulesInForce rules,
            RecentCalls recent,
            PolicyFollower policy,
            Redactor redactor,
            String instance,
            Clock clock) {
        this.consumers = consumers;
        this.topic = topic;
        this.codec = codec;
        this.deadLetters = deadLetters;
        this.publisher = publisher;
        this.step = step;
        this.judge = judge;
        this.cache = cache;
        this.rules = rules;
        this.recent = recent;
        this.policy = policy;
        this.redactor = redactor;
        this.instance = instance;
        this.clock = clock;
    }

    private void read() {
        while (running) {
            try (ShareConsumer<String, byte[]> consumer = consumers.get()) {
                consumer.subscribe(List.of(topic));
                while (running) {
                    settle(consumer, consumer.poll(POLL));
                }
            } catch (RuntimeException e) {
                if (running) {
                    log.error("the consumer of {} broke and is replaced", topic, e);
                    pause();
                }
            }
        }
    }

    private void settle(ShareConsumer<String, byte[]> consumer, ConsumerRecords<String, byte[]> records) {
        List<CompletableFuture<AcknowledgeType>> ends = new ArrayList<>();
        List<ConsumerRecord<String, byte[]>> read = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : records) {
            read.add(record);
            ends.add(CompletableFuture.supplyAsync(() -> settle(record), threads));
        }
        for (int i = 0; i < read.size(); i++) {
            consumer.acknowledge(read.get(i), ends.get(i).join());
        }
    }

    private AcknowledgeType settle(ConsumerRecord<String, byte[]> record) {
        try {
            GatewayEvent event = codec.decode(record);
            if (!(event instanceof CallSuspected suspected)) {
                throw new UnreadableEventException(
                        "a " + event.getClass().getSimpleName() + " does not belong on " + topic);
            }
            publisher
                    .publish(step.settled(step.trusted(suspected), verdict(suspected)))
                    .join();
            return AcknowledgeType.ACCEPT;
        } catch (UnreadableEventException | UntrustedCallException e) {
            deadLetters.put(record, String.valueOf(e.getMessage())).join();
            return AcknowledgeType.ACCEPT;
        } catch (RuntimeException e) {
            log.warn("a suspected call is not settled yet and comes again: {}", e.toString());
            return AcknowledgeType.RELEASE;
        }
    }

    private Verdict verdict(CallSuspected suspected) {
        ToolCall call = suspected.call();
        Verdict rulesSaid = suspected.verdicts().getLast();
        Vetting vetting = rules.vetting();
        String version = vetting.pack().version();
        Judgement judgement = cache.find(call.digest(), version).orElseGet(() -> {
            Judgement fresh = judge.judge(() -> suspectCase(call, vetting.examine(call)));
            cache.keep(call.digest(), version, fresh);
            return fresh;
        });
        List<Reason> reasons = new ArrayList<>(rulesSaid.reasons());
        reasons.addAll(judgement.reasons());
        return Verdict.of(
                rulesSaid.stage(), judgement.decision(), reasons, instance, clock.instant(), rulesSaid.policyVersion());
    }

    private SuspectCase suspectCase(ToolCall call, Examination examination) {
        String arguments = call.arguments() == null
                ? "{}"
                : redactor.redact(call.arguments()).text();
        return new SuspectCase(
                call.address(),
                arguments.length() > LONGEST_ARGUMENTS ? arguments.substring(0, LONGEST_ARGUMENTS) + "…" : arguments,
                examination.commands().stream()
                        .limit(MOST_COMMANDS)
                        .map(Invocation::line)
                        .map(redactor::redact)
                        .toList(),
                examination.findings().stream().map(Finding::reason).toList(),
                call.agent(),
                rolesOf(call.agent()),
                call.intent() == null ? null : redactor.redact(call.intent()),
                recent.of(call.agent()));
    }

    private List<String> rolesOf(String agent) {
        return policy.current().stream()
                .flatMap(inForce -> inForce.document().agents().stream())
                .filter(known -> known.id().equals(agent))
                .map(PolicyDocument.Agent::roles)
                .findFirst()
                .orElse(List.of());
    }

    private static void pause() {
        try {
            Thread.sleep(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void start() {
        running = true;
        reader = Thread.ofPlatform().name("vetting-suspects").start(this::read);
    }

    @Override
    public void stop() {
        running = false;
        try {
            reader.join(Duration.ofSeconds(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        threads.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
