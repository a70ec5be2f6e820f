package io.openclaw.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.AgentKey;
import io.openclaw.gateway.standalone.StandaloneGateway;
import io.openclaw.gateway.testing.ModelDouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;

/** The gateway that these tests talk to: a process of its own, started once, as deploy/run starts it. */
final class RunningGateway {
    private static final Path DATA = Path.of("target/gateway").toAbsolutePath();
    private static final int PORT = freePort();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String OTHER_KEY = AgentKey.generate();

    private static final ModelDouble MODEL = startModel();

    /** Who approves beside the administrator, and the groups that each is in. */
    private static final Map<String, String> PEOPLE =
            Map.of("alice", "leads", "bob", "leads,finance", "carl", "finance");

    /** Further settings of the process. */
    private static final Map<String, String> SETTINGS = new ConcurrentHashMap<>();

    private static RunningGateway running;

    private final Process process;
    private final Properties quickstart = new Properties();

    private RunningGateway(Process process) {
        this.process = process;
    }

    /** An answer: its status, its headers, and its body if that is JSON. */
    record Answer(int status, HttpResponse<String> response) {
        JsonNode body() {
            return Json.MAPPER.readTree(response.body());
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        JsonNode at(String pointer) {
            return body().at(pointer);
        }

        String text(String pointer) {
            return at(pointer).asString("");
        }
    }

