package io.openclaw.gateway.approval.channel;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.openclaw.gateway.approval.channel.core.Answer;
import io.openclaw.gateway.approval.channel.core.Channel;
import io.openclaw.gateway.approval.channel.core.Contacts;
import io.openclaw.gateway.approval.channel.core.Hours;
import io.openclaw.gateway.approval.channel.core.OnCall;
import io.openclaw.gateway.approval.channel.core.People;
import io.openclaw.gateway.approval.channel.core.Right;
import io.openclaw.gateway.approval.channel.core.Rights;
import io.openclaw.gateway.approval.channel.core.Routing;
import io.openclaw.gateway.approval.channel.core.WrongSignatureException;
import io.openclaw.gateway.approval.channel.http.VendorClient;
import io.openclaw.gateway.approval.channel.persistence.ChannelStore;
import io.openclaw.gateway.approval.channel.slack.SlackChannel;
import io.openclaw.gateway.approval.channel.slack.SlackInteractions;
import io.openclaw.gateway.approval.channel.web.ChannelController;
import io.openclaw.gateway.approval.channel.web.ChannelDoors;
import io.openclaw.gateway.approval.channel.webhook.WebhookChannel;
import io.openclaw.gateway.approval.channel.webhook.WebhookDecisions;
import io.openclaw.gateway.approval.channel.webhook.WebhookSignature;
import io.openclaw.gateway.approval.channel.whatsapp.WhatsAppChannel;
import io.openclaw.gateway.approval.channel.whatsapp.WhatsAppWebhook;
import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.core.Person;
import io.openclaw.gateway.approval.desk.ApprovalDesk;
import io.openclaw.gateway.approval.kafka.Approvals;
import io.openclaw.gateway.approval.persistence.ApprovalStore;
import io.openclaw.gateway.approval.persistence.GrantStore;
import io.openclaw.gateway.approval.persistence.PeopleStore;
import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.console.ConsoleJournal;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.event.ConsoleActed;
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
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.testing.Events;
import io.openclaw.gateway.testing.MutableClock;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;

