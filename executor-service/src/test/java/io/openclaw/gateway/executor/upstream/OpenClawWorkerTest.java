package io.openclaw.gateway.executor.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.sun.net.httpserver.HttpServer;
import io.openclaw.gateway.common.boot.GatewayApplication;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.executor.core.Answer;
import io.openclaw.gateway.testing.Calls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpenClawWorkerTest {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch gone = new CountDownLatch(1);
    private final AtomicReference<String> lastBody = new AtomicReference<>("");
    private final AtomicReference<Map<String, List<String>>> lastHeaders = new AtomicReference<>(Map.of());
    private final AtomicInteger runs = new AtomicInteger();
    private HttpServer server;
    private int port;
    private OpenClawWorker worker;

    @BeforeEach
    void startThem() throws IOException {
        startServer(0);
        worker = new OpenClawWorker("openclaw", "http://127.0.0.1:" + port + "/", "secret", new WorkerTools(null));
    }

    private void startServer(int at) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 0);
        port = server.getAddress().getPort();
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/tools/invoke", exchange -> {
            try (exchange) {
                runs.incrementAndGet();
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                lastBody.set(body);
                lastHeaders.set(Map.copyOf(exchange.getRequestHeaders()));
                if (body.contains("\"hang_up\"")) {
                    return;
                }
                byte[] answer = "{\"ok\":true,\"result\":{}}".getBytes(StandardCharsets.UTF_8);
                boolean slow = body.contains("\"slow\"");
                if (slow || body.contains("\"endless\"")) {
                    exchange.sendResponseHeaders(200, 0);
                    asked.countDown();
                    try {
                        while (true) {
                            exchange.getResponseBody().write(new byte[slow ? 1 : 65_536]);
                            exchange.getResponseBody().flush();
                            Thread.sleep(slow ? 10 : 0);
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return;
                    } catch (IOException e) {
                        gone.countDown();
                        throw e;
                    }
                }
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        server.start();
    }

    @AfterEach
    void stopThem() {
        worker.close();
        server.stop(0);
    }

    private CompletableFuture<Upstream.Step> start(String tool) {
        return worker.run(
                Calls.call("demo", "openclaw", tool, RawJson.EMPTY_OBJECT, Instant.now()), (method, params) -> {});
    }

    private Answer run(String tool) throws Exception {
        return ((Upstream.Step.Ended) start(tool).get(120, TimeUnit.SECONDS)).answer();
    }

    private static void assertUnavailable(CompletableFuture<Upstream.Step> running, boolean mayHaveStarted) {
        assertThat(running)
                .failsWithin(120, TimeUnit.SECONDS)
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .asInstanceOf(type(UpstreamUnavailableException.class))
                .satisfies(problem -> {
                    assertThat(problem.mayHaveStarted()).isEqualTo(mayHaveStarted);
                    assertThat(problem).hasMessageContaining("/tools/invoke");
                });
    }

    private void run(String arguments, @Nullable String context) throws Exception {
        ToolCall call = Calls.call("demo", "openclaw", "echo", RawJson.of(arguments), Instant.now());
        worker.run(call.showing(call.arguments(), context == null ? null : RawJson.of(context)), (method, params) -> {})
                .get(20, TimeUnit.SECONDS);
    }

    @Test
    void aWorkerGetsTheContextThatItKnowsAndNothingElse() throws Exception {
        run(
                "{}",
                "{\"sessionKey\":\"main\",\"agentId\":\"a\",\"dryRun\":true,\"x-openclaw-message-to\":\"+1\","
                        + "\"x-openclaw-account-id\":\"acct\",\"x-openclaw-thread-id\":\"t\",\"x-openclaw-message-channel\":\"c\","
                        + "\"x-openclaw-evil\":\"+1EVIL\",\"evil\":\"+1EVIL\",\"meta\":{\"evil\":\"+1EVIL\"},\"mcp\":{\"clientInfo\":\"+1EVIL\"}}");
        assertThat(lastBody.get())
                .contains("\"sessionKey\":\"main\",\"agentId\":\"a\",\"dryRun\":true")
                .doesNotContain("EVIL");
        assertThat(lastHeaders.get().toString()).doesNotContain("EVIL");
        assertThat(lastHeaders.get())
                .containsEntry("X-openclaw-message-to", List.of("+1"))
                .containsEntry("X-openclaw-account-id", List.of("acct"))
                .containsEntry("X-openclaw-thread-id", List.of("t"))
                .containsEntry("X-openclaw-message-channel", List.of("c"));
    }

    @Test
    void numbersReachAWorkerAsTheyWereWritten() throws Exception {
        String numbers = "{\"n\":[9007199254740993,18446744073709551615,0.1,1.10,123456789.123456789123]}";
        run(numbers, null);
        assertThat(lastBody.get()).contains("\"args\":" + numbers);
    }

    @Test
    void aWorkerThatWasRestartedIsCalledOnANewConnection() throws Exception {
        assertThat(run("echo").outcome()).isEqualTo(Outcome.SUCCEEDED);
        server.stop(0);
        startServer(port);
        // As long as a connection may rest without a look at it; a restart takes longer, except here.
        Thread.sleep(50);
        assertThat(run("echo").outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(runs).hasValue(2);
    }

    @Test
    void aCallThatReachesNoWorkerWasNotStarted() throws Exception {
        assertThat(run("echo").outcome()).isEqualTo(Outcome.SUCCEEDED);
        server.stop(0);
        Thread.sleep(50);
        assertUnavailable(start("echo"), false);
    }

    /** It may have done what it was asked, so nobody may send the request again. */
    @Test
    void aWorkerThatHangsUpWithoutAnAnswerMayHaveRunTheCall() {
        assertUnavailable(start("hang_up"), true);
        assertThat(runs).hasValue(1);
    }

    @Test
    void aResultWithoutEndIsNotRead() throws Exception {
        Answer answer = run("endless");
        assertThat(answer.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(answer.error()).isNotNull().satisfies(error -> {
            assertThat(error.type()).isEqualTo("result_too_large");
            assertThat(error.message()).contains(Integer.toString(GatewayApplication.MAX_PAYLOAD_BYTES));
        });
        assertThat(gone.await(120, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aCallThatIsNoLongerWantedLeavesItsWorker() throws Exception {
        CompletableFuture<Upstream.Step> running = start("slow");
        assertThat(asked.await(120, TimeUnit.SECONDS)).isTrue();
        running.cancel(true);
        assertThat(gone.await(120, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatMustNotBeginIsNotSent() {
        CompletableFuture<Upstream.Step> running = worker.run(
                Calls.call("demo", "openclaw", "echo", RawJson.EMPTY_OBJECT, Instant.now()), new Forbidding());
        assertThat(running)
                .failsWithin(20, TimeUnit.SECONDS)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(WithheldException.class);
        assertThat(runs).hasValue(0);
    }

    private static final class Forbidding implements Upstream.Listener {
        @Override
        public void told(String method, RawJson params) {
            // Nothing is said of what does not run.
        }

        @Override
        public void beforeAttempt() {
            throw new WithheldException(null);
        }
    }
}
