package io.openclaw.gateway.executor.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.retry.RetryRegistry;
import io.github.resilience4j.timelimiter.TimeLimiterRegistry;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.executor.core.Answer;
import io.openclaw.gateway.testing.Calls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UpstreamsTest {
    private static final Dialogue SILENT = new Dialogue() {
        @Override
        public void told(String method, RawJson params) {
            // Nobody listens.
        }

        @Override
        public void beforeAttempt() {
            // It may begin.
        }

        @Override
        public void didNotStart() {
            // Nobody counts.
        }

        @Override
        public void cancellableBy(Runnable how) {
            // Nobody cancels.
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public Optional<Given> ask(Map<String, RawJson> requests) {
            return Optional.empty();
        }
    };

    private HttpServer worker;
    private Upstreams upstreams;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile String token = "";

    @BeforeEach
    void startThem() throws IOException {
        worker = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        worker.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        worker.createContext("/tools/invoke", exchange -> {
            try (exchange) {
                token = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
                if (new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8).contains("slow")) {
                    ended.await();
                }
                byte[] answer = "{\"ok\":true,\"result\":{}}".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        worker.start();
        upstreams = new Upstreams(
                List.of(),
                Map.of("UPSTREAM_TOKEN", "the token")::get,
                BulkheadRegistry.ofDefaults(),
                CircuitBreakerRegistry.ofDefaults(),
                TimeLimiterRegistry.ofDefaults(),
                RetryRegistry.ofDefaults(),
                Clock.systemUTC());
    }

    @AfterEach
    void stopThem() {
        ended.countDown();
        upstreams.close();
        worker.stop(0);
    }

    private PolicyDocument.Upstream described(Map<String, String> labels, String secret, @Nullable String timeout) {
        String url = "http://127.0.0.1:" + worker.getAddress().getPort();
        return new PolicyDocument.Upstream(
                "second",
                labels,
                List.of(),
                List.of(),
                List.of(),
                Decision.DENY,
                new PolicyDocument.OpenClaw(url, secret, null),
                null,
                null,
                timeout,
                2,
                List.of());
    }

    private Answer run(String tool) {
        return upstreams
                .find("second")
                .orElseThrow()
                .run(Calls.call("demo", "second", tool, RawJson.EMPTY_OBJECT, Instant.now()), false, SILENT);
    }

    @Test
    void aWorkerThatThePolicyDescribesRunsCallsWithTheSecretThatItNames() {
        upstreams.use(List.of(described(Map.of(), "${UPSTREAM_TOKEN}", "30s")));
        assertThat(run("echo").outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(token).isEqualTo("Bearer the token");
        assertThat(upstreams.find("second").orElseThrow().tools()).isNotEmpty();
    }

    private static PolicyDocument.Upstream limited(@Nullable String timeout, @Nullable Integer concurrency) {
        return new PolicyDocument.Upstream(
                "openclaw",
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                Decision.DENY,
                null,
                null,
                null,
                timeout,
                concurrency,
                List.of());
    }

    /** A policy says how long calls may take, and how many run at once, of an upstream that only the settings know how to reach, too. */
    @Test
    void thePolicysLimitsHoldForAnUpstreamOfTheSettings() {
        Upstream ofSettings = new OpenClawWorker(
                "openclaw", "http://127.0.0.1:" + worker.getAddress().getPort(), "t", new WorkerTools(null));
        try (var both = new Upstreams(
                List.of(ofSettings),
                name -> null,
                BulkheadRegistry.ofDefaults(),
                CircuitBreakerRegistry.ofDefaults(),
                TimeLimiterRegistry.ofDefaults(),
                RetryRegistry.ofDefaults(),
                Clock.systemUTC())) {
            int before = both.find("openclaw").orElseThrow().maxConcurrent();
            both.use(List.of(limited("1s", 3)));
            GuardedUpstream limited = both.find("openclaw").orElseThrow();
            assertThat(limited.maxConcurrent()).isEqualTo(3).isNotEqualTo(before);
            Answer answer = limited.run(
                    Calls.call("demo", "openclaw", "slow", RawJson.EMPTY_OBJECT, Instant.now()), false, SILENT);
            assertThat(answer.outcome()).isNotEqualTo(Outcome.SUCCEEDED);
            both.use(List.of(limited("1s", 3)));
            assertThat(both.find("openclaw")).containsSame(limited);
            both.use(List.of(limited(null, null)));
            assertThat(both.find("openclaw").orElseThrow().maxConcurrent()).isEqualTo(before);
        }
    }

    @Test
    void itsTimeIsItsOwn() {
        upstreams.use(List.of(described(Map.of(), "${UPSTREAM_TOKEN}", "1s")));
        Answer answer = run("slow");
        assertThat(answer.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(answer.error())
                .isNotNull()
                .satisfies(error -> assertThat(error.message()).contains("within 1 s"));
    }

    @Test
    void aPolicyThatChangesLeavesConnectedWhatItDoesNotChange() {
        upstreams.use(List.of(described(Map.of(), "${UPSTREAM_TOKEN}", "30s")));
        GuardedUpstream before = upstreams.find("second").orElseThrow();
        upstreams.use(List.of(described(Map.of("environment", "production"), "${UPSTREAM_TOKEN}", "30s")));
        assertThat(upstreams.find("second")).containsSame(before);
        upstreams.use(List.of(described(Map.of(), "${UPSTREAM_TOKEN}", "31s")));
        assertThat(upstreams.find("second")).isPresent().get().isNotSameAs(before);
        upstreams.use(List.of());
        assertThat(upstreams.find("second")).isEmpty();
    }

    @Test
    void aSecretThatIsNotSetLeavesOutItsUpstreamAlone() {
        upstreams.use(List.of(described(Map.of(), "${UPSTREAM_OTHER}", null)));
        assertThat(upstreams.names()).isEmpty();
    }
}
