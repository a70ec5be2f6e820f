package io.openclaw.gateway.approval.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.openclaw.gateway.approval.persistence.ApprovalStore;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.EventListeners.Received;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.RecordReader;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.testing.Calls;
import io.openclaw.gateway.testing.Events;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;

/** The approval stage when a call cannot be held. */
class ApprovalsTest {
    private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    private final Keyring keyring = Keyring.generated();
    private final SignatureChain chain = new SignatureChain(keyring);
    private final EventCodec codec = new EventCodec("/test", keyring);
    private final MockProducer<String, byte[]> broker =
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer()) {
                @Override
                public void close(Duration timeout) {
                    // A template closes what it was given for one record.
                }
            };
    private final ApprovalStore store = new ApprovalStore(
            Schema.migrated("approval", TestInfrastructure.database().dataSource()),
            JdbcClient.create(TestInfrastructure.database().dataSource()));
    private final Approvals approvals = approvals();

    private Approvals approvals() {
        var template = new KafkaTemplate<String, byte[]>(() -> broker);
        var topics = new Topics("openclaw.");
        var publisher = new EventPublisher(template, codec, topics, CLOCK);
        var meters = new SimpleMeterRegistry();
        var deadLetters = new DeadLetters(template, topics, meters);
        var consumers = new DefaultKafkaConsumerFactory<String, byte[]>(Map.of());
        return new Approvals(
                Duration.ofMinutes(15),
                100,
                store,
                new EventListeners(consumers, topics, codec, publisher, deadLetters, new BackgroundWork()),
                publisher,
                deadLetters,
                new RecordReader(consumers, codec),
                topics,
                chain,
                new Redactor(),
                CLOCK,
                meters);
    }

    private CallEscalated escalated(String tool) {
        ToolCall call =
                chain.seal(Calls.call("agent-" + UUID.randomUUID(), "openclaw", tool, RawJson.EMPTY_OBJECT, NOW));
        var asks = Verdict.of(
                Stage.POLICY, Decision.ESCALATE, List.of(new Reason("a", "b", Severity.INFO)), "p", NOW, null);
        return new CallEscalated(call, chain.append(call, List.of(), asks), Map.of());
    }

    private Received<CallEscalated> received(CallEscalated event) {
        return new Received<>(
                Events.signed(keyring, event),
                new ConsumerRecord<>("openclaw.calls.escalated", 0, 0, "key", new byte[0]));
    }

    private List<ProducerRecord<String, byte[]>> published(String topic) {
        return broker.history().stream()
                .filter(record -> record.topic().equals("openclaw." + topic))
                .toList();
    }

    /** PostgreSQL holds no NUL: ingress refuses one, and a stage that is given one all the same ends its call. */
    @Test
    void aCallThatCannotBeHeldEndsAsFailedAndHoldsUpNoOther() {
        CallEscalated bad = escalated("mess\0age");
        CallEscalated good = escalated("message");

        approvals.hold(List.of(received(bad), received(good)));

        assertThat(store.find(good.call().callId())).isPresent();
        assertThat(store.find(bad.call().callId())).isEmpty();
        assertThat(published("calls.dead-letter")).hasSize(1);
        assertThat(published("calls.completed")).singleElement().satisfies(record -> {
            CallCompleted end = Json.readEvent(record.value(), CallCompleted.class);
            assertThat(end.call().callId()).isEqualTo(bad.call().callId());
            assertThat(end.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(end.completedBy()).isEqualTo(Stage.APPROVAL);
            assertThat(String.valueOf(end.error())).contains("stage_failed", "was not run");
        });
    }

    @Test
    void aForgedRecordIsPutAsideAndEndsNothing() {
        CallEscalated real = escalated("message");
        approvals.hold(List.of(received(new CallEscalated(
                real.call(), List.of(real.verdicts().getFirst().offered()), Map.of()))));
        assertThat(store.find(real.call().callId())).isEmpty();
        assertThat(published("calls.dead-letter")).hasSize(1);
        assertThat(published("calls.completed")).isEmpty();
    }
}
