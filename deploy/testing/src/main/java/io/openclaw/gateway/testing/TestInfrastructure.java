package io.openclaw.gateway.testing;

import io.openclaw.gateway.embedded.EmbeddedKafka;
import io.openclaw.gateway.embedded.EmbeddedPostgreSql;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private static @Nullable String bootstrapServers;

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

    /** Returns {@code host:port} of the broker, the same for all tests of this JVM. */
    public static synchronized String bootstrapServers() {
        if (bootstrapServers == null) {
            bootstrapServers = inDocker() ? brokerContainer() : embeddedBroker();
        }
        return bootstrapServers;
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

    private static String brokerContainer() {
        var container = new KafkaContainer(KAFKA_IMAGE);
        container.start();
        return container.getBootstrapServers();
    }

    private static Database embeddedDatabase() {
        EmbeddedPostgreSql server = stoppedAtExit(() -> EmbeddedPostgreSql.start(temporary("postgres")));
        return new Database(server.jdbcUrl(), EmbeddedPostgreSql.USER, server.password());
    }

    private static String embeddedBroker() {
        EmbeddedKafka broker = stoppedAtExit(() -> EmbeddedKafka.start(temporary("kafka"), 0));
        return broker.bootstrapServers();
    }

    private static <T extends AutoCloseable> T stoppedAtExit(Supplier<T> start) {
        T started = start.get();
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
