package io.openclaw.gateway.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.setup.BrokerSetup;
import io.openclaw.gateway.common.setup.DatabaseSetup;
import io.openclaw.gateway.common.topic.Service;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.embedded.EmbeddedPostgreSql;
import io.openclaw.gateway.embedded.Ports;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Time;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * The broker as docker-compose.yml sets it, and a database, made ready as its {@code setup} does; without containers, for there is no
 * Docker engine here. Only addresses and directories are others.
 */
class ComposedInfrastructureIT {
    private static final String ADMIN_PASSWORD = "admin-password-of-this-test";
    private static final Topics TOPICS = new Topics("openclaw.");
    private static final Map<Service, String> PASSWORDS = passwords();

    @TempDir
    private static Path directory;

    private static KafkaRaftServer broker;
    private static EmbeddedPostgreSql database;
    private static int clients;
    private static int internal;

    private static Map<Service, String> passwords() {
        Map<Service, String> passwords = new EnumMap<>(Service.class);
        for (Service service : Service.values()) {
            passwords.put(service, passwordOf(service));
        }
        return passwords;
    }

    private static String passwordOf(Service service) {
        return "it's " + service.label();
    }

    @BeforeAll
    static void start() throws Exception {
        clients = Ports.free();
        internal = Ports.free();
        int controller = Ports.free();
        var settings = new Properties();
        settings.putAll(ComposeFile.read().kafkaSettings());
        settings.setProperty("controller.quorum.voters", "1@localhost:" + controller);
        settings.setProperty(
                "listeners",
                settings.getProperty("listeners")
                        .replace("CLIENTS://:9092", "CLIENTS://localhost:" + clients)
                        .replace("CONTROLLER://localhost:9093", "CONTROLLER://localhost:" + controller)
                        .replace("INTERNAL://:9094", "INTERNAL://localhost:" + internal));
        settings.setProperty(
                "advertised.listeners", "CLIENTS://localhost:" + clients + ",INTERNAL://localhost:" + internal);
        settings.setProperty("log.dirs", directory.resolve("kafka").toString());
        jaas().forEach(settings::setProperty);
        Path file = directory.resolve("server.properties");
        try (var out = Files.newBufferedWriter(file)) {
            settings.store(out, null);
        }
        assertThat(StorageTool.execute(
                        new String[] {
                            "format", "--cluster-id", Uuid.randomUuid().toString(), "--config", file.toString()
                        },
                        new PrintStream(PrintStream.nullOutputStream())))
                .isZero();
        broker = new KafkaRaftServer(KafkaConfig.fromProps(settings), Time.SYSTEM);
        broker.startup();
        database = EmbeddedPostgreSql.start(directory.resolve("postgres"));
        setUp();
        // As after an upgrade.
        setUp();
    }

    /** What the command of the container exports. */
    private static Map<String, String> jaas() {
        Map<String, String> jaas = new HashMap<>();
        String command = ComposeFile.read().service("kafka").get("command").toString();
        var exports = Pattern.compile("export (KAFKA_\\w+)=\\\\\"(.*?);\\\\\"").matcher(command);
        while (exports.find()) {
            jaas.put(
                    ComposeFile.propertyOf(exports.group(1)),
                    exports.group(2).replace("\\\\\\\"", "\"").replace("$$password", ADMIN_PASSWORD) + ";");
        }
        assertThat(jaas).hasSize(2);
        return jaas;
    }

    private static void setUp() throws SQLException {
        try (Admin admin = Admin.create(admin())) {
            BrokerSetup.run(admin, new GatewayProperties.Kafka("openclaw.", 1, (short) 1, false), PASSWORDS);
        }
        try (Connection connection = connect(EmbeddedPostgreSql.USER, database.password())) {
            DatabaseSetup.run(connection, PASSWORDS);
        }
    }

    @AfterAll
    static void stop() {
        if (broker != null) {
            broker.shutdown();
        }
        if (database != null) {
            database.close();
        }
    }

    private static Map<String, Object> admin() {
        return client(internal, "PLAIN", "plain.PlainLoginModule", "admin", ADMIN_PASSWORD);
    }

    private static Map<String, Object> client(int port, String mechanism, String module, String user, String password) {
        return new HashMap<>(Map.of(
                "bootstrap.servers",
                "localhost:" + port,
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                mechanism,
                "max.block.ms",
                20_000,
                "sasl.jaas.config",
                "org.apache.kafka.common.security." + module + " required username=\"" + user + "\" password=\""
                        + password + "\";"));
    }

    private static Map<String, Object> client(Service service) {
        return client(clients, "SCRAM-SHA-512", "scram.ScramLoginModule", service.label(), passwordOf(service));
    }

