package io.openclaw.gateway.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.boot.GatewayApplication;
import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallEvent;
import io.openclaw.gateway.common.event.CallRequested;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.FreezeChanged;
import io.openclaw.gateway.common.event.UnreadableEventException;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.signing.SigningKey;
import io.openclaw.gateway.common.topic.Service;
import io.openclaw.gateway.policy.kafka.PolicyPublisher;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** Several policy services at once, on a real broker and database: whole processes but for the JVM that they share. */
class PolicyInstancesIT {
    private static final int AGENTS = 12;
    private static final int ALLOWED = 20;
    private static final Map<Service, String> KEYS = Arrays.stream(Service.values())
            .collect(Collectors.toMap(Function.identity(), service -> SigningKey.generate()));

    @TempDir
    private Path directory;

    private final String prefix = "t" + UUID.randomUUID().toString().substring(0, 8) + ".";
    private final Keyring keyring = Keyring.ofAll(KEYS, null);
    private final SignatureChain chain = new SignatureChain(keyring);
    private final EventCodec codec = new EventCodec("/test", keyring);
    private final List<ConfigurableApplicationContext> instances = new ArrayList<>();
    private final Map<UUID, Set<Decision>> decided = new HashMap<>();
    private final Map<UUID, String> agents = new HashMap<>();
    private final Set<String> deciders = new HashSet<>();
    private final List<Future<RecordMetadata>> sent = new ArrayList<>();

    @AfterEach
    void stop() {
        instances.forEach(ConfigurableApplicationContext::close);
    }

    private void policy(String more) throws IOException {
        var yaml = new StringBuilder("upstreams: [{name: jira, unknownTools: allow}]\n"
                + "roles: [{id: r, allow: [\"jira/*\"]}]\n"
                + "limits: [{id: m, callsPerMinute: " + ALLOWED + "}]\n" + more + "agents:\n");
        for (int i = 0; i < AGENTS; i++) {
            yaml.append("  - {id: ").append(agent(i)).append(", roles: [r]}\n");
        }
        Files.writeString(directory.resolve("p.yaml"), yaml);
    }

    private String agent(int i) {
        return prefix.substring(0, 9) + "-" + i;
    }

    /** When all calls are asked for: limits go by it, however long the test takes. */
    private final Instant asked = Instant.now().truncatedTo(ChronoUnit.MICROS);

