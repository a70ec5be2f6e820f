package io.openclaw.gateway.bench;

import io.openclaw.gateway.embedded.Ports;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A gateway whose services are processes of their own, each of which a bench starts and kills. They are called
 * {@code STAGE-NUMBER}. Nothing starts one again but the bench. The infrastructure runs in one process beside them.
 */
final class SplitGateway implements AutoCloseable {
    static final List<String> STAGES = List.of("ingress", "policy", "vetting", "approval", "executor", "audit");
    private static final Duration MAX_START = Duration.ofMinutes(15);

    private final Path directory;
    private final Path services = Path.of("").toAbsolutePath();
    private final Map<String, String> settings;
    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final Map<String, Process> processes = new ConcurrentHashMap<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private String agentKey = "";

    /**
     * @param directory where everything is kept, the logs too
     * @param settings further settings of every process, as environment variables
     */
    SplitGateway(Path directory, Map<String, String> settings) {
        this.directory = directory;
        this.settings = Map.copyOf(settings);
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    /**
     * Starts the infrastructure, then processes, and waits until agents can ask.
     *
     * @param replicas how many processes of each stage
     */
    void start(Map<String, Integer> replicas) throws IOException, InterruptedException {
        for (String stage : STAGES) {
            for (int n = 1; n <= replicas.getOrDefault(stage, 1); n++) {
                ports.put(stage + "-" + n, Ports.free());
            }
        }
        var infrastructure = new ProcessBuilder(
                java(),
                "-Xmx1g",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "io.openclaw.gateway.standalone.InfrastructureOnly");
        infrastructure.environment().putAll(settings);
        infrastructure.environment().put("DATA_DIR", directory.toString());
        for (String stage : List.of("policy", "approval", "audit")) {
            infrastructure.environment().put(stage.toUpperCase(Locale.ROOT) + "_URL", url(stage + "-1"));
        }
        infrastructure.environment().put("GATEWAY_URL", url("ingress-1"));
        processes.put("infrastructure", started("infrastructure", infrastructure));
        await(directory.resolve("infrastructure.properties"));
        for (String name : List.copyOf(ports.keySet())) {
            start(name);
        }
        await(directory.resolve("quickstart.env"));
        var quickstart = new Properties();
        try (var in = Files.newBufferedReader(directory.resolve("quickstart.env"))) {
            quickstart.load(in);
        }
        agentKey = quickstart.getProperty("AGENT_KEY");
    }

    /** Returns the names of all services that were started. */
    Set<String> names() {
        return ports.keySet();
    }

    String agentKey() {
        return agentKey;
    }

    String url(String name) {
        return "http://127.0.0.1:" + ports.get(name);
    }

    int port(String name) {
        return Objects.requireNonNull(ports.get(name), name);
    }

    /** Starts a service under a name; again, or for the first time. */
    void start(String name) throws IOException {
        int port = ports.computeIfAbsent(name, key -> Ports.free());
        String stage = name.substring(0, name.indexOf('-'));
        Path module = services.resolve(stage + "-service");
        Path target =
                (Files.isDirectory(module.resolve("service")) ? module.resolve("service") : module).resolve("target");
        Path jar;
        try (Stream<Path> jars = Files.list(target)) {
            jar = jars.filter(file -> file.toString().endsWith("-exec.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("there is no …-exec.jar in " + target + "; build it first"));
        }
        var service = new ProcessBuilder(
                java(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                jar.toString(),
                "--spring.config.import=file:" + directory.resolve("infrastructure-" + stage + ".properties") + ",file:"
                        + directory.resolve("keys").resolve(stage + ".properties"));
        service.environment().putAll(settings);
        service.environment().put("PORT", Integer.toString(port));
        service.environment().put("OPENCLAW_INSTANCE", name);
        processes.put(name, started(name, service));
    }

    /** Waits until a service that was started says that it is ready. */
    void awaitReady(String name) throws InterruptedException {
        URI readiness = URI.create(url(name) + "/actuator/health/readiness");
        long end = System.nanoTime() + MAX_START.toNanos();
        while (System.nanoTime() < end) {
            try {
                HttpRequest request = HttpRequest.newBuilder(readiness)
                        .timeout(Duration.ofSeconds(5))
                        .build();
                if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                // It starts.
            }
            Thread.sleep(200);
        }
        throw new IllegalStateException(name + " is not ready; see " + directory.resolve(name + ".log"));
    }

    /** Kills a service as {@code kill -9} does. */
    void kill(String name) throws InterruptedException {
        Objects.requireNonNull(processes.get(name), name).destroyForcibly().waitFor();
    }

    /** Ends a service as an operator does (SIGTERM), and waits until it has. */
    void stop(String name) throws InterruptedException {
        Process process = Objects.requireNonNull(processes.get(name), name);
        process.destroy();
        process.waitFor();
    }

    private Process started(String name, ProcessBuilder builder) throws IOException {
        return builder.directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve(name + ".log").toFile()))
                .start();
    }

    private static String java() {
        return ProcessHandle.current().info().command().orElse("java");
    }

    private void await(Path file) throws InterruptedException {
        long end = System.nanoTime() + MAX_START.toNanos();
        while (!Files.exists(file)) {
            processes.forEach((name, process) -> {
                if (!process.isAlive()) {
                    throw new IllegalStateException(
                            name + " ended with " + process.exitValue() + "; see " + directory.resolve(name + ".log"));
                }
            });
            if (System.nanoTime() > end) {
                throw new IllegalStateException("there is no " + file + " after " + MAX_START + "; see the logs there");
            }
            Thread.sleep(200);
        }
    }

    @Override
    public void close() {
        processes.values().forEach(Process::destroyForcibly);
    }
}
