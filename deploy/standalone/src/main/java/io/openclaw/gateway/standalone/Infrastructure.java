package io.openclaw.gateway.standalone;

import io.openclaw.gateway.common.policy.AgentKey;
import io.openclaw.gateway.common.signing.SigningKey;
import io.openclaw.gateway.common.topic.Service;
import io.openclaw.gateway.embedded.DiskRoom;
import io.openclaw.gateway.embedded.EmbeddedKafka;
import io.openclaw.gateway.embedded.EmbeddedPostgreSql;
import io.openclaw.gateway.embedded.PrivateDirectory;
import io.openclaw.gateway.embedded.PrivateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AclBinding;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.KafkaAdmin;

/**
 * What the services need around them: a broker, then a database, a policy, secrets, and a demo worker where there is no
 * real one. All of it is kept in one directory and goes on where it ended, also after a kill.
 */
public final class Infrastructure implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Infrastructure.class);

    /** The role of the database that adds to the record, and can do nothing else. */
    private static final String RECORD_WRITER = "openclaw_record_writer";

    private final EmbeddedKafka kafka;
    private final EmbeddedPostgreSql postgres;
    private final @Nullable DemoWorker demoWorker;
    private final Secrets secrets;
    private final Map<String, Object> settings;

    private Infrastructure(
            EmbeddedKafka kafka,
            EmbeddedPostgreSql postgres,
            @Nullable DemoWorker demoWorker,
            Secrets secrets,
            Map<String, Object> settings) {
        this.kafka = kafka;
        this.postgres = postgres;
        this.demoWorker = demoWorker;
        this.secrets = secrets;
        this.settings = settings;
    }

    /**
     * Starts it.
     *
     * @param directory where everything is kept
     * @param workerUrl the real worker, if there is one
     * @param upstreams MCP servers; where there are any, there is no demo worker
     * @throws io.openclaw.gateway.embedded.NoRoomException if the disk is too full
     * @throws io.openclaw.gateway.embedded.OpenToOthersException if other users may look into the directory
     */
    static Infrastructure start(Path directory, Optional<String> workerUrl, CommandLineUpstreams upstreams) {
        return start(directory, workerUrl, upstreams, Set.of());
    }

    /** @param users the broker's users beside the gateway's own, which may do nothing yet */
    static Infrastructure start(
            Path directory, Optional<String> workerUrl, CommandLineUpstreams upstreams, Set<String> users) {
        Path data = directory.toAbsolutePath().normalize();
        try {
            PrivateDirectory.require(data);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use the data directory " + data, e);
        }
        DiskRoom room = DiskRoom.of(data);
        room.requireForStart();
        Secrets secrets = Secrets.of(data);
        Path policy = policy(data, secrets, upstreams);
        log.info("starting Kafka");
        EmbeddedKafka kafka = EmbeddedKafka.start(data.resolve("kafka"), users);
        log.info("starting PostgreSQL");
        EmbeddedPostgreSql postgres;
        try {
            postgres = EmbeddedPostgreSql.start(data.resolve("postgres"));
        } catch (RuntimeException e) {
            kafka.close();
            throw e;
        }
        postgres.createUser(RECORD_WRITER, secrets.recordWriterPassword());
        DemoWorker demoWorker = null;
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.putAll(EmbeddedKafka.springSettings(kafka.clientProperties()));
        settings.put("spring.datasource.url", postgres.jdbcUrl());
        settings.put("spring.datasource.username", EmbeddedPostgreSql.USER);
        settings.put("spring.datasource.password", postgres.password());
        secrets.signingKeys()
                .forEach((service, key) ->
                        settings.put("openclaw.signing.public." + service.label(), SigningKey.publicOf(key)));
        secrets.oldKeys().forEach((stage, key) -> settings.put("openclaw.signing.old." + stage.label(), key));
        // The disk that its metrics (disk_free_bytes) are of.
        settings.put("management.metrics.system.diskspace.paths", data.toString());
        settings.put("openclaw.console.user", "admin");
        settings.put("openclaw.console.password", secrets.consolePassword());
        settings.put("openclaw.policy.directory", policy.toString());
        settings.put("openclaw.record.directory", data.resolve("record").toString());
        settings.put("openclaw.record.origin", secrets.recordOrigin());
        if (workerUrl.isEmpty() && upstreams.isEmpty()) {
            demoWorker = DemoWorker.start(0, secrets.demoWorkerToken(), DemoWorker.harmlessTools());
            settings.put("openclaw.worker.url", demoWorker.url());
            settings.put("openclaw.worker.token", secrets.demoWorkerToken());
            log.info("no OPENCLAW_WORKER_URL: a demo worker listens at {}", demoWorker.url());
        }
        room.watch(Infrastructure::stopTheProcess);
        return new Infrastructure(kafka, postgres, demoWorker, secrets, settings);
    }

    /** In good order, as if it was told to stop from outside. */
    private static void stopTheProcess(String why) {
        log.error(why);
        System.exit(1);
    }

    /** Returns the settings that make the services use it; the signing key of each is apart. */
    public Map<String, Object> settings() {
        return settings;
    }

    /** Returns the settings of one service alone: its signing keys. */
    public Map<String, Object> keysOf(Service service) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put(
                "openclaw.signing.keys." + service.label(),
                Objects.requireNonNull(secrets.signingKeys().get(service)));
        if (service == Service.AUDIT) {
            keys.put("openclaw.record.keys", secrets.recordKeys());
            keys.put("openclaw.record.writer.user", RECORD_WRITER);
            keys.put("openclaw.record.writer.password", secrets.recordWriterPassword());
        }
        return keys;
    }

    Secrets secrets() {
        return secrets;
    }

    /** Makes the topics that are missing, and lets the broker's users do what these ACLs say. */
    void prepareTopics(List<NewTopic> topics, Collection<AclBinding> acls) {
        var admin = new KafkaAdmin(Map.copyOf(kafka.clientProperties()));
        admin.createOrModifyTopics(topics.toArray(NewTopic[]::new));
        kafka.allow(acls);
    }

    /** Returns the settings of a service that is one of the broker's users, and finds its topics made. */
    Map<String, Object> settingsOf(String user) {
        Map<String, Object> own = new LinkedHashMap<>(settings);
        own.putAll(EmbeddedKafka.springSettings(kafka.clientProperties(user)));
        own.put("openclaw.kafka.create-topics", "false");
        return own;
    }

    /** Stops it, in the reverse order. */
    @Override
    public void close() {
        if (demoWorker != null) {
            demoWorker.close();
        }
        try {
            postgres.close();
        } finally {
            kafka.close();
        }
    }

    /** Makes the policy directory at the first start; after that it is its administrator's. */
    private static Path policy(Path data, Secrets secrets, CommandLineUpstreams upstreams) {
        Path directory = data.resolve("policy");
        Path file = directory.resolve("policy.yaml");
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("policy.schema.json"), resource("/policy.schema.json"));
            Path ofAnOlderGateway = data.resolve("policy.yaml");
            if (!Files.exists(file) && Files.exists(ofAnOlderGateway)) {
                Files.move(ofAnOlderGateway, file);
            }
            if (!Files.exists(file)) {
                String template = upstreams.isEmpty() ? "/demo-policy.yaml" : "/demo-policy-without-worker.yaml";
                String yaml = resource(template).replace("@KEY_SHA256@", AgentKey.sha256(secrets.agentKey()));
                PrivateFile.write(file, writer -> writer.write(yaml));
            }
            upstreams.writeTo(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + directory, e);
        }
        return directory;
    }

    private static String resource(String name) throws IOException {
        try (var in = Infrastructure.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("this jar has no " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
