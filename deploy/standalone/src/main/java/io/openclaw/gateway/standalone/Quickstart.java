package io.openclaw.gateway.standalone;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.embedded.PrivateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Tells a person what to try, once the gateway is ready, and writes the same to {@code quickstart.env} for programs.
 *
 * @param hasUpstreams whether there are MCP servers instead of the demo worker
 * @param signInLinks makes the secret part of a link that signs the administrator in once
 */
record Quickstart(Path directory, Urls urls, Secrets secrets, boolean hasUpstreams, Supplier<String> signInLinks) {
    /** How long a sign-in link is good. */
    static final Duration LINK_LIFE = Duration.ofMinutes(10);

    /** Whom {@link Infrastructure} makes the administrator. */
    static final String ADMINISTRATOR = "admin";

    private static final Duration WORRY_EVERY = Duration.ofSeconds(60);
    private static final Duration WORKER_TIMEOUT = Duration.ofSeconds(8);

    /** Where each service is; all the same where they run in one process. */
    record Urls(String gateway, String policy, String approval, String audit) {
        static Urls all(String url) {
            return new Urls(url, url, url, url);
        }
    }

    /**
     * Waits until the gateway says that it is up, then tells. A worker that does not answer is no reason not to: it can come
     * later, and what is wrong with it is told too. While it waits, it tells once a minute what the gateway says.
     */
    void tellWhenReady() throws InterruptedException {
        String last = "nothing";
        long worry = System.nanoTime() + WORRY_EVERY.toNanos();
        int tools = 0;
        long endForTheWorker = Long.MAX_VALUE;
        try (HttpClient client = HttpClient.newHttpClient()) {
            // With the console's login it says which upstream does not answer, and why.
            String login = Base64.getEncoder()
                    .encodeToString(("admin:" + secrets.consolePassword()).getBytes(StandardCharsets.UTF_8));
            var request = HttpRequest.newBuilder(URI.create(urls.gateway() + "/health"))
                    .header("Authorization", "Basic " + login)
                    .build();
            while (true) {
                long now = System.nanoTime();
                if (now > worry) {
                    System.err.println("The gateway is not ready yet. It says: " + last);
                    worry = now + WORRY_EVERY.toNanos();
                }
                try {
                    last = client.send(request, BodyHandlers.ofString()).body();
                    JsonNode components = Json.MAPPER.readTree(last).path("components");
                    boolean workerIsUp = isUp(components, "worker");
                    boolean restIsUp = List.of("kafka", "postgresql", "policy").stream()
                            .allMatch(component -> isUp(components, component));
                    // Until the catalogue has arrived, whole, tools are unknown, and calls of them denied.
                    int known = restIsUp ? tools(client) : 0;
                    boolean knowsTools = known != 0 && known == tools;
                    tools = known;
                    if (restIsUp && endForTheWorker == Long.MAX_VALUE) {
                        endForTheWorker = now + WORKER_TIMEOUT.toNanos();
                    }
                    // A server that does not answer has told of no tools.
                    boolean isLate = now > endForTheWorker && (knowsTools || hasUpstreams);
                    if (restIsUp && ((workerIsUp && knowsTools) || isLate)) {
                        tell(workerIsUp ? "" : components.at("/worker/why").asString(""));
                        return;
                    }
                } catch (IOException | JacksonException e) {
                    last = e.toString();
                }
                Thread.sleep(100);
            }
        }
    }

