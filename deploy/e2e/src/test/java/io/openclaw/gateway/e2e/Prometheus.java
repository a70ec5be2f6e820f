package io.openclaw.gateway.e2e;

import static io.openclaw.gateway.e2e.RunningGateway.eventually;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.embedded.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The real Prometheus of this machine (the package {@code prometheus}), which scrapes the gateway every second. */
final class Prometheus implements AutoCloseable {
    private static final Path OWN = Path.of("target/prometheus").toAbsolutePath();
    /** Of the repository: rules, and tests of them. */
    static final Path FILES = Path.of("../prometheus").toAbsolutePath().normalize();

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final int port;

    private Prometheus(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts it with the alert rules of the repository. */
    static Prometheus scraping(RunningGateway gateway) throws IOException {
        int port = Ports.free();
        Path config = Files.createDirectories(OWN).resolve("prometheus.yml");
        Files.writeString(config, """
                global:
                  scrape_interval: 1s
                  evaluation_interval: 1s
                rule_files: ['%s/rules/*.yml']
                scrape_configs:
                  - job_name: openclaw
                    metrics_path: /actuator/prometheus
                    basic_auth: {username: '%s', password: '%s'}
                    static_configs: [{targets: ['%s'], labels: {service: standalone}}]
                """.formatted(
                        FILES,
                        gateway.setting("CONSOLE_USER"),
                        gateway.setting("CONSOLE_PASSWORD"),
                        URI.create(gateway.url()).getAuthority()));
        Process process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + Files.createTempDirectory(OWN, "data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(OWN.resolve("prometheus.log").toFile())
                .start();
        var prometheus = new Prometheus(process, port);
        try {
            eventually()
                    .ignoreExceptions()
                    .until(() -> prometheus.query("up{job=\"openclaw\"} == 1").size() == 1);
        } catch (RuntimeException e) {
            prometheus.close();
            throw e;
        }
        return prometheus;
    }

    /** Runs {@code promtool} and returns what it says, or fails with that. */
    static String promtool(String... arguments) throws IOException, InterruptedException {
        Process tool = new ProcessBuilder(Stream.concat(Stream.of("promtool"), Arrays.stream(arguments))
                        .toList())
                .redirectErrorStream(true)
                .start();
        String said = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!tool.waitFor(60, TimeUnit.SECONDS) || tool.exitValue() != 0) {
            throw new IllegalStateException("promtool " + List.of(arguments) + ": " + said);
        }
        return said;
    }

    /**
     * Returns what a query returns now: an array of samples.
     *
     * @throws IllegalStateException with the words of Prometheus if the query cannot be read
     */
    JsonNode query(String expression) {
        JsonNode answer = get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        if (!answer.path("status").asString("").equals("success")) {
            throw new IllegalStateException(
                    expression + ": " + answer.path("error").asString(""));
        }
        return answer.at("/data/result");
    }

    JsonNode get(String path) {
        try {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
            return Json.MAPPER.readTree(http.send(request.build(), HttpResponse.BodyHandlers.ofString())
                    .body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
