package io.openclaw.gateway.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedInfrastructureIT {

    @Test
    void aBrokerKeepsItsRecordsOverARestart(@TempDir Path directory) throws Exception {
        try (var broker = EmbeddedKafka.start(directory)) {
            Records.write(new HashMap<>(broker.clientProperties()), "t", "v");
        }
        try (var broker = EmbeddedKafka.start(directory)) {
            assertThat(Records.read(new HashMap<>(broker.clientProperties()), "t"))
                    .containsExactly("v");
        }
    }

    @Test
    void aDatabaseThatOutlivedItsParentIsTakenOverWithItsData(@TempDir Path directory) throws Exception {
        EmbeddedPostgreSql orphan = EmbeddedPostgreSql.start(directory);
        execute(orphan, "create table t as select 42 as answer");
        releaseLockAsIfKilled(directory);

        // Not closed: to the second start it looks as if the first one's process had been killed.
        try (var server = EmbeddedPostgreSql.start(directory)) {
            assertThat(answer(server)).isEqualTo(42);
            assertThat(server.password()).isEqualTo(orphan.password());
        }
        assertThat(directory.resolve("data/postmaster.pid")).doesNotExist();
    }

    @Test
    void aProcessThatIsStoppedWhileItsDatabaseStartsLeavesNoneBehind(@TempDir Path directory) throws Exception {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Starter.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        Path pidFile = directory.resolve("data/postmaster.pid");
        while (process.isAlive() && !Files.exists(pidFile)) {
            Thread.onSpinWait();
        }
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(directory.resolve("log"))).doesNotContain("started whole");
        assertThat(pidFile).doesNotExist();
    }

    /** Starts a database and stays. */
    static final class Starter {
        static void main(String... arguments) throws InterruptedException {
            EmbeddedPostgreSql.start(Path.of(arguments[0]));
            System.out.println("started whole");
            Thread.sleep(Duration.ofMinutes(5));
        }
    }

    @Test
    void nobodyConnectsWithoutThePassword(@TempDir Path directory) throws Exception {
        try (var server = EmbeddedPostgreSql.start(directory)) {
            assertThatThrownBy(() -> connect(server, "wrong")).isInstanceOf(SQLException.class);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("password"))))
                    .isEqualTo("rw-------");
        }
    }

    /** A claim or a row of the record that is lost with the machine is a call that is run twice, or that nobody knows of. */
    @Test
    void whatIsCommittedOutlivesACrashOfTheMachine(@TempDir Path directory) throws Exception {
        try (var server = EmbeddedPostgreSql.start(directory);
                Connection connection = connect(server, server.password());
                var settings = connection
                        .createStatement()
                        .executeQuery("select name, setting from pg_settings"
                                + " where name in ('fsync', 'synchronous_commit', 'full_page_writes')")) {
            Map<String, String> found = new HashMap<>();
            while (settings.next()) {
                found.put(settings.getString(1), settings.getString(2));
            }
            assertThat(found).isEqualTo(Map.of("fsync", "on", "synchronous_commit", "on", "full_page_writes", "on"));
        }
    }

    /** The library's lock belongs to this process, which was not really killed. */
    private static void releaseLockAsIfKilled(Path directory) throws Exception {
        Files.delete(directory.resolve("data/epg-lock"));
    }

    private static void execute(EmbeddedPostgreSql server, String sql) throws SQLException {
        try (Connection connection = connect(server, server.password());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int answer(EmbeddedPostgreSql server) throws SQLException {
        try (Connection connection = connect(server, server.password());
                var rows = connection.createStatement().executeQuery("select answer from t")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static Connection connect(EmbeddedPostgreSql server, String password) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", EmbeddedPostgreSql.USER);
        properties.setProperty("password", password);
        return DriverManager.getConnection(server.jdbcUrl(), properties);
    }
}
