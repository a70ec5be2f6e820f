package io.openclaw.gateway.executor.upstream;

import io.openclaw.gateway.common.boot.GatewayApplication;
import io.openclaw.gateway.common.call.CallContext;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.executor.core.Answer;
import io.openclaw.gateway.executor.core.WorkerResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** An OpenClaw worker: {@code POST /tools/invoke}, as its docs/gateway/tools-invoke-http-api.md says. */
public final class OpenClawWorker implements Upstream {
    /**
     * A worker on Node closes a connection that was idle for 5 s. One that we use at that moment looks like a call that
     * nobody can say the end of, so ours are given up sooner.
     */
    private static final TimeValue KEEP_ALIVE = TimeValue.ofSeconds(4);

    /**
     * How long a connection may rest before we look whether the worker closed it, as one that was restarted did. The look
     * takes a millisecond, so a busy connection is spared it.
     */
    private static final TimeValue RESTED = TimeValue.ofMilliseconds(20);

    private static final Timeout CONNECT_TIMEOUT = Timeout.ofSeconds(3);
    private static final Timeout LOOK_TIMEOUT = Timeout.ofSeconds(5);
    /** Places are given by the upstream's bulkhead, not here. */
    private static final int MOST_CONNECTIONS = 100_000;

    private final String name;
    private final URI endpoint;
    private final @Nullable String token;
    private final WorkerTools tools;
    private final CloseableHttpClient client = client();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

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
    }

    /** A client that sends what it is told to, once. */
    private static CloseableHttpClient client() {
        return HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(CONNECT_TIMEOUT)
                                .setSocketTimeout(Timeout.DISABLED)
                                .setValidateAfterInactivity(RESTED)
                                .build())
                        .setMaxConnTotal(MOST_CONNECTIONS)
                        .setMaxConnPerRoute(MOST_CONNECTIONS)
                        .build())
                .setKeepAliveStrategy((response, context) -> KEEP_ALIVE)
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableAuthCaching()
                .disableCookieManagement()
                .disableContentCompression()
                .setUserAgent("openclaw-gateway")
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
    @SuppressWarnings("FutureReturnValueIgnored") // It fails as the one it depends on does.
    public CompletableFuture<Step> run(ToolCall call, Listener listener) {
        HttpPost request = request(body(call));
        CallContext.of(call).workerHeaders().forEach(request::setHeader);
        CompletableFuture<Step> running = CompletableFuture.supplyAsync(
                () -> {
                    listener.beforeAttempt();
                    return new Step.Ended(answer(request));
                },
                threads);
        running.whenComplete((step, problem) -> {
            if (running.isCancelled()) {
                request.cancel();
            }
        });
        return running;
    }

    private Answer answer(HttpPost request) {
        try {
            return client.execute(request, response -> {
                byte[] body = body(response);
                if (body.length > GatewayApplication.MAX_PAYLOAD_BYTES) {
                    // Else the rest would be read, however much it is.
                    request.cancel();
                    throw new ResultTooLargeException();
                }
                return WorkerResponse.read(response.getCode(), body);
            });
        } catch (ResultTooLargeException e) {
            return Answer.failed(CallError.of(
                    "result_too_large",
                    "The tool ran, but its result has more than " + GatewayApplication.MAX_PAYLOAD_BYTES
                            + " bytes; ask it for less."));
        } catch (IOException e) {
            throw unanswered(e);
        }
    }

    private static byte[] body(ClassicHttpResponse response) throws IOException {
        HttpEntity entity = response.getEntity();
        return entity == null ? new byte[0] : entity.getContent().readNBytes(GatewayApplication.MAX_PAYLOAD_BYTES + 1);
    }

    private static final class ResultTooLargeException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    @Override
    public List<ToolDefinition> tools() {
        return tools.now();
    }

    /** Sends a request that no worker runs: one that wants the token answers 401 if ours is wrong, and else 400. */
    @Override
    public Reachability look() {
        HttpPost request = request("{}");
        request.setConfig(
                RequestConfig.custom().setResponseTimeout(LOOK_TIMEOUT).build());
        try {
            int status = client.execute(request, HttpResponse::getCode);
            return switch (status) {
                case 400 -> new Reachability(true, "the worker at " + endpoint + " answers");
                case 401 ->
                    new Reachability(
                            false,
                            "the worker at " + endpoint + " refuses our token; set OPENCLAW_WORKER_TOKEN to its"
                                    + " gateway.auth.token");
                default ->
                    new Reachability(
                            false,
                            endpoint + " answers HTTP " + status + ", as no worker does; check"
                                    + " OPENCLAW_WORKER_URL");
            };
        } catch (IOException e) {
            return new Reachability(false, "no worker answers at " + endpoint + " (" + e + "); is it running?");
        }
    }

    private HttpPost request(String body) {
        var request = new HttpPost(endpoint);
        request.setEntity(new StringEntity(body, ContentType.APPLICATION_JSON));
        if (token != null) {
            request.setHeader(HttpHeaders.AUTHORIZATION, "Bearer " + token);
        }
        return request;
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
        CallContext context = CallContext.of(call);
        append(body, "sessionKey", context.sessionKey());
        append(body, "agentId", context.agentId());
        append(body, "dryRun", context.dryRun());
        return body.append('}').toString();
    }

    private static void append(StringBuilder body, String name, @Nullable Object value) {
        if (value != null) {
            body.append(",\"").append(name).append("\":").append(Json.MAPPER.writeValueAsString(value));
        }
    }

    private UpstreamUnavailableException unanswered(IOException problem) {
        boolean neverThere = problem instanceof ConnectException
                || problem instanceof ConnectTimeoutException
                || problem instanceof NoRouteToHostException
                || problem instanceof UnknownHostException;
        return new UpstreamUnavailableException(
                neverThere
                        ? "The worker at " + endpoint + " cannot be reached (" + problem + "). Is it running?"
                        : "The worker at " + endpoint + " did not answer (" + problem + ").",
                !neverThere,
                problem);
    }

    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
        threads.shutdownNow();
    }
}
