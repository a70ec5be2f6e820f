package io.openclaw.gateway.e2e;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.AgentKey;
import io.openclaw.gateway.embedded.EmbeddedKafka;
import io.openclaw.gateway.embedded.Ports;
import io.openclaw.gateway.embedded.PrivateDirectory;
import io.openclaw.gateway.standalone.StandaloneGateway;
import io.openclaw.gateway.testing.Attempts;
import io.openclaw.gateway.testing.ModelDouble;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.awaitility.core.ConditionTimeoutException;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;

/** The gateway that these tests talk to: a process of its own, started once, as deploy/run starts it. */
final class RunningGateway {
    private static final Path DATA = Path.of("target/gateway").toAbsolutePath();
    private static final int PORT = Ports.free();
    /** Without the tests' own classes: an archive of classes is made of jars alone. */
    private static final String CLASS_PATH = Arrays.stream(
                    System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.isEmpty()
                    && !Path.of(entry).startsWith(Path.of("target").toAbsolutePath()))
            .collect(Collectors.joining(File.pathSeparator));

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String OTHER_KEY = AgentKey.generate();

    private static final ModelDouble MODEL = startModel();
    private static final ModelDouble PLANNER = startModel();
    private static final PeopleProvider PEOPLE_PROVIDER = new PeopleProvider();

    /** Who approves beside the administrator, and the groups that each is in. */
    private static final Map<String, String> PEOPLE =
            Map.of("alice", "leads", "bob", "leads,finance", "carl", "finance");

    /** Further settings of the process. */
    private static final Map<String, String> SETTINGS = new ConcurrentHashMap<>();

    private static RunningGateway running;
    private static boolean isFirst = true;

    private static String workerOfRunning = "";

    private final Process process;
    private final Properties quickstart = new Properties();
    /** What the administrator's browser has; the sign-in is there once it is needed. */
    private final HttpClient browser = HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();

    private boolean isSignedIn;

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

    /** Returns the gateway on the test worker; one that failed to start, or died, is started again. */
    static synchronized RunningGateway get() {
        if (running == null || !running.process.isAlive()) {
            running = start(TestWorker.get().url(), TestWorker.TOKEN);
        }
        return running;
    }

    /** Kills the process as a crash would, and starts it again on the same data. */
    static synchronized RunningGateway killAndRestart() throws InterruptedException {
        running.process.destroyForcibly().waitFor();
        running = start(TestWorker.get().url(), TestWorker.TOKEN);
        return running;
    }

    /** Kills the process as a crash would; {@link #get} starts it again on the same data. */
    static synchronized void kill() throws InterruptedException {
        running.process.destroyForcibly().waitFor();
    }

    /** Stops the gateway in good order, and returns its exit status; a restart is to follow. */
    static synchronized int stopInGoodOrder() {
        return running.stop();
    }

    /** Stops the gateway in good order and starts it again on the same data, on another worker and with no further settings. */
    static RunningGateway restartOn(String workerUrl, String token) {
        return restart(workerUrl, token, Map.of());
    }

    /** Returns the gateway if it runs on this worker with no further settings, or restarts it so. */
    static synchronized RunningGateway on(String workerUrl, String token) {
        boolean isSo = running != null
                && running.process.isAlive()
                && SETTINGS.isEmpty()
                && workerOfRunning.equals(workerUrl + " " + token);
        return isSo ? running : restartOn(workerUrl, token);
    }

    /** Stops the gateway in good order and starts it again on the same data, with these further settings and no others. */
    static RunningGateway restartWith(Map<String, String> settings) {
        return restart(TestWorker.get().url(), TestWorker.TOKEN, settings);
    }

    private static synchronized RunningGateway restart(String workerUrl, String token, Map<String, String> settings) {
        if (running != null) {
            running.stop();
        }
        SETTINGS.clear();
        SETTINGS.putAll(settings);
        running = start(workerUrl, token);
        return running;
    }

