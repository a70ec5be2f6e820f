package io.openclaw.gateway.vetting.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallAuthorized;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallSuspected;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.testing.Calls;
import io.openclaw.gateway.testing.Events;
import io.openclaw.gateway.vetting.file.RulesInForce;
import io.openclaw.gateway.vetting.judge.JudgeSettings;
import io.openclaw.gateway.vetting.judge.JudgementCache;
import io.openclaw.gateway.vetting.judge.RecentCalls;
import io.openclaw.gateway.vetting.judge.RefusedQuestions;
import io.openclaw.gateway.vetting.judge.Settlement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockShareConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.KafkaTemplate;

/** The model's lane when settling a call throws. */
class SuspectedCallsTest {
    private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");
    private static final String TOPIC = "openclaw.calls.suspect";

    private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    private final Keyring keyring = Keyring.generated();
    private final SignatureChain chain = new SignatureChain(keyring);
    private final StageStep step = new StageStep(chain);
    private final EventCodec codec = new EventCodec("/test", keyring);
    private final Consumer consumer = new Consumer();
    private final Broker broker = new Broker();
    private final RulesInForce rules = new RulesInForce(null, List.of());
    private final SuspectedCalls lane = lane();

    private static final class Consumer extends MockShareConsumer<String, byte[]> {
        final List<AcknowledgeType> acknowledged = new CopyOnWriteArrayList<>();

        @Override
        public synchronized void acknowledge(ConsumerRecord<String, byte[]> record, AcknowledgeType type) {
            super.acknowledge(record, type);
            acknowledged.add(type);
        }
    }

    /** Nothing can be settled with it: the verdict has no time. */
    private static final class BrokenClock extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            throw new IllegalStateException("the clock is broken");
        }
    }

    private static final class Broker extends MockProducer<String, byte[]> {
        Broker() {
            super(true, null, new StringSerializer(), new ByteArraySerializer());
        }

        @Override
        public void close(Duration timeout) {
            // A template closes what it was given for one record.
        }
    }

    private SuspectedCalls lane() {
        var template = new KafkaTemplate<String, byte[]>(() -> broker);
        var topics = new Topics("openclaw.");
        var settlement = new Settlement(
                new JudgeSettings(
                                "openai",
                                "http://127.0.0.1:9",
                                "sk",
                                "m",
                                null,
                                Duration.ofSeconds(5),
                                100,
                                100,
                                1,
                                20,
                                90,
                                70,
                                0,
                                0)
                        .judge(new SimpleMeterRegistry(), clock)
                        .orElseThrow(),
                new JudgementCache(clock),
                new RefusedQuestions(clock),
                rules,
                new RecentCalls(),
                agent -> List.of(),
                new Redactor(),
                "judge",
                new BrokenClock());
        return new SuspectedCalls(
                () -> consumer,
                TOPIC,
                codec,
                new DeadLetters(template, topics, new SimpleMeterRegistry()),
                new EventPublisher(template, codec, topics, clock),
                step,
                settlement,
                new BackgroundWork(),
                clock);
    }

    @AfterEach
    void stop() {
        lane.stop();
    }

    private ToolCall call() {
        return chain.seal(
                Calls.call("demo", "openclaw", "exec", RawJson.of("{\"command\":\"rm -rf \\\"$BUILD\\\"\"}"), NOW));
    }

    private CallSuspected suspected(ToolCall call) {
        var allowed =
                Verdict.of(Stage.POLICY, Decision.ALLOW, List.of(new Reason("a", "b", Severity.INFO)), "p", NOW, null);
        var authorized = new CallAuthorized(call, chain.append(call, List.of(), allowed), Map.of());
        return (CallSuspected) new VettingStage(
                        rules, step, true, new RecentCalls(), new Redactor(), "v", clock, new SimpleMeterRegistry())
                .after(Events.signed(keyring, authorized));
    }

    private AcknowledgeType settled(CallSuspected event, int delivery) {
        var sent = codec.encode(event, TOPIC, null, NOW);
        lane.start();
        await().until(() -> !consumer.subscription().isEmpty());
        consumer.addRecord(new ConsumerRecord<>(
                TOPIC,
                0,
                0,
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                sent.key(),
                sent.value(),
                sent.headers(),
                Optional.empty(),
                Optional.of((short) delivery)));
        await().until(() -> !consumer.acknowledged.isEmpty());
        return consumer.acknowledged.getFirst();
    }

    private List<ProducerRecord<String, byte[]>> published(String topic) {
        return broker.history().stream()
                .filter(record -> record.topic().equals("openclaw." + topic))
                .toList();
    }

    @Test
    void comesAgainWhileDeliveriesAreLeft() {
        assertThat(settled(suspected(call()), 1)).isEqualTo(AcknowledgeType.RELEASE);
        assertThat(broker.history()).isEmpty();
    }

    @Test
    void endsTheCallAsFailedAfterTheLastDelivery() {
        ToolCall call = call();
        assertThat(settled(suspected(call), 4)).isEqualTo(AcknowledgeType.ACCEPT);
        assertThat(published("calls.dead-letter")).hasSize(1);
        assertThat(published("calls.completed")).singleElement().satisfies(record -> {
            CallCompleted end = Json.readEvent(record.value(), CallCompleted.class);
            assertThat(end.call().callId()).isEqualTo(call.callId());
            assertThat(end.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(end.completedBy()).isEqualTo(Stage.VETTING);
            assertThat(String.valueOf(end.error())).contains("stage_failed", "was not run");
        });
    }

    /** Nobody ends a call for whoever made its record up. */
    @Test
    void aRecordThatVettingDidNotOfferIsPutAsideAndEndsNothing() {
        CallSuspected offered = suspected(call());
        var forged = new CallSuspected(offered.call(), offered.verdicts().subList(0, 1), Map.of());
        assertThat(settled(forged, 1)).isEqualTo(AcknowledgeType.ACCEPT);
        assertThat(published("calls.dead-letter")).hasSize(1);
        assertThat(published("calls.completed")).isEmpty();
    }
}
