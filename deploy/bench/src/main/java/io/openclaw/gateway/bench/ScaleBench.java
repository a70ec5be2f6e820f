package io.openclaw.gateway.bench;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.standalone.DemoWorker;
import io.openclaw.gateway.testing.ModelDouble;
import io.openclaw.gateway.testing.ModelDouble.Answer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.util.FileSystemUtils;

/**
 * What a further process of a stage brings, each service in a process of its own. A stage that mostly waits (the executor for its
 * upstreams, the judge for its model) is made faster by one; what is bound by the processor is not, on one machine. Processes are
 * added, killed and stopped under the load, and each call is checked afterwards: it has an end, and ran at most once.
 */
public final class ScaleBench {
    private static final Duration WARM_UP = Duration.ofSeconds(8);
    private static final int PLACES = 4;
    private static final Duration WORK = Duration.ofMillis(100);
    private static final Duration THOUGHT = Duration.ofMillis(500);

    private final SplitGateway gateway;
    private final Duration time;
    private final Map<String, AtomicInteger> runs;
    /** How each call ended, by what its worker counts it by. */
    private final Map<String, String> outcomes = new ConcurrentHashMap<>();

    private final List<Object> steps = new ArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private ScaleBench(SplitGateway gateway, Duration time, Map<String, AtomicInteger> runs) {
        this.gateway = gateway;
        this.time = time;
        this.runs = runs;
    }

    static void main(String... args) throws Exception {
        int seconds = 15;
        if (args.length == 2 && args[0].equals("--seconds")) {
            seconds = Integer.parseInt(args[1]);
        } else if (args.length > 0) {
            System.err.println("deploy/bench/scale [--seconds N]");
            System.exit(2);
        }
        Path directory = Files.createTempDirectory("openclaw-scale");
        System.err.println("everything is in " + directory);
        Path tools = Files.writeString(
                directory.resolve("tools.yaml"), "tools:\n  - name: work\n    inputSchema: {type: object}\n");
        Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();
        boolean good;
        try (var model = new ModelDouble();
                DemoWorker worker = DemoWorker.start(
                        0,
                        "scale",
                        Map.of(
                                "work", arguments -> work(arguments.path("id").asString(""), runs, WORK),
                                "exec",
                                        arguments ->
                                                work(arguments.path("command").asString(""), runs, Duration.ZERO)));
                var gateway = new SplitGateway(
                        directory,
                        Map.ofEntries(
                                Map.entry("OPENCLAW_WORKER_URL", worker.url()),
                                Map.entry("OPENCLAW_WORKER_TOKEN", "scale"),
                                Map.entry("OPENCLAW_WORKER_TOOLS", tools.toString()),
                                // A share group gives its members whole partitions: 12 divide evenly among 1 to 4 and
                                // 6.
                                Map.entry("OPENCLAW_KAFKA_PARTITIONS", "12"),
                                Map.entry("JUDGE_API_KEY", "double"),
                                Map.entry("JUDGE_URL", model.url()),
                                Map.entry("OPENCLAW_VETTING_JUDGE_QUESTIONS_PER_MINUTE", "1000000"),
                                Map.entry("OPENCLAW_VETTING_JUDGE_QUESTIONS_PER_MINUTE_PER_AGENT", "1000000"),
                                Map.entry("OPENCLAW_INGRESS_AGENT_MAX_IN_FLIGHT", "1000"),
                                Map.entry("OPENCLAW_INGRESS_AGENT_BYTES_PER_MINUTE", "10GB")))) {
            Answer harmless = Answer.opinion(5, 95);
            model.answering(question -> new Answer(200, harmless.text(), THOUGHT));
            gateway.start(Map.of());
            limitPlaces(directory.resolve("policy"));
            good = new ScaleBench(gateway, Duration.ofSeconds(seconds), runs).run();
        }
        if (good) {
            FileSystemUtils.deleteRecursively(directory);
        }
        System.exit(good ? 0 : 1);
    }

    private static String work(String id, Map<String, AtomicInteger> runs, Duration length)
            throws InterruptedException {
        runs.computeIfAbsent(id, key -> new AtomicInteger()).incrementAndGet();
        Thread.sleep(length);
        return "{}";
    }