    private ConfigurableApplicationContext instance(String name) {
        var database = TestInfrastructure.database();
        Map<String, Object> settings = new HashMap<>(TestInfrastructure.kafkaOfSpring());
        settings.putAll(Map.ofEntries(
                Map.entry("server.port", "0"),
                Map.entry("spring.datasource.url", database.jdbcUrl()),
                Map.entry("spring.datasource.username", database.user()),
                Map.entry("spring.datasource.password", database.password()),
                Map.entry("openclaw.instance", name),
                Map.entry("openclaw.kafka.topic-prefix", prefix),
                Map.entry("openclaw.signing.keys.policy", String.valueOf(KEYS.get(Service.POLICY))),
                Map.entry("openclaw.policy.directory", directory.toString()),
                Map.entry("logging.level.root", "WARN")));
        KEYS.forEach(
                (service, key) -> settings.put("openclaw.signing.public." + service.label(), SigningKey.publicOf(key)));
        ConfigurableApplicationContext instance = GatewayApplication.start(PolicyConfiguration.class, settings);
        instances.add(instance);
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> version(instance).length() > 0);
        return instance;
    }

    private void end(ConfigurableApplicationContext instance) {
        instances.remove(instance);
        instance.close();
    }

    private static String version(ConfigurableApplicationContext instance) {
        return instance.getBean(PolicyFollower.class)
                .current()
                .map(PolicyInForce::version)
                .orElse("");
    }

    private KafkaProducer<String, byte[]> producer() {
        return new KafkaProducer<>(with("linger.ms", "0"), new StringSerializer(), new ByteArraySerializer());
    }

    /** Returns the settings of a client, with further ones: name, value, name, value. */
    private static Map<String, Object> with(String... settings) {
        Map<String, Object> all = new HashMap<>(TestInfrastructure.kafka());
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return all;
    }

    private void ask(KafkaProducer<String, byte[]> producer, String agent) {
        ToolCall call = chain.seal(new ToolCall(
                CallIds.next(),
                agent,
                "jira",
                "get",
                RawJson.EMPTY_OBJECT,
                Origin.REST,
                Mode.EXECUTE,
                asked,
                asked.plusSeconds(600),
                null,
                null,
                null,
                null,
                0,
                Digest.of(agent, "jira", "get", RawJson.EMPTY_OBJECT),
                null,
                Map.of()));
        agents.put(call.callId(), agent);
        sent.add(producer.send(codec.encode(new CallRequested(call), prefix + "calls.requested", null, Instant.now())));
    }

    private void read(KafkaConsumer<String, byte[]> consumer) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
            try {
                if (codec.decode(record).event() instanceof CallEvent event) {
                    decided.computeIfAbsent(event.call().callId(), id -> new HashSet<>())
                            .add(event.verdicts().getFirst().outcome());
                    deciders.add(event.verdicts().getFirst().decidedBy());
                }
            } catch (UnreadableEventException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Instances come and go while agents call twice as often as they may, all within one minute of the calls' own time. */
    @Test
    void limitsAreExactThoughPartitionsMoveFromOneToAnother() throws Exception {
        policy("");
        ConfigurableApplicationContext first = instance("one");
        try (KafkaProducer<String, byte[]> producer = producer();
                KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                        with("group.id", prefix, "auto.offset.reset", "earliest"),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(prefix + "calls.authorized", prefix + "calls.completed"));
            ask(producer, 12);
            ConfigurableApplicationContext second = instance("two");
            ask(producer, 8);
            awaitDecisions(consumer);
            ask(producer, 4);
            end(first);
            ask(producer, 8);
            awaitDecisions(consumer);
            instance("three");
            ask(producer, 8);
            awaitDecisions(consumer);
            assertThat(version(second)).isNotEmpty();
        }
        assertThat(deciders).contains("policy-one", "policy-two");
        assertThat(decided.values()).as("nothing is decided in two ways").allMatch(outcomes -> outcomes.size() == 1);
        Map<String, Integer> allowed = new HashMap<>();
        decided.forEach((callId, outcomes) -> {
            if (outcomes.contains(Decision.ALLOW)) {
                allowed.merge(String.valueOf(agents.get(callId)), 1, Integer::sum);
            }
        });
        assertThat(allowed)
                .hasSize(AGENTS)
                .allSatisfy((agent, calls) -> assertThat(calls).as(agent).isEqualTo(ALLOWED));
    }

    private void ask(KafkaProducer<String, byte[]> producer, int times) {
        for (int n = 0; n < times; n++) {
            for (int i = 0; i < AGENTS; i++) {
                ask(producer, agent(i));
            }
        }
        producer.flush();
    }

    private void awaitDecisions(KafkaConsumer<String, byte[]> consumer) throws Exception {
        for (Future<RecordMetadata> each : sent) {
            each.get();
        }
        Instant end = Instant.now().plusSeconds(120);
        while (decided.size() < agents.size() && Instant.now().isBefore(end)) {
            read(consumer);
        }
        assertThat(decided.keySet()).as("every call is decided").isEqualTo(agents.keySet());
    }

    @Test
    void allSwitch() throws IOException {
        policy("");
        ConfigurableApplicationContext first = instance("one");
        ConfigurableApplicationContext second = instance("two");
        String before = version(first);
        policy("rules: [{id: x, tools: [\"jira/put\"], effect: deny}]\n");
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofMinutes(1))
                .until(() -> !version(first).equals(before) || !version(second).equals(before));
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofMinutes(1))
                .until(() -> !version(first).equals(before) && version(first).equals(version(second)));

        first.getBean(PolicyPublisher.class)
                .publish(new FreezeChanged("all", true, "an incident", Instant.now(), "admin", null, Map.of()));
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofMinutes(1))
                .until(() -> frozen(first) && frozen(second));
    }

    private static boolean frozen(ConfigurableApplicationContext instance) {
        return !instance.getBean(PolicyFollower.class).state().freezes().all().isEmpty();
    }
}
