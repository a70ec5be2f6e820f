package io.openclaw.gateway.testing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.openclaw.gateway.embedded.EmbeddedKafka;
import io.openclaw.gateway.embedded.EmbeddedPostgreSql;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
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

    private static final int MAX_CONNECTIONS = 40;

    private static @Nullable Database database;
    private static @Nullable Map<String, String> kafka;

    private TestInfrastructure() {}

    /** Where the database is. */
    public static final class Database {
        private final String jdbcUrl;
        private final String user;
        private final String password;
        private final HikariDataSource pool;

        private Database(String jdbcUrl, String user, String password) {
            this.jdbcUrl = jdbcUrl;
            this.user = user;
            this.password = password;
            var config = new HikariConfig();
            config.setJdbcUrl(jdbcUrl);
            config.setUsername(user);
            config.setPassword(password);
            config.setMaximumPoolSize(MAX_CONNECTIONS);
            config.setMinimumIdle(0);
            this.pool = new HikariDataSource(config);
        }

        public String jdbcUrl() {
            return jdbcUrl;
        }

        public String user() {
            return user;
        }

        public String password() {
            return password;
        }

        /** Nothing of it outlives the tests, and a write that waits for the disk makes them slow. */
        private void withoutSyncing() {
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("alter system set fsync = off");
                statement.execute("alter system set synchronous_commit = off");
                statement.execute("select pg_reload_conf()");
            } catch (SQLException e) {
                throw new IllegalStateException("the database of the tests cannot be set up", e);
            }
        }

        /** Returns the pool of connections that all tests of this JVM share. */
        public DataSource dataSource() {
            return pool;
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
        var database = new Database(server.jdbcUrl(), EmbeddedPostgreSql.USER, server.password());
        database.withoutSyncing();
        return database;
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
