package io.openclaw.gateway.bench;

import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.embedded.EmbeddedKafka;
import io.openclaw.gateway.embedded.EmbeddedPostgreSql;
import io.openclaw.gateway.embedded.Ports;
import io.openclaw.gateway.standalone.StandaloneGateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * Prints, as one JSON object from one run, the bare four-hop Kafka pipeline and the whole gateway (demo worker, audit on)
 * at rising concurrency: calls per second, p50 and p99 in milliseconds, and the ratios. Load generator, broker and database
 * are on this machine. {@code --seconds N} sets how long each figure is measured (default 10).
 */
public final class GatewayBench {
    private static final List<Integer> CONCURRENCY = List.of(1, 16, 64, 256);
    private static final Duration WARM_UP = Duration.ofSeconds(75);
    private static final Duration CATCH_UP = Duration.ofSeconds(5);

    private GatewayBench() {}

    static void main(String... args) throws Exception {
        Duration time =
                Duration.ofSeconds(args.length == 2 && args[0].equals("--seconds") ? Long.parseLong(args[1]) : 10);
        Path directory = Files.createTempDirectory("openclaw-bench");
        List<Load.Figures> bare = bare(directory, time);
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("cores", Runtime.getRuntime().availableProcessors());
        report.put("secondsEach", time.toSeconds());
        report.put("bare", bare);
        try (var gateway = new GatewayProcess(directory.resolve("gateway"))) {
            List<Load.Figures> whole = whole(gateway, time);
            report.put("gateway", whole);
            report.put("ratio", ratios(bare, whole));
            report.putAll(gateway.record());
        }
        System.out.println(RawJson.from(report).text());
    }

    private static List<Load.Figures> bare(Path directory, Duration time) throws Exception {
        List<Load.Figures> figures = new ArrayList<>();
        try (var kafka = EmbeddedKafka.start(directory.resolve("bare"), 0);
                var pipeline = new BarePipeline(kafka.bootstrapServers())) {
            Load.run(64, Duration.ZERO, time, number -> pipeline.caller());
            for (int concurrency : CONCURRENCY) {
                figures.add(Load.run(concurrency, Duration.ofSeconds(2), time, number -> pipeline.caller()));
                System.err.println("bare " + figures.getLast());
            }
        }
        return figures;
    }

    private static List<Load.Figures> whole(GatewayProcess gateway, Duration time) throws InterruptedException {
        List<Load.Figures> figures = new ArrayList<>();
        // What is measured is a gateway that has been running for a while: its code takes about a minute to be
        // compiled.
        Load.run(256, Duration.ZERO, WARM_UP, gateway::caller);
        for (int concurrency : CONCURRENCY) {
            figures.add(Load.run(concurrency, Duration.ofSeconds(2), time, gateway::caller));
            System.err.println("gateway " + figures.getLast());
        }
        return figures;
    }

    private static List<Map<String, Object>> ratios(List<Load.Figures> bare, List<Load.Figures> whole) {
        List<Map<String, Object>> ratios = new ArrayList<>();
        for (int i = 0; i < bare.size(); i++) {
            Map<String, Object> ratio = new LinkedHashMap<>();
            ratio.put("concurrency", bare.get(i).concurrency());
            ratio.put(
                    "throughput",
                    Load.rounded(whole.get(i).callsPerSecond() / bare.get(i).callsPerSecond()));
            ratio.put("p50", Load.rounded(whole.get(i).p50Millis() / bare.get(i).p50Millis()));
            ratios.add(ratio);
        }
        return ratios;
    }

    /** A gateway in a process of its own, as deploy/run starts it. */
    private static final class GatewayProcess implements AutoCloseable {
        private final Path directory;
        private final int port = Ports.free();
        private final Process process;
        private final Properties quickstart = new Properties();

        GatewayProcess(Path directory) throws IOException, InterruptedException {
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
            return new HttpCaller(port, quickstart.getProperty("AGENT_KEY"));
        }

        /** Returns what the record says five seconds after the load ended. */
        Map<String, Object> record() throws InterruptedException, IOException, SQLException {
            Thread.sleep(CATCH_UP);
            String pidFile = Files.readString(directory.resolve("postgres/data/postmaster.pid"));
            String url = "jdbc:postgresql://127.0.0.1:"
                    + pidFile.lines().toList().get(3) + "/" + EmbeddedPostgreSql.DATABASE;
            String password = Files.readString(directory.resolve("postgres/password"));
            try (var connection = DriverManager.getConnection(url, EmbeddedPostgreSql.USER, password);
                    var statement = connection.createStatement();
                    var row = statement.executeQuery(
                            "select count(*), count(*) filter (where event_type = 'call.requested'),"
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
}