    /** Each executor runs {@value #PLACES} calls of the worker at once, so that it, and not this machine, is what is full. */
    private static void limitPlaces(Path policy) throws IOException {
        try (var files = Files.list(policy)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".yaml")).toList()) {
                String text = Files.readString(file);
                Files.writeString(
                        file,
                        text.replace("- name: openclaw\n", "- name: openclaw\n    concurrency: " + PLACES + "\n"));
            }
        }
    }

    private boolean run() throws IOException, InterruptedException {
        measure("executor 1", 48, this::work);
        add("executor-2");
        measure("executor 2", 48, this::work);
        add("executor-3");
        measure("executor 3", 48, this::work);
        gateway.kill("executor-1");
        measure("executor 2, after kill -9 of one", 48, this::work);
        gateway.stop("executor-2");
        measure("executor 1, after SIGTERM of one", 48, this::work);
        add("executor-1");
        add("executor-2");

        measure("judge 1", 32, this::doubt);
        add("vetting-2");
        measure("judge 2", 32, this::doubt);
        gateway.kill("vetting-1");
        measure("judge 1, after kill -9 of one", 32, this::doubt);
        add("vetting-1");

        measure("ingress 1", 48, this::quick);
        add("ingress-2");
        measure("ingress 2", 48, this::quick);
        return report();
    }

    /** Adds a process while the others work, and waits until it works, too. */
    private void add(String name) throws IOException, InterruptedException {
        gateway.start(name);
        gateway.awaitReady(name);
    }

    private void measure(String step, int callers, Load.Callers callersOf) throws InterruptedException {
        Load.Figures figures = Load.run(callers, WARM_UP, time, callersOf);
        System.err.println(step + ": " + figures);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", step);
        line.put("callers", callers);
        line.put("callsPerSecond", figures.callsPerSecond());
        line.put("p50Millis", figures.p50Millis());
        line.put("p99Millis", figures.p99Millis());
        line.put("failures", figures.failures());
        steps.add(line);
    }

    private Load.Caller work(int number) {
        return () -> {
            String id = UUID.randomUUID().toString();
            ask(1, id, "work", Map.of("id", id));
        };
    }

    /** What vetting cannot tell, differently each time, so that nobody answers it from memory. */
    private Load.Caller doubt(int number) {
        return () -> {
            String command = "eval \"$X" + UUID.randomUUID().toString().replace("-", "") + "\"";
            ask(1, command, "exec", Map.of("command", command));
        };
    }

    private Load.Caller quick(int number) {
        int ingress = gateway.names().contains("ingress-2") ? 1 + number % 2 : 1;
        return () -> {
            String command = "echo " + UUID.randomUUID();
            ask(ingress, command, "exec", Map.of("command", command));
        };
    }

    /** Asks for a call and waits for its end; what is not answered is asked for again under the same key. */
    private void ask(int ingress, String id, String tool, Map<String, String> arguments) throws InterruptedException {
        String body = RawJson.from(Map.of(
                        "tool",
                        tool,
                        "arguments",
                        arguments,
                        "idempotencyKey",
                        UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8))))
                .text();
        while (true) {
            try {
                HttpResponse<String> answer = http.send(
                        request("ingress-" + ingress, "")
                                .header("Content-Type", "application/json")
                                .header("Prefer", "wait=50")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() == 200) {
                    outcomes.put(
                            id,
                            Json.MAPPER.readTree(answer.body()).path("outcome").asString());
                    return;
                }
                if (answer.statusCode() != 202 && answer.statusCode() != 429 && answer.statusCode() != 503) {
                    throw new IllegalStateException(answer.statusCode() + ": " + answer.body());
                }
            } catch (IOException e) {
                // The ingress is busy, or starts.
            }
            Thread.sleep(100);
        }
    }

    private HttpRequest.Builder request(String ingress, String path) {
        return HttpRequest.newBuilder(URI.create(gateway.url(ingress) + "/v1/tool-calls" + path))
                .timeout(Duration.ofSeconds(70))
                .header("Authorization", "Bearer " + gateway.agentKey());
    }

    /** A caller goes on until its call has ended, so that each call is here. */
    private boolean report() {
        Map<String, Integer> totals = new TreeMap<>();
        List<String> broken = new ArrayList<>();
        outcomes.forEach((id, outcome) -> {
            int times = runs.getOrDefault(id, new AtomicInteger()).get();
            totals.merge(outcome, 1, Integer::sum);
            if (times > 1 || (outcome.equals("SUCCEEDED") && times != 1)) {
                broken.add(id + " " + outcome + ", ran " + times + " times");
            }
        });
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("steps", steps);
        report.put("calls", outcomes.size());
        report.put("outcomes", totals);
        report.put("broken", broken);
        System.out.println(RawJson.from(report).text());
        return broken.isEmpty() && !outcomes.isEmpty();
    }
}
