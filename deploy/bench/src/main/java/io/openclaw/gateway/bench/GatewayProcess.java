package io.openclaw.gateway.bench;

import io.openclaw.gateway.embedded.EmbeddedPostgreSql;
import io.openclaw.gateway.embedded.Ports;
import io.openclaw.gateway.standalone.StandaloneGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/** A gateway in a process of its own, as deploy/run starts it. */
final class GatewayProcess implements AutoCloseable {
    private static final Duration CATCH_UP = Duration.ofSeconds(5);

    private final Path directory;
    private final int port = Ports.free();
    private final Process process;
    private final Properties quickstart = new Properties();

    /**
     * @param settings further settings, as environment variables
     */
    GatewayProcess(Path directory, Map<String, String> settings) throws IOException, InterruptedException {
        this.directory = directory;
        Files.createDirectories(directory);
        var builder = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx2g",
                        "-XX:+UseCompactObjectHeaders",
                        "-XX:+UseParallelGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StandaloneGateway.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("gateway.log").toFile());
        builder.environment().put("DATA_DIR", directory.toString());
        builder.environment().put("PORT", Integer.toString(port));
        builder.environment().remove("OPENCLAW_WORKER_URL");
        builder.environment().putAll(settings);
        process = builder.start();
        Path file = directory.resolve("quickstart.env");
        for (int i = 0; i < 600 && !Files.exists(file); i++) {
            Thread.sleep(100);
        }
        try (var in = Files.newBufferedReader(file)) {
            quickstart.load(in);
        }
    }

    HttpCaller caller(int number) throws IOException {
        return new HttpCaller(
                port,
                "/v1/tool-calls",
                "Authorization: Bearer " + agentKey() + "\r\n",
                "{\"tool\":\"echo\",\"arguments\":{\"zone\":\"UTC\"}}",
                "\"outcome\":\"SUCCEEDED\"");
    }

    String agentKey() {
        return quickstart.getProperty("AGENT_KEY");
    }

    int port() {
        return port;
    }

    /** Returns what the record says five seconds after the load ended. */
    Map<String, Object> record() throws InterruptedException, IOException, SQLException {
        Thread.sleep(CATCH_UP);
        String pidFile = Files.readString(directory.resolve("postgres/data/postmaster.pid"));
        String url =
                "jdbc:postgresql://127.0.0.1:" + pidFile.lines().toList().get(3) + "/" + EmbeddedPostgreSql.DATABASE;
        String password = Files.readString(directory.resolve("postgres/password"));
        try (var connection = DriverManager.getConnection(url, EmbeddedPostgreSql.USER, password);
                var statement = connection.createStatement();
                var row =
                        statement.executeQuery("select count(*), count(*) filter (where event_type = 'call.requested'),"
                                + " count(*) filter (where event_type = 'call.completed' and outcome = 'SUCCEEDED')"
                                + " from audit.events")) {
            row.next();
            Map<String, Object> record = new LinkedHashMap<>();
            record.put("eventsOnRecord", row.getLong(1));
            record.put("callsRequested", row.getLong(2));
            record.put("callsSucceeded", row.getLong(3));
            record.put("lost", row.getLong(2) - row.getLong(3));
            return record;
        }
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
