package io.openclaw.gateway.executor.upstream.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.mcp.McpContext;
import io.openclaw.gateway.common.policy.PolicyDocument.Mcp;
import io.openclaw.gateway.common.policy.PolicyDocument.OAuth;
import io.openclaw.gateway.common.policy.PolicyDocument.Sessions;
import io.openclaw.gateway.common.policy.PolicyDocument.Stdio;
import io.openclaw.gateway.executor.core.Answer;
import io.openclaw.gateway.executor.upstream.Upstream;
import io.openclaw.gateway.executor.upstream.Upstream.Step;
import io.openclaw.gateway.executor.upstream.UpstreamUnavailableException;
import io.openclaw.gateway.executor.upstream.WithheldException;
import io.openclaw.gateway.testing.Calls;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class McpUpstreamIT {
    private static final McpUpstream.News NOBODY = new McpUpstream.News() {
        @Override
        public void changed(Upstream upstream) {
            // Nobody is told.
        }

        @Override
        public void resourceUpdated(Upstream upstream, String uri) {
            // Nobody is told.
        }
    };

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private McpServerDouble server(boolean modern) throws Exception {
        var server = new McpServerDouble(modern);
        open.add(server);
        return server;
    }

    private McpUpstream upstream(@Nullable OAuth oauth, Sessions sessions, McpServerDouble... servers) {
        McpUpstream upstream = McpUpstream.overHttp(
                "server",
                new Mcp(
                        java.util.Arrays.stream(servers)
                                .map(McpServerDouble::url)
                                .toList(),
                        Map.of("X-Api-Key", "${UPSTREAM_KEY}"),
                        oauth,
                        sessions),
                text -> text.replace("${UPSTREAM_KEY}", "the key"),
                Clock.systemUTC(),
                NOBODY);
        open.add(upstream);
        await().atMost(Duration.ofMinutes(2)).until(() -> upstream.look().up());
        return upstream;
    }

    private static ToolCall call(String agent, String tool, String arguments) {
        return Calls.call(agent, "server", tool, RawJson.of(arguments), Instant.now());
    }

    private static Answer answer(McpUpstream upstream, String what) {
        Step step = upstream.run(call("demo", "echo", "{\"do\":\"" + what + "\"}"), (method, params) -> {})
                .orTimeout(20, java.util.concurrent.TimeUnit.SECONDS)
                .join();
        assertThat(step).isInstanceOf(Step.Ended.class);
        return ((Step.Ended) step).answer();
    }

    private static CallError errorOf(Answer answer) {
        return Objects.requireNonNull(answer.error());
    }

    private static String resultOf(Answer answer) {
        return Objects.requireNonNull(answer.result()).text();
    }

    private static UpstreamUnavailableException failure(McpUpstream upstream, String what) {
        try {
            answer(upstream, what);
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(UpstreamUnavailableException.class);
            return (UpstreamUnavailableException) e.getCause();
        }
        throw new AssertionError("it answered");
    }

    @Nested
    class OverHttp {
        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void argumentsArriveToTheLetter(boolean modern) throws Exception {
            McpServerDouble server = server(modern);
            McpUpstream upstream = upstream(null, Sessions.SHARED, server);
            String arguments = "{\"do\":\"x\",\"n\":[-0,-0.0,1.10,9007199254740993,1E2]}";
            upstream.run(call("demo", "echo", arguments), (method, params) -> {})
                    .orTimeout(20, java.util.concurrent.TimeUnit.SECONDS)
                    .join();
            assertThat(server.callBodies).singleElement().asString().contains("\"arguments\":" + arguments);
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void aServerOfEitherEraIsGreetedListedAndCalled(boolean modern) throws Exception {
            McpServerDouble server = server(modern);
            McpUpstream upstream = upstream(null, Sessions.SHARED, server);
            await().atMost(Duration.ofMinutes(2)).until(() -> !upstream.tools().isEmpty());
            // One that wants headers which nobody can make is left out by those who make headers.
            assertThat(upstream.tools()).extracting("name").contains("echo");
            assertThat(upstream.tools().size()).isEqualTo(modern ? 1 : 2);
            assertThat(upstream.leftOut()).hasSize(modern ? 1 : 0).allSatisfy(left -> {
                assertThat(left.name()).isNotEmpty();
                assertThat(left.reason()).isNotEmpty();
            });
            assertThat(answer(upstream, "").outcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(server.callHeaders.get("X-api-key")).containsExactly("the key");
            assertThat(upstream.look().why()).contains(modern ? "2026-07-28" : "2025-06-18");
        }

        @Test
        void whatMustNotBeginIsNotSent() throws Exception {
            McpServerDouble server = server(true);
            McpUpstream upstream = upstream(null, Sessions.SHARED, server);
            int before = server.calls.get();
            var running = upstream.run(call("demo", "echo", "{}"), new Upstream.Listener() {
                @Override
                public void told(String method, RawJson params) {
                    // Nothing is said of what does not run.
                }

                @Override
                public void beforeAttempt() {
                    throw new WithheldException(null);
                }
            });
            assertThat(running)
                    .failsWithin(Duration.ofSeconds(20))
                    .withThrowableThat()
                    .withCauseInstanceOf(WithheldException.class);
            assertThat(server.calls).hasValue(before);
        }

        @Test
        void argumentsThatAToolWantsInHeadersAreSentThereToo() throws Exception {
            McpServerDouble server = server(true);
            McpUpstream upstream = upstream(null, Sessions.SHARED, server);
            await().atMost(Duration.ofMinutes(2)).until(() -> !upstream.tools().isEmpty());
            upstream.run(call("demo", "echo", "{\"region\":\"Zürich\"}"), (method, params) -> {})
                    .join();
            assertThat(server.callHeaders.get("Mcp-param-region")).containsExactly("=?base64?WsO8cmljaA==?=");
            assertThat(server.callHeaders.get("Mcp-name")).containsExactly("echo");
            assertThat(server.callHeaders.get("Mcp-protocol-version")).containsExactly("2026-07-28");
        }

        @Test
        void whatAServerSaysOfAFailureIsKept() throws Exception {
            McpUpstream upstream = upstream(null, Sessions.SHARED, server(false));
            Answer failed = answer(upstream, "fail");
            assertThat(failed.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(errorOf(failed).message()).isEqualTo("it broke");
            assertThat(failed.result()).isNotNull();
            Answer refused = answer(upstream, "refuse");
            assertThat(errorOf(refused).type()).isEqualTo("mcp_error");
            assertThat(resultOf(refused)).contains("-32602");
        }

        @Test
        void whatCannotBeReadIsAnOutcomeThatNobodyKnows() throws Exception {
            McpUpstream upstream = upstream(null, Sessions.SHARED, server(true));
            for (String what : List.of("die", "babble", "flood")) {
                assertThat(failure(upstream, what).mayHaveStarted()).as(what).isTrue();
            }
            assertThat(failure(upstream, "flood")).hasMessageContaining("4194304 bytes");
            assertThat(answer(upstream, "").outcome()).isEqualTo(Outcome.SUCCEEDED);
        }

        @Test
        void aSessionThatTheServerForgotIsBegunAnewAndTheCallRunsOnce() throws Exception {
            McpServerDouble server = server(false);
            McpUpstream upstream = upstream(null, Sessions.SHARED, server);
            assertThat(answer(upstream, "").outcome()).isEqualTo(Outcome.SUCCEEDED);
            server.sessions.clear();
            server.sessions.add("not ours");
            int before = server.calls.get();
            await().atMost(Duration.ofMinutes(2))
                    .ignoreExceptions()
                    .until(() -> answer(upstream, "").outcome() == Outcome.SUCCEEDED);
            assertThat(server.calls.get()).isEqualTo(before + 1);
        }

        @Test
        void aStreamThatEndsEarlyIsTakenUpAgain() throws Exception {
            McpUpstream upstream = upstream(null, Sessions.SHARED, server(false));
            assertThat(resultOf(answer(upstream, "stop"))).contains("taken up again");
        }

        @Test
        void aCallThatIsCancelledIsToldToTheServer() throws Exception {
            McpServerDouble server = server(false);
            McpUpstream upstream = upstream(null, Sessions.SHARED, server);
            CompletableFuture<Step> running =
                    upstream.run(call("demo", "echo", "{\"do\":\"hang\"}"), (method, params) -> {});
            await().atMost(Duration.ofMinutes(2)).until(() -> server.calls.get() == 1);
            running.cancel(true);
            await().atMost(Duration.ofMinutes(2)).until(() -> server.methods.contains("notifications/cancelled"));
        }

        @Test
        void replicasShareTheCallsAndOneThatIsGoneIsLeftOut() throws Exception {
            McpServerDouble one = server(true);
            McpServerDouble other = server(true);
            McpUpstream upstream = upstream(null, Sessions.SHARED, one, other);
            await().atMost(Duration.ofMinutes(2)).until(() -> {
                answer(upstream, "");
                return one.calls.get() > 1 && other.calls.get() > 1;
            });
            one.close();
            for (int i = 0; i < 10; i++) {
                assertThat(answer(upstream, "").outcome()).isEqualTo(Outcome.SUCCEEDED);
            }
        }

        @Test
        void anAgentStaysWhereItsSessionIs() throws Exception {
            McpServerDouble one = server(false);
            McpServerDouble other = server(false);
            McpUpstream upstream = upstream(null, Sessions.AGENT, one, other);
            await().atMost(Duration.ofMinutes(2)).until(() -> !one.sessions.isEmpty() && !other.sessions.isEmpty());
            for (int i = 0; i < 6; i++) {
                upstream.run(call("a", "echo", "{}"), (method, params) -> {}).join();
            }
            assertThat(List.of(one.calls.get(), other.calls.get())).containsExactlyInAnyOrder(0, 6);
            upstream.run(call("b", "echo", "{}"), (method, params) -> {}).join();
            assertThat(one.sessions.size() + other.sessions.size())
                    .as("one for each replica, and one for each agent")
                    .isEqualTo(4);
        }

        @Test
        void aTokenIsFetchedAndFetchedAgainWhenItIsRefused() throws Exception {
            McpServerDouble server = server(true);
            McpUpstream upstream = upstream(
                    new OAuth(server.base() + "/token", "client", "${UPSTREAM_KEY}", "a b"), Sessions.SHARED, server);
            assertThat(answer(upstream, "").outcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(server.tokensGiven()).isEqualTo(1);
            server.wantedToken = "another";
            assertThat(answer(upstream, "").outcome()).isEqualTo(Outcome.SUCCEEDED);
            assertThat(server.tokensGiven()).isEqualTo(2);
        }

        @Test
        void aServerThatIsNotThereIsSaidNotToBeAndNothingWasStarted() throws Exception {
            McpServerDouble gone = new McpServerDouble(true);
            String url = gone.url();
            gone.close();
            McpUpstream upstream = McpUpstream.overHttp(
                    "server",
                    new Mcp(List.of(url), Map.of(), null, Sessions.SHARED),
                    text -> text,
                    Clock.systemUTC(),
                    NOBODY);
            open.add(upstream);
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> upstream.look().why().contains("cannot be reached"));
            assertThat(failure(upstream, "").mayHaveStarted()).isFalse();
        }
    }

    @Nested
    class OverStdio {
        private McpUpstream start(int memoryMb, String... arguments) {
            var args = new ArrayList<>(List.of("-Xmx400m", "-cp", System.getProperty("java.class.path")));
            args.add(StdioServerDouble.class.getName());
            args.addAll(List.of(arguments));
            McpUpstream upstream = McpUpstream.overStdio(
                    "child",
                    new Stdio(
                            ProcessHandle.current().info().command().orElseThrow(),
                            args,
                            Map.of("GIVEN", "${UPSTREAM_KEY}"),
                            null,
                            memoryMb,
                            Sessions.SHARED),
                    text -> text.replace("${UPSTREAM_KEY}", "the key"),
                    NOBODY);
            open.add(upstream);
            await().atMost(Duration.ofMinutes(2)).until(() -> upstream.look().up());
            return upstream;
        }

        @Test
        void aChildIsCalledAndSeesOnlyWhatItIsGiven() {
            McpUpstream upstream = start(1024);
            String environment = resultOf(answer(upstream, "environment"));
            assertThat(environment).contains("GIVEN=the key", "PATH=").doesNotContain("MAVEN", "JAVA_TOOL");
        }

        @Test
        void aChildThatEndsIsStartedAgainAndWhatRanIsUnknown() {
            McpUpstream upstream = start(1024);
            UpstreamUnavailableException ended = failure(upstream, "exit");
            assertThat(ended.mayHaveStarted()).isTrue();
            assertThat(ended).hasMessageContaining("status 7").hasMessageContaining("last words");
            await().atMost(Duration.ofMinutes(2))
                    .ignoreExceptions()
                    .until(() -> answer(upstream, "").outcome() == Outcome.SUCCEEDED);
        }

        @Test
        void aChildThatTakesTooMuchMemoryIsKilledAndSaidToBe() {
            McpUpstream upstream = start(200);
            assertThat(failure(upstream, "eat")).hasMessageContaining("MiB of memory");
        }

        @Test
        void aChildThatWritesALineWithoutEndIsKilledAndSaidToBe() {
            McpUpstream upstream = start(1024);
            assertThat(failure(upstream, "flood")).hasMessageContaining("a line of more than 4194304 bytes");
        }

        @Test
        void linesThatAreNoMessagesAreSkipped() {
            McpUpstream upstream = start(1024);
            assertThat(resultOf(answer(upstream, "babble"))).contains("done");
        }

        @Test
        void aProgramThatCannotBeStartedIsNamed() {
            McpUpstream upstream = McpUpstream.overStdio(
                    "child",
                    new Stdio("/no/such/program", List.of(), Map.of(), null, null, Sessions.SHARED),
                    text -> text,
                    NOBODY);
            open.add(upstream);
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> upstream.look().why().contains("/no/such/program"));
            assertThatThrownBy(() -> answer(upstream, "")).hasMessageContaining("/no/such/program");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aServerGetsNumbersExactlyAndOfTheClientOnlyWhatIsDecidedAbout(boolean modern) throws Exception {
        McpServerDouble server = server(modern);
        McpUpstream upstream = upstream(null, Sessions.SHARED, server);
        String numbers = "[9007199254740993,7960607143101464576,18446744073709551615,0.1,1.10,123456789.123456789123]";
        var said = new McpContext(
                !modern,
                RawJson.of("{\"name\":\"EVIL\",\"version\":\"EVIL\"}"),
                RawJson.of("{\"roots\":{\"EVIL\":1},\"EVIL\":{}}"),
                null,
                false,
                null,
                RawJson.of("{\"example.com/trace\":\"t1\"}"));
        ToolCall call = call("demo", "echo", "{\"n\":" + numbers + "}");
        upstream.run(call.showing(call.arguments(), said.inContext()), (method, params) -> {})
                .orTimeout(20, java.util.concurrent.TimeUnit.SECONDS)
                .join();
        assertThat(server.lastParams)
                .contains("\"n\":" + numbers)
                .contains("\"example.com/trace\":\"t1\"")
                .doesNotContain("EVIL");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aResultWithHalfACharacterFailsAndSaysWhere(boolean modern) throws Exception {
        Answer answer = answer(upstream(null, Sessions.SHARED, server(modern)), "halve");
        assertThat(answer.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(errorOf(answer).message())
                .contains("cannot be passed on")
                .contains("/result/content/0/text has a lone surrogate");
    }
}
