package io.openclaw.gateway.bench;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.standalone.DemoWorker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;

/**
 * Two processes of each stage, agents that ask all the time for a tool with side effects, and {@code kill -9} of one process
 * after the other at random moments, each of which is started again under its name. Then each call that was asked for must
 * have an end, and none may have run twice. Prints one JSON object; ends with status 1 if a promise was broken, and then keeps
 * its directory, with the logs. It starts and kills the processes itself and needs no supervisor.
 */
public final class CrashTest {
    private static final int AGENTS = 8;
    private static final Duration MAX_END = Duration.ofMinutes(4);

    private final Path directory;
    private final Random random;
    private final Map<String, AtomicInteger> runs = new ConcurrentHashMap<>();
    private final Map<String, String> callIds = new ConcurrentHashMap<>();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private @Nullable SplitGateway gateway;

    private CrashTest(Path directory, long seed) {
        this.directory = directory;
        this.random = new Random(seed);
    }

    static void main(String... args) throws Exception {
        int rounds = 10;
        long seed = System.nanoTime();
        for (int i = 0; i + 1 < args.length; i += 2) {
            switch (args[i]) {
                case "--rounds" -> rounds = Integer.parseInt(args[i + 1]);
                case "--seed" -> seed = Long.parseLong(args[i + 1]);
                default -> {
                    System.err.println("what is '" + args[i] + "'? deploy/bench/crash [--rounds N] [--seed N]");
                    System.exit(2);
                }
            }
        }
        Path directory = Files.createTempDirectory("openclaw-crash");
        System.err.println("seed " + seed + ", everything in " + directory);
        boolean good = new CrashTest(directory, seed).run(rounds, seed);
        if (good) {
            FileSystemUtils.deleteRecursively(directory);
        }
        System.exit(good ? 0 : 1);
    }

    private boolean run(int rounds, long seed) throws IOException, InterruptedException {
        DemoWorker worker = DemoWorker.start(0, "crash", Map.of("count", this::count));
        Path tools = Files.writeString(
                directory.resolve("tools.yaml"), "tools:\n  - name: count\n    inputSchema: {type: object}\n");
        Map<String, String> settings = Map.of(
                "OPENCLAW_WORKER_URL", worker.url(),
                "OPENCLAW_WORKER_TOKEN", "crash",
                "OPENCLAW_WORKER_TOOLS", tools.toString());
        try (var split = new SplitGateway(directory, settings)) {
            gateway = split;
            split.start(Map.of("ingress", 2, "policy", 2, "vetting", 2, "approval", 2, "executor", 2, "audit", 2));
            return run(split, rounds, seed);
        }
    }

    private boolean run(SplitGateway split, int rounds, long seed) throws IOException, InterruptedException {
        var asking = new AtomicBoolean(true);
        List<Thread> agents = new ArrayList<>();
        for (int i = 0; i < AGENTS; i++) {
            String name = "agent-" + i;
            agents.add(Thread.ofVirtual().start(() -> ask(name, asking)));
        }
        List<String> killed = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            Thread.sleep(2_000 + random.nextInt(4_000));
            List<String> names = List.copyOf(split.names());
            String name = names.get(random.nextInt(names.size()));
            killed.add(name);
            System.err.println("kill -9 " + name + " after " + callIds.size() + " calls");
            split.kill(name);
            Thread.sleep(random.nextInt(2_000));
            split.start(name);
        }
        Thread.sleep(5_000);
        asking.set(false);
        for (Thread agent : agents) {
            agent.join(MAX_END);
        }
        return report(seed, killed);
    }

    private String count(JsonNode arguments) throws InterruptedException {
        runs.computeIfAbsent(arguments.path("id").asString(""), id -> new AtomicInteger())
                .incrementAndGet();
        Thread.sleep(arguments.path("millis").asInt(0));
        return "{}";
    }

    /** Asks for one call after the other; what is not answered is asked for again under the same key, at the other ingress. */
    private void ask(String name, AtomicBoolean asking) {
        for (int n = 0; asking.get(); n++) {
            String id = name + "-" + n + "-" + UUID.randomUUID();
            String body = RawJson.from(Map.of(
                            "tool",
                            "count",
                            "arguments",
                            Map.of("id", id, "millis", n % 4 * 250),
                            "idempotencyKey",
                            id))
                    .text();
            for (int attempt = 0; !callIds.containsKey(id); attempt++) {
                try {
                    HttpResponse<String> answer = http.send(
                            request("ingress-" + (1 + attempt % 2), "")
                                    .header("Content-Type", "application/json")
                                    .header("Prefer", "wait=5")
                                    .POST(HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
                    if (answer.statusCode() / 100 == 2) {
                        callIds.put(
                                id,
                                Json.MAPPER
                                        .readTree(answer.body())
                                        .path("callId")
                                        .asString());
                    } else {
                        Thread.sleep(200);
                    }
                } catch (IOException e) {
                    pause();
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpRequest.Builder request(String ingress, String path) {
        SplitGateway split = Objects.requireNonNull(gateway);
        return HttpRequest.newBuilder(URI.create(split.url(ingress) + "/v1/tool-calls" + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + split.agentKey());
    }

    private boolean report(long seed, List<String> killed) throws InterruptedException {
        Map<String, Integer> outcomes = new TreeMap<>();
        List<String> broken = new ArrayList<>();
        long end = System.nanoTime() + MAX_END.toNanos();
        for (Map.Entry<String, String> call : callIds.entrySet()) {
            String outcome = outcome(call.getValue(), end);
            int times = runs.getOrDefault(call.getKey(), new AtomicInteger()).get();
            outcomes.merge(outcome, 1, Integer::sum);
            if (outcome.equals("LOST") || times > 1 || (outcome.equals("SUCCEEDED") && times != 1)) {
                broken.add(call.getValue() + " " + outcome + ", ran " + times + " times");
            }
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("seed", seed);
        report.put("killed", killed);
        report.put("calls", callIds.size());
        report.put("outcomes", outcomes);
        report.put("broken", broken);
        System.out.println(RawJson.from(report).text());
        return broken.isEmpty() && !callIds.isEmpty();
    }

    private String outcome(String callId, long end) throws InterruptedException {
        for (int attempt = 0; System.nanoTime() < end; attempt++) {
            try {
                HttpResponse<String> answer = http.send(
                        request("ingress-" + (1 + attempt % 2), "/" + callId)
                                .GET()
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                JsonNode view = Json.MAPPER.readTree(answer.body());
                if (view.path("status").asString("").equals("COMPLETED")) {
                    return view.path("outcome").asString("");
                }
            } catch (IOException e) {
                // It starts again.
            }
            Thread.sleep(200);
        }
        return "LOST";
    }
}