    private static RunningGateway start(String workerUrl, String token) {
        if (isFirst) {
            isFirst = false;
            deleteWhatAnEarlierRunLeft();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                if (running != null) {
                    running.stop();
                }
            }));
        }
        workerOfRunning = workerUrl + " " + token;
        return Attempts.twice("The gateway", () -> startOnce(workerUrl, token));
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

    /** Returns the language model that plans the runs of /execute. */
    static ModelDouble planner() {
        return PLANNER;
    }

    /** Returns where people sign in, beside the console. */
    static PeopleProvider people() {
        return PEOPLE_PROVIDER;
    }

    private static void deleteWhatAnEarlierRunLeft() {
        try {
            FileSystemUtils.deleteRecursively(DATA);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RunningGateway startOnce(String workerUrl, String token) {
        try {
            PrivateDirectory.require(DATA);
            Files.deleteIfExists(DATA.resolve("quickstart.env"));
            ProcessBuilder builder = jvm("-Xmx1g", StandaloneGateway.class, "gateway.log");
            Map<String, String> environment = builder.environment();
            environment.put("DATA_DIR", DATA.toString());
            environment.put("PORT", Integer.toString(PORT));
            environment.put("OPENCLAW_WORKER_URL", workerUrl);
            environment.put("OPENCLAW_WORKER_TOKEN", token);
            // So that the tests of what a client is told then do not wait for a minute.
            environment.put("OPENCLAW_MCP_MAX_WAIT", "8s");
            environment.put("OPENCLAW_INGRESS_MAX_IN_FLIGHT", "130");
            environment.put("OPENCLAW_INGRESS_AGENT_MAX_IN_FLIGHT", "100");
            if (!Files.exists(toolsFile())) {
                Files.writeString(toolsFile(), TestWorker.CATALOGUE);
            }
            environment.put("OPENCLAW_WORKER_TOOLS", toolsFile().toString());
            environment.put(
                    "VETTING_RULES",
                    Files.createDirectories(DATA.resolve("rules")).toString());
            environment.put(
                    "OPENCLAW_INBOX_SECRETS",
                    Files.createDirectories(inboxSecrets()).toString());
            PEOPLE.forEach((person, groups) -> {
                String prefix = "OPENCLAW_CONSOLE_PEOPLE_" + person.toUpperCase(Locale.ROOT);
                environment.put(prefix + "_PASSWORD", "secret of " + person);
                environment.put(prefix + "_GROUPS", groups);
            });
            environment.put("OPENCLAW_CONSOLE_OIDC_ISSUER", PEOPLE_PROVIDER.url());
            environment.put("OPENCLAW_CONSOLE_OIDC_CLIENT_ID", PeopleProvider.CLIENT);
            environment.put("OPENCLAW_CONSOLE_OIDC_CLIENT_SECRET", PeopleProvider.SECRET);
            environment.put("JUDGE_URL", MODEL.url());
            environment.put("JUDGE_MODEL", "double");
            environment.put("OPENCLAW_VETTING_JUDGE_TIMEOUT", "5s");
            environment.put("OPENAI_BASE_URL", PLANNER.url());
            environment.put("OPENAI_MODEL", "planner");
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
                        "-XX:+ExitOnOutOfMemoryError",
                        // What the first start learns of its classes, the later ones need not; where that cannot be, it
                        // is
                        // no news.
                        "-XX:+AutoCreateSharedArchive",
                        "-XX:SharedArchiveFile=" + DATA.resolveSibling(main.getSimpleName() + ".jsa"),
                        "-Xlog:cds*=off,aot*=off",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        CLASS_PATH,
                        main.getName()))
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(DATA.resolve(log).toFile()));
    }

    private void awaitReady() throws IOException {
        Path file = DATA.resolve("quickstart.env");
        try {
            eventually().atMost(Duration.ofMinutes(3)).until(() -> Files.exists(file) || !process.isAlive());
        } catch (ConditionTimeoutException e) {
            stop();
        }
        if (!Files.exists(file)) {
            throw new IllegalStateException(
                    "it " + (process.isAlive() ? "is not ready" : "ended with " + process.exitValue()) + "; "
                            + Attempts.tail(DATA.resolve("gateway.log")));
        }
        try (var in = Files.newBufferedReader(file)) {
            quickstart.load(in);
        }
    }

    private int stop() {
        process.destroy();
        try {
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return process.exitValue();
    }

    /** Returns the processes that the gateway started, and those that they did. */
    Stream<ProcessHandle> descendants() {
        return process.descendants();
    }

    static ConditionFactory eventually() {
        return Awaitility.await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(50));
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

    /** Returns the directory of the secrets with which agents sign what they ask for by Kafka. */
    static Path inboxSecrets() {
        return DATA.resolve("inbox");
    }

    /** Returns the file of the tools that only the test worker has. */
    static Path toolsFile() {
        return DATA.resolve("tools.yaml");
    }

    String url() {
        return setting("GATEWAY_URL");
    }

    /** Returns what a client of the embedded broker needs to connect, {@code bootstrap.servers} included. */
    Map<String, Object> kafka() throws IOException {
        var properties = new Properties();
        try (var in = Files.newBufferedReader(DATA.resolve("kafka").resolve(EmbeddedKafka.CLIENT_PROPERTIES))) {
            properties.load(in);
        }
        Map<String, Object> client = new HashMap<>();
        properties.forEach((name, value) -> client.put(name.toString(), value));
        return client;
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
    Answer postAt(SecondIngress other, String path, String body, String... headers) {
        return send(requestAt(other.url(), path, setting("AGENT_KEY"), headers)
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    Answer postAs(String key, String path, String body, String... headers) {
        return send(request(path, key, headers).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** Returns all that a stream of server-sent events says until it ends. */
    String follow(String path) {
        return send(request(path, setting("AGENT_KEY"), "Accept", "text/event-stream")
                        .GET())
                .response()
                .body();
    }

    Answer getAt(SecondIngress other, String path) {
        return send(requestAt(other.url(), path, setting("AGENT_KEY")).GET());
    }

    Answer get(String path) {
        return get(path, setting("AGENT_KEY"));
    }

    Answer get(String path, String key, String... headers) {
        return send(request(path, key, headers).GET());
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

    /** Asks with a name and a password. */
    Answer withPassword(String name, String password, String path) {
        return send(HttpRequest.newBuilder(URI.create(url() + path))
                .header("Authorization", basic(name, password))
                .GET());
    }

    /** Does something as one of the {@link #PEOPLE}. */
    Answer as(String person, String method, String path, String body) {
        return send(HttpRequest.newBuilder(URI.create(url() + path))
                .header("Content-Type", "application/json")
                .header("Authorization", basic(person, "secret of " + person))
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    /** Shows a page of the console to the administrator, who is signed in. */
    Answer page(String path) {
        return browse(HttpRequest.newBuilder(URI.create(url() + path)).GET());
    }

    /** Sends a form of a page; the token of a page that was shown before is sent with it, if it is to be. */
    int submit(String path, String form, boolean withToken) {
        String token = csrf(page("/console/account"));
        return send(path, form + (withToken ? "&_csrf=" + token : "")).status();
    }

    /** Sends a form of a page with its token, and returns the page that follows. */
    Answer submitted(String path, String form) {
        return send(path, form + "&_csrf=" + csrf(page("/console/account")));
    }

    private Answer send(String path, String form) {
        return browse(HttpRequest.newBuilder(URI.create(url() + path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form)));
    }

    private Answer browse(HttpRequest.Builder request) {
        try {
            if (!isSignedIn) {
                isSignedIn = true;
                String login = "name=" + encoded(setting("CONSOLE_USER")) + "&password="
                        + encoded(setting("CONSOLE_PASSWORD")) + "&_csrf=" + csrf(page("/sign-in"));
                browse(HttpRequest.newBuilder(URI.create(url() + "/sign-in"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(login)));
            }
            HttpResponse<String> response = browser.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String csrf(Answer page) {
        Matcher token = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"")
                .matcher(page.response().body());
        return token.find() ? encoded(token.group(1)) : "";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
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
}