    /** Counts the tools that the demo agent may call; -1 if the policy no longer has that agent. */
    private int tools(HttpClient client) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(urls.policy() + "/v1/tools"))
                .header("Authorization", "Bearer " + secrets.agentKey())
                .build();
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
        return answer.statusCode() == 401
                ? -1
                : Json.MAPPER.readTree(answer.body()).path("tools").size();
    }

    private static boolean isUp(JsonNode components, String name) {
        return components.path(name).path("status").asString("").equals("UP");
    }

    private void tell(String whyTheWorkerIsDown) {
        try {
            System.out.println(announcement());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the quickstart.env of " + directory, e);
        }
        if (!whyTheWorkerIsDown.isEmpty()) {
            System.out.println("But calls will fail until the worker answers. " + whyTheWorkerIsDown + "\n");
        }
        System.out.flush();
    }

    /**
     * Writes {@code quickstart.env}, and returns what a person is told. What is printed ends up in log files and journals, so
     * keys and passwords are printed at the first start only.
     */
    String announcement() throws IOException {
        Path file = directory.resolve("quickstart.env");
        boolean isFirstStart = !Files.exists(file);
        PrivateFile.write(file, writer -> writer.write(environment()));
        return isFirstStart ? words(file) : shortWords(file);
    }

    private String environment() {
        return """
                GATEWAY_URL=%s
                AGENT_KEY=%s
                CONSOLE_URL=%s/console/approvals
                CONSOLE_USER=admin
                CONSOLE_PASSWORD=%s
                POLICY_URL=%s
                APPROVAL_URL=%s
                AUDIT_URL=%s
                """.formatted(
                        urls.gateway(),
                        secrets.agentKey(),
                        urls.approval(),
                        secrets.consolePassword(),
                        urls.policy(),
                        urls.approval(),
                        urls.audit());
    }

    /** What is said at later starts: no key and no password. */
    private String shortWords(Path file) {
        return """

                OpenClaw Gateway is ready.

                  Gateway   %1$s        (health: %1$s/health)
                  Console   %2$s/   user admin
                            %2$s/sign-in/link?secret=%3$s
                            (signs in once, within ten minutes)
                  MCP       %1$s/mcp
                  Policy    %4$s   (deploy/policy --help)
                  The agent's key and the administrator's password were printed at the first start; they are in
                  %5$s
                """.formatted(urls.gateway(), urls.approval(), signInLinks.get(), directory.resolve("policy"), file);
    }

    private String words(Path file) {
        return """

                OpenClaw Gateway is ready.

                  Gateway   %1$s        (health: %1$s/health)
                  Console   %7$s/   user admin, password %4$s
                            %7$s/sign-in/link?secret=%8$s
                            (signs in once, within ten minutes)
                  Agent     demo, key %2$s
                  MCP       %1$s/mcp   (Authorization: Bearer, and the key)
                  Policy    %6$s   (deploy/policy --help)
                  Settings for scripts: %5$s

                Try (each line can be pasted as it is):

                """.formatted(
                                urls.gateway(),
                                secrets.agentKey(),
                                urls.audit(),
                                secrets.consolePassword(),
                                file,
                                directory.resolve("policy"),
                                urls.approval(),
                                signInLinks.get())
                + (hasUpstreams ? overMcp() : overRest());
    }

    private String overMcp() {
        String request = "curl -sS %s/mcp -H 'Authorization: Bearer %s' -H 'Content-Type: application/json'"
                        .formatted(urls.gateway(), secrets.agentKey())
                + " -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: %1$s' -d '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
                + "\"%1$s\",\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}'";
        return """
                1. Which tools the demo agent has:
                   %s

                2. Point a client at it:
                   claude mcp add --transport http openclaw-gateway %s/mcp --header 'Authorization: Bearer %s'

                3. What was asked for, and what became of it:
                   curl -sS -u 'admin:%s' '%s/audit?limit=5'
                """.formatted(
                        request.formatted("tools/list"),
                        urls.gateway(),
                        secrets.agentKey(),
                        secrets.consolePassword(),
                        urls.audit());
    }

    private String overRest() {
        return """
                1. A command that is allowed:
                   curl -sS %1$s/v1/tool-calls -H 'Authorization: Bearer %2$s' -H 'Content-Type: application/json' -d '{"tool":"exec","arguments":{"command":"ls -l"}}'

                2. A command that is denied:
                   curl -sS %1$s/v1/tool-calls -H 'Authorization: Bearer %2$s' -H 'Content-Type: application/json' -d '{"tool":"exec","arguments":{"command":"rm -rf /"}}'

                3. A message that waits for a person (the answer has the call's id and where to ask again):
                   curl -sS %1$s/v1/tool-calls -H 'Authorization: Bearer %2$s' -H 'Content-Type: application/json' -H 'Prefer: wait=1' -d '{"tool":"message","arguments":{"text":"Hello"}}'
                   It waits in the console, and at: curl -sS -u 'admin:%4$s' '%7$s/v1/approvals?status=pending'
                   Say yes:     curl -sS -u 'admin:%4$s' -H 'Content-Type: application/json' -d '{"decision":"approve","reason":"fine"}' %7$s/v1/approvals/ID/decision
                """.formatted(
                        urls.gateway(),
                        secrets.agentKey(),
                        urls.audit(),
                        secrets.consolePassword(),
                        directory,
                        directory.resolve("policy"),
                        urls.approval());
    }
}
