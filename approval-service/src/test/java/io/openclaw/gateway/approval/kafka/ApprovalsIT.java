package io.openclaw.gateway.approval.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.core.Person;
import io.openclaw.gateway.approval.persistence.ApprovalStore;
import io.openclaw.gateway.approval.persistence.GrantStore;
import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.ApprovalChanged;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.event.CallWithdrawn;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.DeadLetters;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.Received;
import io.openclaw.gateway.common.kafka.RecordReader;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.policy.PlanApproval;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.testing.Calls;
import io.openclaw.gateway.testing.Events;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;

class ApprovalsIT {
    private static final Schema SCHEMA =
            Schema.migrated("approval", TestInfrastructure.database().dataSource());
    private static final JdbcClient JDBC =
            JdbcClient.create(TestInfrastructure.database().dataSource());
    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
    private static final TopicPartition ESCALATED = new TopicPartition("openclaw.calls.escalated", 0);
    private static final Person ADA = new Person("ada", List.of(Person.EVERY_GROUP));

    private final Keyring keyring = Keyring.generated();
    private final SignatureChain chain = new SignatureChain(keyring);
    private final EventCodec codec = new EventCodec("/test", keyring);
    private final Topics topics = new Topics("openclaw.");
    private final Broker broker = new Broker();
    private final KafkaTemplate<String, byte[]> template = new KafkaTemplate<>(() -> broker);
    private final MovableClock clock = new MovableClock();
    private final List<ConsumerRecord<String, byte[]>> escalated = new ArrayList<>();
    private final String agent = "agent-" + UUID.randomUUID();
    private final Approvals approvals = new Approvals(
            Duration.ofMinutes(15),
            2,
            new ApprovalStore(SCHEMA, JDBC),
            new GrantStore(SCHEMA, JDBC),
            new EventPublisher(template, codec, topics, clock),
            new DeadLetters(template, topics, new SimpleMeterRegistry()),
            new RecordReader(
                    new DefaultKafkaConsumerFactory<>(Map.of()) {
                        @Override
                        public Consumer<String, byte[]> createConsumer(
                                @Nullable String groupId,
                                @Nullable String clientIdPrefix,
                                @Nullable String clientIdSuffix,
                                @Nullable Properties properties) {
                            return escalatedTopic();
                        }
                    },
                    codec),
            topics,
            chain,
            new Redactor(),
            clock,
            new SimpleMeterRegistry());

    /** Rows that other classes left unpublished would be handed on first. */
    @BeforeAll
    static void empty() {
        JDBC.sql("truncate approval.approvals cascade").update();
    }

