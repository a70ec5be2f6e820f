package io.openclaw.gateway.bench;

import io.openclaw.gateway.embedded.EmbeddedPostgreSql;
import io.openclaw.gateway.embedded.Ports;
import io.openclaw.gateway.embedded.PrivateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/** A gateway in a process of its own, started by deploy/run, which builds it first if need be. */
final class GatewayProcess implements AutoCloseable {
    /** Time to build it, too. */
    private static final Duration LONGEST_START = Duration.ofMinutes(10);

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
        PrivateDirectory.require(directory);
        Path log = directory.resolve("gateway.log");
        var builder = new ProcessBuilder("deploy/run", "--data", directory.toString(), "--port", Integer.toString(port))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().remove("OPENCLAW_WORKER_URL");
        // One agent makes all of the load.
        builder.environment().put("OPENCLAW_INGRESS_AGENT_MAX_IN_FLIGHT", "1000");
        builder.environment().put("OPENCLAW_INGRESS_AGENT_BYTES_PER_MINUTE", "10GB");
        builder.environment().putAll(settings);
        process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        Path file = directory.resolve("quickstart.env");
        long end = System.nanoTime() + LONGEST_START.toNanos();
        while (!Files.exists(file)) {
            if (!process.isAlive() || System.nanoTime() > end) {
                close();
                throw new IllegalStateException("the gateway did not start; see " + log);
            }
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

    /** Returns a caller that asks for decisions about the same call. */
    HttpCaller decisionCaller() throws IOException {
        return new HttpCaller(
                port,
                "/v1/decisions",
                "Authorization: Bearer " + agentKey() + "\r\n",
                "{\"tool\":\"echo\",\"arguments\":{\"zone\":\"UTC\"}}",
                "\"decision\":\"ALLOW\"");
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