    private static void write(Map<String, Object> client, String topic)
            throws ExecutionException, InterruptedException {
        try (var producer = new KafkaProducer<>(client, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, "key", "value")).get();
        }
    }

    private static Connection connect(String user, String password) throws SQLException {
        return DriverManager.getConnection(database.jdbcUrl(), user, password);
    }

    private static Connection connect(Service service) throws SQLException {
        return connect(service.label(), passwordOf(service));
    }

    private static DriverManagerDataSource source(Service service) {
        return new DriverManagerDataSource(database.jdbcUrl(), service.label(), passwordOf(service));
    }

    @Nested
    class TheBroker {
        @ParameterizedTest
        @EnumSource(Service.class)
        void letsAServiceWriteItsOwnTopicsAndNoOthers(Service service) throws Exception {
            Topic own = service.writes().iterator().next();
            // The broker learns of users and ACLs after its controller.
            await().ignoreExceptions().until(() -> {
                write(client(service), TOPICS.name(own));
                return true;
            });
            Topic other = Arrays.stream(Topic.values())
                    .filter(topic -> !service.writes().contains(topic))
                    .findFirst()
                    .orElseThrow();
            assertThatThrownBy(() -> write(client(service), TOPICS.name(other)))
                    .hasRootCauseInstanceOf(AuthorizationException.class);
        }

        @Test
        void letsNobodyInWithAnothersPassword() {
            Map<String, Object> client =
                    client(clients, "SCRAM-SHA-512", "scram.ScramLoginModule", "executor", passwordOf(Service.AUDIT));
            assertThatThrownBy(() -> write(client, TOPICS.name(Topic.CALLS_COMPLETED)))
                    .hasRootCauseInstanceOf(SaslAuthenticationException.class);
        }

        @Test
        void knowsTheAdministratorAtTheInnerListenerAlone() {
            Map<String, Object> client = client(clients, "PLAIN", "plain.PlainLoginModule", "admin", ADMIN_PASSWORD);
            assertThatThrownBy(() -> write(client, TOPICS.name(Topic.CALLS_CLEARED)))
                    .isNotNull();
        }

        @Test
        void letsIngressAnswerAgentsOnTheirTopicsAndNobodyElse() throws Exception {
            try (Admin admin = Admin.create(admin())) {
                admin.createTopics(List.of(new NewTopic("openclaw.replies.crm-bot", 1, (short) 1)))
                        .all()
                        .get();
            }
            await().ignoreExceptions().until(() -> {
                write(client(Service.INGRESS), "openclaw.replies.crm-bot");
                return true;
            });
            assertThatThrownBy(() -> write(client(Service.EXECUTOR), "openclaw.replies.crm-bot"))
                    .hasRootCauseInstanceOf(AuthorizationException.class);
        }

        @Test
        void tellsAServiceHowFarItsOwnGroupIs() {
            await().ignoreExceptions().until(() -> {
                try (Admin admin = Admin.create(client(Service.EXECUTOR))) {
                    admin.listShareGroupOffsets(Map.of("openclaw-executor", new ListShareGroupOffsetsSpec()))
                            .partitionsToOffsetInfo("openclaw-executor")
                            .get();
                    return true;
                } catch (ExecutionException e) {
                    // There is no such group yet; who may not ask is refused.
                    return !(e.getCause() instanceof AuthorizationException);
                }
            });
        }
    }

    @Nested
    class TheDatabase {
        static Stream<Service> withASchema() {
            return Stream.of(Service.POLICY, Service.INGRESS, Service.APPROVAL, Service.EXECUTOR, Service.AUDIT);
        }

        /** The console's first, as its owner does it; then each service its own, and the console's, which is there. */
        @Test
        void letsEachServiceMigrateItsSchemaAndUseTheConsoles() throws SQLException {
            Schema.migrated("console", source(Service.POLICY));
            for (Service service : withASchema().toList()) {
                Schema.migrated(service.label(), source(service));
            }
            for (Service service : Service.values()) {
                Schema.migrated("console", source(service));
                try (Connection connection = connect(service);
                        var statement = connection.createStatement()) {
                    statement.executeUpdate("delete from console.spring_session");
                }
            }
            try (Connection connection = connect(Service.INGRESS);
                    var statement = connection.createStatement()) {
                statement.executeQuery("select count(*) from ingress.calls").close();
                for (String refused : List.of(
                        "select count(*) from approval.approvals",
                        "select count(*) from audit.events",
                        "drop table console.spring_session",
                        "create table console.more (id int)",
                        "create table approval.more (id int)")) {
                    assertThatThrownBy(() -> statement.execute(refused))
                            .as(refused)
                            .hasMessageMatching("(?s).*(permission denied|must be owner).*");
                }
            }
        }

        @Test
        void letsNobodyInWithAnothersPassword() {
            assertThatThrownBy(() -> connect("executor", passwordOf(Service.AUDIT)))
                    .hasMessageContaining("password authentication failed");
        }
    }
}