    /** Returns the gateway on the test worker. */
    static synchronized RunningGateway get() {
        if (running == null) {
            deleteWhatAnEarlierRunLeft();
            running = start(TestWorker.get().url(), TestWorker.TOKEN);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> running.stop()));
        }
        return running;
    }

    /** Kills the process as a crash would, and starts it again on the same data. */
    static synchronized RunningGateway killAndRestart() throws InterruptedException {
        running.process.destroyForcibly().waitFor();
        running = start(TestWorker.get().url(), TestWorker.TOKEN);
        return running;
    }

    /** Stops the gateway in good order, and returns how long that took; a restart is to follow. */
    static synchronized Duration stopInGoodOrder() {
        long start = System.nanoTime();
        running.stop();
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** Stops the gateway in good order and starts it again on the same data, on another worker and with no further settings. */
    static RunningGateway restartOn(String workerUrl, String token) {
        return restart(workerUrl, token, Map.of());
    }

    /** Stops the gateway in good order and starts it again on the same data, with these further settings and no others. */
    static RunningGateway restartWith(Map<String, String> settings) {
        return restart(TestWorker.get().url(), TestWorker.TOKEN, settings);
    }

    private static synchronized RunningGateway restart(String workerUrl, String token, Map<String, String> settings) {
        get().stop();
        SETTINGS.clear();
        SETTINGS.putAll(settings);
        running = start(workerUrl, token);
        return running;
    }

    private static ModelDouble startModel() {
        try {
            return new ModelDouble();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the language model that the gateway asks. */
    static ModelDouble model() {
        return MODEL;
    }

    private static void deleteWhatAnEarlierRunLeft() {
        try {
            FileSystemUtils.deleteRecursively(DATA);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RunningGateway start(String workerUrl, String token) {
        try {
            Files.createDirectories(DATA);
            Files.deleteIfExists(DATA.resolve("quickstart.env"));
            ProcessBuilder builder = jvm("-Xmx1g", StandaloneGateway.class, "gateway.log");
            Map<String, String> environment = builder.environment();
            environment.put("DATA_DIR", DATA.toString());
            environment.put("PORT", Integer.toString(PORT));
            environment.put("OPENCLAW_WORKER_URL", workerUrl);
            environment.put("OPENCLAW_WORKER_TOKEN", token);
            environment.put("OPENCLAW_INGRESS_MAX_IN_FLIGHT", "100");
            if (!Files.exists(toolsFile())) {
                Files.writeString(toolsFile(), TestWorker.CATALOGUE);
            }
            environment.put("OPENCLAW_WORKER_TOOLS", toolsFile().toString());
            environment.put(
                    "VETTING_RULES",
                    Files.createDirectories(DATA.resolve("rules")).toString());
            PEOPLE.forEach((person, groups) -> {
                String prefix = "OPENCLAW_CONSOLE_PEOPLE_" + person.toUpperCase(Locale.ROOT);
                environment.put(prefix + "_PASSWORD", "secret of " + person);
                environment.put(prefix + "_GROUPS", groups);
            });
            environment.put("JUDGE_URL", MODEL.url());
            environment.put("JUDGE_MODEL", "double");
            environment.put("OPENCLAW_VETTING_JUDGE_TIMEOUT", "5s");
            environment.putAll(SETTINGS);
            var gateway = new RunningGateway(builder.start());
            gateway.awaitReady();
            return gateway;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns what runs a class of the gateway, for some minutes at most; it writes to a log beside the gateway's data. */
    static ProcessBuilder jvm(String heap, Class<?> main, String log) {
        return new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        heap,
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName()))
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(DATA.resolve(log).toFile()));
    }

    private void awaitReady() throws IOException {
        Path file = DATA.resolve("quickstart.env");
        eventually().atMost(Duration.ofSeconds(90)).until(() -> {
            assertThat(process.isAlive())
                    .as("the gateway started; see %s", DATA.resolve("gateway.log"))
                    .isTrue();
            return Files.exists(file);
        });
        try (var in = Files.newBufferedReader(file)) {
            quickstart.load(in);
        }
    }

    private void stop() {
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the processes that the gateway started, and those that they did. */
    Stream<ProcessHandle> descendants() {
        return process.descendants();
    }

    static ConditionFactory eventually() {
        return Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(50));
    }

    String setting(String name) {
        return quickstart.getProperty(name);
    }

    static Path data() {
        return DATA;
    }

    static Path policyFile() {
        return DATA.resolve("policy/policy.yaml");
    }

    /** Returns the file of the tools that only the test worker has. */
    static Path toolsFile() {
        return DATA.resolve("tools.yaml");
    }

    String url() {
        return setting("GATEWAY_URL");
    }

    /** Returns {@code host:port} of the embedded broker. */
    String bootstrapServers() throws IOException {
        var properties = new Properties();
        try (var in = Files.newBufferedReader(DATA.resolve("kafka/server.properties"))) {
            properties.load(in);
        }
        return properties.getProperty("advertised.listeners").replace("PLAINTEXT://", "");
    }

    /** Lets a second agent in, with a key of its own. */
    String otherAgentsKey() throws IOException {
        Path policy = policyFile();
        String yaml = Files.readString(policy);
        if (!yaml.contains("id: other")) {
            Files.writeString(
                    policy,
                    yaml + "  - id: other\n    roles: [demo]\n    keys: [{sha256: " + AgentKey.sha256(OTHER_KEY)
                            + "}]\n");
            eventually().until(() -> get("/v1/tool-calls/none", OTHER_KEY).status() == 404);
        }
        return OTHER_KEY;
    }

    // What the demo agent does.

    Answer call(String tool, String arguments, String... headers) {
        return post("/v1/tool-calls", "{\"tool\":\"" + tool + "\",\"arguments\":" + arguments + "}", headers);
    }

    Answer post(String path, String body, String... headers) {
        return send(request(path, setting("AGENT_KEY"), headers)
                .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8)));
    }

    /** Asks another instance of ingress, with the same key. */
    Answer postAt(SecondIngress other, String path, String body) {
        return send(requestAt(other.url(), path, setting("AGENT_KEY")).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    Answer postAs(String key, String path, String body) {
        return send(request(path, key).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    Answer get(String path) {
        return get(path, setting("AGENT_KEY"));
    }

    Answer get(String path, String key) {
        return send(request(path, key).GET());
    }

    Answer delete(String path) {
        return send(request(path, setting("AGENT_KEY")).DELETE());
    }

    Answer look(String callId) {
        return get("/v1/tool-calls/" + callId);
    }

    /** Looks until a call is over, and returns it. */
    Answer awaitEnd(String callId) {
        eventually().until(() -> look(callId).text("/status").equals("COMPLETED"));
        return look(callId);
    }

    // What the person at the console does.

    Answer console(String path) {
        return send(consoleRequest(path).GET());
    }

    Answer decide(String callId, String body) {
        return administer("POST", "/v1/approvals/" + callId + "/decision", body);
    }

    Answer administer(String method, String path, String body) {
        return send(consoleRequest(path).method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    /** Does something as one of the {@link #PEOPLE}. */
    Answer as(String person, String method, String path, String body) {
        return send(HttpRequest.newBuilder(URI.create(url() + path))
                .header("Content-Type", "application/json")
                .header("Authorization", basic(person, "secret of " + person))
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    /** Sends a form of a page, as a browser does that came from a site. */
    int submit(String path, String form, String fetchSite) {
        return send(consoleRequest(path)
                        .setHeader("Content-Type", "application/x-www-form-urlencoded")
                        .header("Sec-Fetch-Site", fetchSite)
                        .POST(HttpRequest.BodyPublishers.ofString(form)))
                .status();
    }

    /** Returns the types of the events on record for a call, oldest first. */
    List<String> recorded(String callId) {
        List<String> types = new ArrayList<>();
        console("/audit?callId=" + callId)
                .at("/events")
                .forEach(event -> types.addFirst(event.get("type").asString()));
        return types;
    }

    private HttpRequest.Builder request(String path, String key, String... headers) {
        return requestAt(url(), path, key, headers);
    }

    private static HttpRequest.Builder requestAt(String url, String path, String key, String... headers) {
        var request = HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(70));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        return headers.length == 0 ? request : request.headers(headers);
    }

    private HttpRequest.Builder consoleRequest(String path) {
        return HttpRequest.newBuilder(URI.create(url() + path))
                .header("Content-Type", "application/json")
                .header("Authorization", basic(setting("CONSOLE_USER"), setting("CONSOLE_PASSWORD")));
    }

    private static String basic(String user, String password) {
        String login = user + ":" + password;
        return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }

    private static Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static String json(Object value) {
        return RawJson.from(value).text();
    }

    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
