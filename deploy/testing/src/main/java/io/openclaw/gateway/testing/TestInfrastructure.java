package io.openclaw.gateway.testing;

import io.openclaw.gateway.embedded.EmbeddedKafka;
import io.openclaw.gateway.embedded.EmbeddedPostgreSql;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * The broker and the database of this JVM's tests, started when first asked for. In containers where Docker runs, embedded
 * where it does not; {@code -Dopenclaw.test.infrastructure=docker|embedded} chooses by hand. This is the one switch.
 */
public final class TestInfrastructure {
    private static final String KAFKA_IMAGE = "apache/kafka:4.2.0";
    private static final String POSTGRESQL_IMAGE = "postgres:18";

    private static @Nullable Database database;
    private static @Nullable Map<String, String> kafka;

    private TestInfrastructure() {}

    /** Where the database is. */
    public record Database(String jdbcUrl, String user, String password) {
        /** Returns a source of new connections. */
        public PGSimpleDataSource dataSource() {
            var source = new PGSimpleDataSource();
            source.setUrl(jdbcUrl);
            source.setUser(user);
            source.setPassword(password);
            return source;
        }
    }

    /** Returns the database, the same for all tests of this JVM. */
    public static synchronized Database database() {
        if (database == null) {
            database = inDocker() ? databaseContainer() : embeddedDatabase();
        }
        return database;
    }

    /** Returns what a Kafka client needs to connect to the broker, the same for all tests of this JVM. */
    public static synchronized Map<String, Object> kafka() {
        return Map.copyOf(broker());
    }

    /** Returns the same as settings of Spring Boot. */
    public static synchronized Map<String, Object> kafkaOfSpring() {
        return EmbeddedKafka.springSettings(broker());
    }

    private static Map<String, String> broker() {
        if (kafka == null) {
            kafka = inDocker() ? brokerContainer() : embeddedBroker();
        }
        return kafka;
    }

    private static boolean inDocker() {
        return switch (System.getProperty("openclaw.test.infrastructure", "auto")) {
            case "docker" -> true;
            case "embedded" -> false;
            default -> DockerClientFactory.instance().isDockerAvailable();
        };
    }

    private static Database databaseContainer() {
        var container = new PostgreSQLContainer(POSTGRESQL_IMAGE);
        container.start();
        return new Database(container.getJdbcUrl(), container.getUsername(), container.getPassword());
    }

    private static Map<String, String> brokerContainer() {
        var container = new KafkaContainer(KAFKA_IMAGE);
        container.start();
        return Map.of("bootstrap.servers", container.getBootstrapServers());
    }

    private static Database embeddedDatabase() {
        EmbeddedPostgreSql server = stoppedAtExit("PostgreSQL", () -> EmbeddedPostgreSql.start(temporary("postgres")));
        return new Database(server.jdbcUrl(), EmbeddedPostgreSql.USER, server.password());
    }

    private static Map<String, String> embeddedBroker() {
        return stoppedAtExit("Kafka", () -> EmbeddedKafka.start(temporary("kafka")))
                .clientProperties();
    }

    private static <T extends AutoCloseable> T stoppedAtExit(String what, Supplier<T> start) {
        T started = Attempts.twice(what, start);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                started.close();
            } catch (Exception e) {
                throw new IllegalStateException("not stopped cleanly", e);
            }
        }));
        return started;
    }

    private static Path temporary(String name) {
        try {
            return Files.createTempDirectory(Path.of("target"), name);
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary directory under target/", e);
        }
    }
}