/** The approval service with channels on a real database, with doubles of the vendors and of the broker. */
final class Bench implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
    static final String ALICE = "4915100000001";
    static final String BOB = "4915100000002";
    static final String ALICE_IN_SLACK = "UALICE";
    static final String BOB_IN_SLACK = "UBOB";

    private static final TopicPartition ESCALATED = new TopicPartition("openclaw.calls.escalated", 0);
    private static final Schema SCHEMA =
            Schema.migrated("approval", TestInfrastructure.database().dataSource());

    static final JdbcClient JDBC =
            JdbcClient.create(TestInfrastructure.database().dataSource());

    final GraphDouble graph = new GraphDouble();
    final SlackDouble slack = new SlackDouble();
    final ProgramDouble program = new ProgramDouble();
    final MutableClock clock = new MutableClock(NOW);
    final ApprovalStore approvals = new ApprovalStore(SCHEMA, JDBC);
    final PeopleStore people = new PeopleStore(SCHEMA, JDBC);
    final ChannelStore store = new ChannelStore(SCHEMA, JDBC);
    final Map<String, List<String>> approvers = new HashMap<>(Map.of("alice", List.of("*"), "bob", List.of("*")));
    final Map<String, Contacts.Contact> contacts = new HashMap<>();
    final ApprovalDesk desk;

    Routing routing = Routing.ALL_AT_ONCE;
    OnCall onCall = new OnCall.Schedule(List.of(), ZoneOffset.UTC);
    Rights rights = new Rights(
            Map.of(
                    Severity.INFO, Right.APPROVE,
                    Severity.LOW, Right.APPROVE,
                    Severity.MEDIUM, Right.APPROVE,
                    Severity.HIGH, Right.APPROVE),
            List.of());
    boolean endsUnreachable;

    @Nullable
    String template = "approval_request";

    private final Keyring keyring = Keyring.generated();
    private final SignatureChain chain = new SignatureChain(keyring);
    private final EventCodec codec = new EventCodec("/test", keyring);
    private final Broker broker = new Broker();
    private final List<ConsumerRecord<String, byte[]>> escalated = new CopyOnWriteArrayList<>();
    private final ConsoleJournal journal;
    private final Approvals desks;
    private final String agent = "agent-" + UUID.randomUUID();

    private static final class Broker extends MockProducer<String, byte[]> {
        Broker() {
            super(true, null, new StringSerializer(), new ByteArraySerializer());
        }

        @Override
        public void close(Duration timeout) {
            // A template closes what it was given for one record.
        }
    }

    Bench() {
        JDBC.sql("truncate approval.approvals, approval.grants, approval.delegations, approval.paces,"
                        + " approval.presses, approval.conversations, approval.deliveries cascade")
                .update();
        var topics = new Topics("openclaw.");
        var template = new KafkaTemplate<String, byte[]>(() -> broker);
        var publisher = new EventPublisher(template, codec, topics, clock);
        var grants = new GrantStore(SCHEMA, JDBC);
        journal = new ConsoleJournal(publisher, "test", clock);
        desks = new Approvals(
                Duration.ofMinutes(15),
                10_000,
                approvals,
                grants,
                publisher,
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
        desk = new ApprovalDesk(desks, approvals, grants, people, journal, new Redactor(), clock);
        contact("alice", Map.of("whatsapp", ALICE, "slack", ALICE_IN_SLACK, "webhook", "alice@example.com"), null);
    }

    void contact(String person, Map<String, String> addresses, @Nullable Hours hours) {
        contacts.put(person, new Contacts.Contact(person, addresses, hours));
    }

    private Consumer<String, byte[]> escalatedTopic() {
        var consumer = new MockConsumer<String, byte[]>("earliest");
        consumer.updateBeginningOffsets(Map.of(ESCALATED, 0L));
        consumer.updateEndOffsets(Map.of(ESCALATED, (long) escalated.size()));
        consumer.schedulePollTask(() ->
                escalated.stream().skip(consumer.position(ESCALATED)).limit(1).forEach(consumer::addRecord));
        return consumer;
    }

    private Contacts known() {
        return new Contacts(List.copyOf(contacts.values()), ZoneOffset.UTC);
    }

    WhatsAppChannel whatsApp() {
        return new WhatsAppChannel(
                new WhatsAppChannel.Settings(
                        URI.create(graph.url() + "/v24.0/" + GraphDouble.PHONE + "/messages"),
                        GraphDouble.TOKEN,
                        template,
                        template,
                        "en",
                        Right.APPROVE),
                new VendorClient(Duration.ofSeconds(30), clock));
    }

    SlackChannel slackChannel() {
        return new SlackChannel(
                new SlackChannel.Settings(slack.url(), SlackDouble.TOKEN, Right.APPROVE),
                new VendorClient(Duration.ofSeconds(30), clock));
    }

    WebhookChannel webhook() {
        return new WebhookChannel(
                new WebhookChannel.Settings(program.url(), new WebhookSignature(ProgramDouble.SECRET), Right.APPROVE),
                new VendorClient(Duration.ofSeconds(30), clock),
                clock);
    }

    Sender sender(Channel channel) {
        return new Sender(
                channel, store, approvals, rights, "https://gateway.example.com", new SimpleMeterRegistry(), clock);
    }

    Outreach outreach(Channel... channels) {
        return new Outreach(
                store,
                approvals,
                people,
                desk,
                List.of(channels),
                known(),
                approvers(),
                routing,
                onCall,
                endsUnreachable,
                journal,
                clock);
    }

    private People approvers() {
        return () -> Map.copyOf(approvers);
    }

    Presses presses() {
        return new Presses(
                store,
                desk,
                List.of(whatsApp(), slackChannel(), webhook()),
                known(),
                approvers(),
                rights,
                "https://gateway.example.com",
                journal,
                new Redactor(),
                new SimpleMeterRegistry(),
                clock);
    }

    ChannelController controller() {
        return new ChannelController(
                new ChannelDoors(
                        Optional.of(new WhatsAppWebhook(GraphDouble.SECRET, GraphDouble.VERIFY, GraphDouble.PHONE)),
                        Optional.of(new SlackInteractions(SlackDouble.SECRET, clock)),
                        Optional.of(new WebhookDecisions(new WebhookSignature(ProgramDouble.SECRET), clock))),
                presses(),
                store,
                clock);
    }

    /** Delivers what WhatsApp delivers, as its door takes it. */
    void deliver(GraphDouble.Delivery delivery) throws WrongSignatureException {
        WhatsAppWebhook.Delivered delivered = new WhatsAppWebhook(
                        GraphDouble.SECRET, GraphDouble.VERIFY, GraphDouble.PHONE)
                .read(delivery.bytes(), delivery.signature());
        delivered
                .statuses()
                .forEach(status -> store.delivered(
                        "whatsapp",
                        status.receipt(),
                        status.status(),
                        status.problem(),
                        status.isOutside(),
                        clock.instant()));
        delivered.writers().forEach(writer -> presses().wrote("whatsapp", writer));
        delivered.presses().forEach(presses()::answer);
    }

    Optional<Answer> press(SlackDouble.Interaction interaction) throws WrongSignatureException {
        return presses()
                .answer(new SlackInteractions(SlackDouble.SECRET, clock)
                        .read(interaction.bytes(), interaction.timestamp(), interaction.signature())
                        .getFirst());
    }

    Optional<Answer> decide(ProgramDouble.Decision decision) throws WrongSignatureException {
        return presses()
                .answer(new WebhookDecisions(new WebhookSignature(ProgramDouble.SECRET), clock)
                        .read(decision.bytes(), decision.headers()));
    }

    /** Escalates a call that waits for a person. */
    UUID escalate() {
        return escalate("rm -r build-" + UUID.randomUUID(), Severity.MEDIUM, null);
    }

    UUID escalate(String command, Severity severity, @Nullable ApprovalTerms terms) {
        RawJson arguments = RawJson.from(Map.of("command", command));
        ToolCall call = chain.seal(new ToolCall(
                CallIds.next(),
                agent,
                "openclaw",
                "exec",
                arguments,
                Origin.REST,
                Mode.EXECUTE,
                clock.instant(),
                clock.instant().plus(Duration.ofHours(8)),
                null,
                "clean up",
                null,
                null,
                0,
                Digest.of(agent, "openclaw", "exec", arguments),
                null,
                Map.of()));
        List<Verdict> verdicts = chain.append(
                call,
                List.of(),
                Verdict.of(
                                Stage.POLICY,
                                Decision.ESCALATE,
                                List.of(new Reason("files/delete", "it deletes files", severity)),
                                "policy-1",
                                clock.instant(),
                                "v")
                        .wanting(terms));
        var event = new CallEscalated(
                call,
                chain.append(
                        call,
                        verdicts,
                        Verdict.of(Stage.VETTING, Decision.ALLOW, List.of(), "vetting-1", clock.instant(), "v")),
                Map.of());
        ConsumerRecord<String, byte[]> record = Events.record(keyring, event, escalated.size());
        escalated.add(record);
        desks.hold(List.of(new Received<>(Events.signed(keyring, event), record)));
        return call.callId();
    }

    Approval approval(UUID id) {
        return desk.find(id);
    }

    /** Forgets what was sent and published so far. */
    void forget() {
        graph.forget();
        slack.forget();
        broker.clear();
    }

    /** Somebody decides at the console. */
    void decideAtConsole(UUID id, String decision, String person) {
        desk.decide(
                id,
                new io.openclaw.gateway.approval.core.PersonsDecision(decision, null, null),
                new Person(person, List.of("*"), "console"));
    }

    /** Returns what was published of a call. */
    List<GatewayEvent> published(UUID callId) {
        return events(callId.toString());
    }

    /** Returns what is on record of people's actions. */
    List<ConsoleActed> record() {
        return events(null).stream()
                .filter(ConsoleActed.class::isInstance)
                .map(ConsoleActed.class::cast)
                .toList();
    }

    private List<GatewayEvent> events(@Nullable String key) {
        List<GatewayEvent> events = new ArrayList<>();
        for (ProducerRecord<String, byte[]> sent : broker.history()) {
            if ((key == null ? sent.key().startsWith("console/") : sent.key().equals(key))
                    && !sent.topic().endsWith("dead-letter")) {
                try {
                    events.add(codec.decode(Events.received(sent, 0)).event());
                } catch (UnreadableEventException e) {
                    throw new AssertionError(e);
                }
            }
        }
        return events;
    }

    @Override
    public void close() {
        graph.close();
        slack.close();
        program.close();
    }
}
