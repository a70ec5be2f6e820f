package io.openclaw.gateway.executor.upstream;

import io.openclaw.gateway.common.boot.GatewayApplication;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.executor.core.Answer;
import io.openclaw.gateway.executor.core.WorkerResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** An OpenClaw worker: {@code POST /tools/invoke}, as its docs/gateway/tools-invoke-http-api.md says. */
public final class OpenClawWorker implements Upstream {
    static {
        // A worker on Node closes a connection that was idle for 5 s. One that we use at that moment looks like a call
        // that
        // nobody can say the end of, so ours are given up sooner. In seconds; read once, by the first client.
        if (System.getProperty("jdk.httpclient.keepalive.timeout") == null) {
            System.setProperty("jdk.httpclient.keepalive.timeout", "4");
        }
    }

    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(3);
    private static final Duration LOOK_PATIENCE = Duration.ofSeconds(5);
    private static final String HEADER_PREFIX = "x-openclaw-";
    private static final Set<String> IN_BODY = Set.of("sessionKey", "agentId", "dryRun");

    private final String name;
    private final URI endpoint;
    private final @Nullable String token;
    private final WorkerTools tools;
    private final HttpClient client;

    /**
     * @param url the worker's base URL, such as {@code http://127.0.0.1:18789}
     * @param token the worker's {@code gateway.auth.token}, if it wants one
     * @param tools which tools it has: a worker does not say
     * @throws IllegalArgumentException if the URL is none of http or https
     */
    public OpenClawWorker(String name, String url, @Nullable String token, WorkerTools tools) {
        this.name = name;
        this.endpoint = endpoint(url);
        this.tools = tools;
        this.token = token == null || token.isBlank() ? null : token;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_PATIENCE)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    private static URI endpoint(String url) {
        URI base = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
        if (base.getHost() == null || !("http".equals(base.getScheme()) || "https".equals(base.getScheme()))) {
            throw new IllegalArgumentException(
                    "OPENCLAW_WORKER_URL is '" + url + "'; it must be a URL such as http://127.0.0.1:18789");
        }
        return URI.create(base + "/tools/invoke");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CompletableFuture<Step> run(ToolCall call, Listener listener) {
        var request = request(body(call));
        ObjectNode context = context(call);
        if (context != null) {
            context.properties().stream()
                    .filter(entry -> entry.getKey().startsWith(HEADER_PREFIX))
                    .forEach(entry ->
                            request.header(entry.getKey(), entry.getValue().asString()));
        }
        return client.sendAsync(
                        request.build(),
                        BodyHandlers.limiting(BodyHandlers.ofByteArray(), GatewayApplication.MAX_PAYLOAD_BYTES))
                .handle((response, problem) ->
                        new Step.Ended(response == null ? unanswered(problem) : answer(response)));
    }

    @Override
    public List<ToolDefinition> tools() {
        return tools.now();
    }

    /** Sends a request that no worker runs: one that wants the token answers 401 if ours is wrong, and else 400. */
    @Override
    public Reachability look() {
        try {
            HttpResponse<byte[]> response = client.send(
                    request("{}").timeout(LOOK_PATIENCE).build(),
                    BodyHandlers.limiting(BodyHandlers.ofByteArray(), GatewayApplication.MAX_PAYLOAD_BYTES));
            return switch (response.statusCode()) {
                case 400 -> new Reachability(true, "the worker at " + endpoint + " answers");
                case 401 ->
                    new Reachability(
                            false,
                            "the worker at " + endpoint + " refuses our token; set OPENCLAW_WORKER_TOKEN to its"
                                    + " gateway.auth.token");
                default ->
                    new Reachability(
                            false,
                            endpoint + " answers HTTP " + response.statusCode() + ", as no worker does; check"
                                    + " OPENCLAW_WORKER_URL");
            };
        } catch (IOException e) {
            return new Reachability(false, "no worker answers at " + endpoint + " (" + e + "); is it running?");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Reachability(false, "interrupted");
        }
    }

    private HttpRequest.Builder request(String body) {
        var request = HttpRequest.newBuilder(endpoint)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    private static String body(ToolCall call) {
        RawJson arguments = call.arguments() == null ? RawJson.EMPTY_OBJECT : call.arguments();
        var body = new StringBuilder(arguments.text().length() + 128)
                .append("{\"tool\":")
                .append(Json.MAPPER.writeValueAsString(call.tool()))
                .append(",\"args\":")
                .append(arguments.text())
                .append(",\"idempotencyKey\":\"")
                .append(call.callId())
                .append('"');
        ObjectNode context = context(call);
        if (context != null) {
            context.properties().stream()
                    .filter(entry -> IN_BODY.contains(entry.getKey()))
                    .forEach(entry -> body.append(',')
                            .append(Json.MAPPER.writeValueAsString(entry.getKey()))
                            .append(':')
                            .append(entry.getValue()));
        }
        return body.append('}').toString();
    }

    private static @Nullable ObjectNode context(ToolCall call) {
        RawJson context = call.context();
        return context != null && context.as(JsonNode.class) instanceof ObjectNode object ? object : null;
    }

    private static Answer answer(HttpResponse<byte[]> response) {
        return WorkerResponse.read(response.statusCode(), response.body());
    }

    private Answer unanswered(Throwable thrown) {
        Throwable problem =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (String.valueOf(problem.getMessage()).contains("exceeds capacity")) {
            return Answer.failed(CallError.of(
                    "result_too_large",
                    "The tool ran, but its result has more than " + GatewayApplication.MAX_PAYLOAD_BYTES
                            + " bytes; ask it for less."));
        }
        boolean neverThere = problem instanceof ConnectException || problem instanceof HttpConnectTimeoutException;
        throw new UpstreamUnavailableException(
                neverThere
                        ? "The worker at " + endpoint + " cannot be reached (" + problem + "). Is it running?"
                        : "The worker at " + endpoint + " did not answer (" + problem + ").",
                !neverThere,
                problem);
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