    private static final class MovableClock extends Clock {
        private Instant now = NOW;

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
            return now;
        }
    }

    private static final class Broker extends MockProducer<String, byte[]> {
        private boolean isAway;

        Broker() {
            super(true, null, new StringSerializer(), new ByteArraySerializer());
        }

        @Override
        public synchronized Future<RecordMetadata> send(
                ProducerRecord<String, byte[]> record, @Nullable Callback callback) {
            if (isAway) {
                throw new TimeoutException("no broker");
            }
            return super.send(record, callback);
        }

        @Override
        public void close(Duration timeout) {
            // A template closes what it was given for one record.
        }
    }

    private Consumer<String, byte[]> escalatedTopic() {
        var consumer = new MockConsumer<String, byte[]>("earliest");
        consumer.updateBeginningOffsets(Map.of(ESCALATED, 0L));
        consumer.updateEndOffsets(Map.of(ESCALATED, (long) escalated.size()));
        consumer.schedulePollTask(() -> escalated.stream()
                .filter(record -> record.offset() >= consumer.position(ESCALATED))
                .forEach(consumer::addRecord));
        return consumer;
    }

    private static Verdict verdict(Stage stage, Decision outcome) {
        return Verdict.of(
                stage, outcome, List.of(new Reason("a/b", "because", Severity.MEDIUM)), stage.label() + "-1", NOW, "v");
    }

    private CallEscalated escalated() {
        return escalated("message");
    }

    private CallEscalated escalated(String tool) {
        ToolCall call = chain.seal(Calls.call(agent, "openclaw", tool, RawJson.of("{\"text\":\"hi\"}"), NOW));
        List<Verdict> verdicts = chain.append(call, List.of(), verdict(Stage.POLICY, Decision.ALLOW));
        return new CallEscalated(
                call, chain.append(call, verdicts, verdict(Stage.VETTING, Decision.ESCALATE)), Map.of());
    }

    private UUID hold(CallEscalated event) {
        ConsumerRecord<String, byte[]> record = Events.record(keyring, event, escalated.size());
        escalated.add(record);
        approvals.hold(List.of(new Received<>(Events.signed(keyring, event), record)));
        return event.call().callId();
    }

    private Status statusOf(UUID callId) {
        return approvals.find(callId).map(Approval::status).orElseThrow();
    }

    /** Returns what was published of a call, proven by its signatures. */
    private List<GatewayEvent> published(UUID callId) {
        List<GatewayEvent> events = new ArrayList<>();
        for (ProducerRecord<String, byte[]> sent : broker.history()) {
            if (sent.key().equals(callId.toString()) && !sent.topic().endsWith("dead-letter")) {
                try {
                    events.add(codec.decode(Events.received(sent, 0)).event());
                } catch (UnreadableEventException e) {
                    throw new AssertionError(e);
                }
            }
        }
        return events;
    }

    private List<String> deadLetterReasons() {
        return broker.history().stream()
                .filter(sent -> sent.topic().endsWith("dead-letter"))
                .map(sent -> String.valueOf(EventCodec.header(sent.headers(), DeadLetters.REASON)))
                .toList();
    }

    @Test
    void holdsACallAndSaysThatItWaits() {
        UUID callId = hold(escalated());
        assertThat(statusOf(callId)).isEqualTo(Status.PENDING);
        assertThat(published(callId)).singleElement().isInstanceOfSatisfying(ApprovalChanged.class, changed -> {
            assertThat(changed.status()).isEqualTo(Status.PENDING);
            assertThat(changed.call().arguments()).isNull();
        });
    }

    @Test
    void clearsACallThatAPersonApprovesWithAllItsEvidence() {
        UUID callId = hold(escalated());
        assertThat(approvals.decide(callId, Status.APPROVED, ADA, "fine")).isTrue();
        assertThat(published(callId).getLast()).isInstanceOfSatisfying(CallCleared.class, cleared -> {
            assertThat(cleared.verdicts())
                    .extracting(Verdict::stage)
                    .containsExactly(Stage.POLICY, Stage.VETTING, Stage.APPROVAL);
            assertThat(chain.verify(cleared.call(), cleared.verdicts())).isEmpty();
            assertThat(cleared.call().arguments()).isNotNull();
        });
    }

    @Test
    void endsACallThatAPersonDenies() {
        UUID callId = hold(escalated());
        assertThat(approvals.decide(callId, Status.DENIED, ADA, "no")).isTrue();
        assertThat(published(callId).getLast())
                .isInstanceOfSatisfying(
                        CallCompleted.class, end -> assertThat(end.outcome()).isEqualTo(Outcome.DENIED));
        assertThat(approvals.decide(callId, Status.APPROVED, ADA, "after all")).isFalse();
    }

    @Test
    void endsACallThatNobodyDecidesAboutInTime() {
        UUID callId = hold(escalated());
        clock.now = NOW.plusSeconds(59);
        approvals.expireAndPublish();
        assertThat(statusOf(callId)).isEqualTo(Status.PENDING);
        clock.now = NOW.plusSeconds(61);
        approvals.expireAndPublish();
        assertThat(published(callId).getLast()).isInstanceOfSatisfying(CallCompleted.class, end -> {
            assertThat(end.outcome()).isEqualTo(Outcome.EXPIRED);
            assertThat(end.completedBy()).isEqualTo(Stage.APPROVAL);
        });
    }

    @Test
    void publishesADecisionWhenTheBrokerIsBack() {
        UUID callId = hold(escalated());
        broker.isAway = true;
        assertThat(approvals.decide(callId, Status.APPROVED, ADA, null)).isTrue();
        assertThat(published(callId)).hasSize(1);
        broker.isAway = false;
        approvals.expireAndPublish();
        approvals.expireAndPublish();
        assertThat(published(callId).stream().map(event -> event.getClass().getSimpleName()))
                .containsExactly("ApprovalChanged", "ApprovalChanged", "CallCleared");
    }

    @Test
    void holdsACallOnceHoweverOftenItsRecordComes() {
        CallEscalated event = escalated();
        UUID callId = hold(event);
        approvals.decide(callId, Status.APPROVED, ADA, null);
        approvals.hold(List.of(new Received<>(Events.signed(keyring, event), escalated.getFirst())));
        assertThat(statusOf(callId)).isEqualTo(Status.APPROVED);
        assertThat(published(callId)).hasSize(3);
    }

    @Test
    void cancelsAWithdrawnCallAndLeavesItsEndToTheExecutor() {
        CallEscalated event = escalated();
        UUID callId = hold(event);
        var withdrawn = new CallWithdrawn(event.call().withoutArguments());
        approvals.cancel(
                List.of(new Received<>(Events.signed(keyring, withdrawn), Events.record(keyring, withdrawn, 0))));
        assertThat(statusOf(callId)).isEqualTo(Status.CANCELLED);
        assertThat(published(callId))
                .allMatch(ApprovalChanged.class::isInstance)
                .hasSize(2);
    }

    @Test
    void deniesWhatIsMoreOfOneAgentThanPeopleCanDecide() {
        hold(escalated());
        hold(escalated());
        UUID third = hold(escalated());
        assertThat(published(third).getLast())
                .isInstanceOfSatisfying(
                        CallCompleted.class, end -> assertThat(end.outcome()).isEqualTo(Outcome.DENIED));
    }

    /** Vetting signs the event, and a person must not be asked about a verdict that policy never gave. */
    @Test
    void putsAsideWhatComesWithAVerdictThatItsStageDidNotGive() {
        CallEscalated good = escalated();
        Verdict changed = verdict(Stage.POLICY, Decision.ALLOW)
                .signed(Objects.requireNonNull(good.verdicts().getLast().signature()));
        var forged =
                new CallEscalated(good.call(), List.of(changed, good.verdicts().getLast()), Map.of());
        UUID callId = hold(forged);
        assertThat(approvals.find(callId)).isEmpty();
        assertThat(deadLetterReasons())
                .singleElement()
                .asString()
                .contains("the verdict of policy is not signed by policy for this call");
        assertThat(published(callId)).isEmpty();
    }

    /** PostgreSQL holds no NUL: ingress refuses one, and a stage that is given one all the same ends its call. */
    @Test
    void endsACallThatCannotBeHeldAndHoldsTheOthers() {
        UUID bad = hold(escalated("mess\0age"));
        UUID good = hold(escalated());
        assertThat(approvals.find(bad)).isEmpty();
        assertThat(deadLetterReasons()).hasSize(1);
        assertThat(published(bad)).singleElement().isInstanceOfSatisfying(CallCompleted.class, end -> {
            assertThat(end.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(end.completedBy()).isEqualTo(Stage.APPROVAL);
            assertThat(String.valueOf(end.error())).contains("stage_failed", "was not run");
        });
        assertThat(statusOf(good)).isEqualTo(Status.PENDING);
    }

    private CallEscalated ofRun(UUID run, String upstream, String tool, RawJson arguments, Mode mode) {
        ToolCall call = chain.seal(new ToolCall(
                CallIds.next(),
                agent,
                upstream,
                tool,
                arguments,
                Origin.PLAN,
                mode,
                NOW,
                NOW.plusSeconds(600),
                run,
                null,
                null,
                null,
                0,
                Digest.of(agent, upstream, tool, arguments),
                null,
                Map.of()));
        List<Verdict> verdicts = chain.append(call, List.of(), verdict(Stage.POLICY, Decision.ESCALATE));
        return new CallEscalated(call, verdicts, Map.of());
    }

    @Test
    void aStepOfAPlanThatPeopleApprovedIsApprovedWithItOnceAndNothingElseIs() {
        UUID run = UUID.randomUUID();
        RawJson toBob = RawJson.of("{\"to\":\"bob\"}");
        var plan = new PlanApproval(
                run, "digest", List.of(new PlanApproval.Step("openclaw", "message", toBob)), List.of());
        UUID question = hold(ofRun(run, PlanApproval.UPSTREAM, PlanApproval.TOOL, RawJson.from(plan), Mode.DECIDE));
        assertThat(statusOf(question)).isEqualTo(Status.PENDING);
        assertThat(approvals.decide(question, Status.APPROVED, ADA, null)).isTrue();

        UUID step = hold(ofRun(run, "openclaw", "message", toBob, Mode.EXECUTE));
        assertThat(statusOf(step)).isEqualTo(Status.APPROVED);
        assertThat(statusOf(hold(ofRun(run, "openclaw", "message", toBob, Mode.EXECUTE))))
                .as("the step once more")
                .isEqualTo(Status.PENDING);
        assertThat(statusOf(hold(ofRun(UUID.randomUUID(), "openclaw", "message", toBob, Mode.EXECUTE))))
                .as("the call of another run")
                .isEqualTo(Status.PENDING);
    }
}
