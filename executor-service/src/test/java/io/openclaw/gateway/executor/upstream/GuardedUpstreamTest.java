package io.openclaw.gateway.executor.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import io.github.resilience4j.timelimiter.TimeLimiterConfig;
import io.github.resilience4j.timelimiter.TimeLimiterRegistry;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.executor.core.Answer;
import io.openclaw.gateway.testing.Calls;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardedUpstreamTest {
    private static final ToolCall CALL =
            Calls.call("demo", "files", "read", RawJson.EMPTY_OBJECT, Instant.parse("2026-11-26T12:00:00Z"));
    private static final Answer DONE = Answer.succeeded(RawJson.of("{\"ok\":true}"));
    private static final RawJson FORM = RawJson.of("{\"method\":\"elicitation/create\"}");

    private final Script upstream = new Script();
    private final Client client = new Client();
    private final GuardedUpstream guarded = guarded(Duration.ofMinutes(1));

    private GuardedUpstream guarded(Duration timeout) {
        return new GuardedUpstream(
                upstream,
                BulkheadRegistry.of(BulkheadConfig.custom()
                        .maxConcurrentCalls(1)
                        .maxWaitDuration(Duration.ZERO)
                        .build()),
                CircuitBreakerRegistry.of(CircuitBreakerConfig.custom()
                        .minimumNumberOfCalls(5)
                        .slidingWindowSize(10)
                        .recordExceptions(UpstreamUnavailableException.class)
                        .build()),
                TimeLimiterRegistry.of(
                        TimeLimiterConfig.custom().timeoutDuration(timeout).build()),
                RetryRegistry.of(RetryConfig.custom()
                        .maxAttempts(3)
                        .waitDuration(Duration.ofMillis(1))
                        .retryExceptions(UpstreamUnavailableException.class)
                        .build()));
    }

    private static CompletableFuture<Upstream.Step> ended(Answer answer) {
        return CompletableFuture.completedFuture(new Upstream.Step.Ended(answer));
    }

    private static CompletableFuture<Upstream.Step> unavailable(boolean mayHaveStarted) {
        return CompletableFuture.failedFuture(
                new UpstreamUnavailableException("connection reset", mayHaveStarted, new IllegalStateException()));
    }

    private static String typeOf(Answer answer) {
        CallError error = answer.error();
        return error == null ? "" : error.type();
    }

    @Nested
    class ACall {
        @Test
        void endsAsItsUpstreamSays() {
            upstream.then(() -> ended(DONE));
            assertThat(guarded.run(CALL, false, client)).isEqualTo(DONE);
            assertThat(upstream.calls).containsExactly(CALL);
        }

        /** "Failed" would tell the agent that it may ask again. */
        @Test
        void withSideEffectsThatMayHaveStartedIsUnknownAndNotRunAgain() {
            upstream.then(() -> unavailable(true)).then(() -> ended(DONE));
            Answer answer = guarded.run(CALL, false, client);
            assertThat(answer.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(String.valueOf(answer.error())).contains("connection reset", "was not run again");
            assertThat(upstream.calls).hasSize(1);
            assertThat(client.notStarted).isZero();
        }

        @Test
        void withSideEffectsThatDidNotStartHasFailed() {
            upstream.then(() -> unavailable(false));
            Answer answer = guarded.run(CALL, false, client);
            assertThat(answer.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(typeOf(answer)).isEqualTo("upstream_unavailable");
            assertThat(client.notStarted).isOne();
        }

        @Test
        void thatMayBeRepeatedIsRetried() {
            upstream.then(() -> unavailable(true))
                    .then(() -> unavailable(false))
                    .then(() -> ended(DONE));
            assertThat(guarded.run(CALL, true, client)).isEqualTo(DONE);
            assertThat(upstream.calls).hasSize(3);
        }

        @Test
        void thatMayBeRepeatedFailsAfterTheLastAttempt() {
            upstream.then(() -> unavailable(true)).then(() -> unavailable(true)).then(() -> unavailable(true));
            Answer answer = guarded.run(CALL, true, client);
            assertThat(answer.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(upstream.calls).hasSize(3);
        }

        @Test
        void thatItsToolFailedIsNotRetried() {
            Answer failed = Answer.failed(CallError.of("tool_error", "no such file"));
            upstream.then(() -> ended(failed));
            assertThat(guarded.run(CALL, true, client)).isEqualTo(failed);
            assertThat(upstream.calls).hasSize(1);
        }

        @ParameterizedTest
        @CsvSource({"false, UNKNOWN", "true, FAILED"})
        void thatTakesTooLongIsGivenUp(boolean repeatable, Outcome outcome) {
            var waiting = new ArrayList<CompletableFuture<Upstream.Step>>();
            for (int i = 0; i < 3; i++) {
                upstream.then(() -> {
                    waiting.add(new CompletableFuture<>());
                    return waiting.getLast();
                });
            }
            Answer answer = guarded(Duration.ofMillis(5)).run(CALL, repeatable, client);
            assertThat(answer.outcome()).isEqualTo(outcome);
            assertThat(String.valueOf(answer.error())).contains("did not answer within");
            assertThat(waiting).hasSize(repeatable ? 3 : 1).allMatch(CompletableFuture::isCancelled);
        }

        @Test
        void thatIsWithheldByTheLastLookIsNotSent() {
            client.withheld = new WithheldException(Answer.cancelledBeforeItRan());
            upstream.then(() -> ended(DONE));
            assertThatThrownBy(() -> guarded.run(CALL, true, client)).isSameAs(client.withheld);
            assertThat(upstream.sent).isZero();
        }

        @Test
        void thatMakesTheExecutorFailIsUnknown() {
            upstream.then(() -> {
                throw new IllegalStateException("a fault of ours");
            });
            Answer answer = guarded.run(CALL, false, client);
            assertThat(answer.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(String.valueOf(answer.error())).contains("a fault of ours");
        }

        @Test
        void canBeCancelledWhileItRunsIfItsUpstreamCan() {
            upstream.canCancel = true;
            client.cancelsAtOnce = true;
            upstream.then(CompletableFuture::new);
            Answer answer = guarded.run(CALL, false, client);
            assertThat(answer).isEqualTo(Answer.cancelledWhileItRan());
        }

        @Test
        void cannotBeCancelledIfItsUpstreamCannot() {
            client.cancelsAtOnce = true;
            upstream.then(() -> ended(DONE));
            assertThat(guarded.run(CALL, false, client)).isEqualTo(DONE);
        }
    }

    @Nested
    class AnUpstreamThatFailsAgainAndAgain {
        @Test
        void isLeftAlone() {
            for (int i = 0; i < 5; i++) {
                upstream.then(() -> unavailable(false));
                guarded.run(CALL, false, client);
            }
            Answer answer = guarded.run(CALL, false, client);
            assertThat(upstream.calls).hasSize(5);
            assertThat(answer.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(String.valueOf(answer.error())).contains("circuit breaker is open", "was not started");
        }

        @Test
        void isNotOneWhoseToolsFail() {
            for (int i = 0; i < 20; i++) {
                upstream.then(() -> ended(Answer.failed(CallError.of("tool_error", "x"))));
                guarded.run(CALL, false, client);
            }
            assertThat(upstream.calls).hasSize(20);
        }
    }

    @Nested
    class AnUpstreamThatIsBusy {
        @Test
        void takesNoMoreCallsThanItHasSlots() {
            var second = new ArrayList<Answer>();
            upstream.then(() -> {
                second.add(guarded.run(CALL, true, client));
                return ended(DONE);
            });
            assertThat(guarded.run(CALL, false, client)).isEqualTo(DONE);
            assertThat(second).containsExactly(guarded.busy());
            assertThat(typeOf(second.getFirst())).isEqualTo("upstream_busy");
            assertThat(upstream.calls).hasSize(1);
        }
    }

    @Nested
    class ACallThatAsks {
        private final Continuation next = new Continuation();

        private void asking() {
            upstream.then(
                    () -> CompletableFuture.completedFuture(new Upstream.Step.Asks(Map.of("branch", FORM), next)));
        }

        @Test
        void goesOnWithWhatTheClientAnswered() {
            asking();
            client.given = new Dialogue.Given(Map.of("branch", RawJson.of("{\"a\":1}")), Map.of());
            assertThat(guarded.run(CALL, false, client)).isEqualTo(DONE);
            assertThat(client.asked).containsExactly(Map.of("branch", FORM));
            assertThat(next.given).isEqualTo(client.given);
        }

        @Test
        void holdsNoSlotWhileTheClientThinks() {
            asking();
            client.given = new Dialogue.Given(Map.of(), Map.of());
            client.whileAsked = () -> {
                upstream.then(() -> ended(DONE));
                assertThat(guarded.run(CALL, false, new Client())).isEqualTo(DONE);
            };
            assertThat(guarded.run(CALL, false, client)).isEqualTo(DONE);
            assertThat(upstream.calls).hasSize(2);
        }

        @Test
        void failsIfNobodyAnswers() {
            asking();
            assertThat(typeOf(guarded.run(CALL, false, client))).isEqualTo("input_missing");
            assertThat(next.abandoned).isTrue();
        }

        @Test
        void isCancelledIfItsAgentNoLongerWantsIt() {
            asking();
            client.cancelled = true;
            assertThat(guarded.run(CALL, false, client)).isEqualTo(Answer.cancelledWhileItRan());
            assertThat(next.abandoned).isTrue();
        }

        /** A freeze that came while the client thought holds for what comes next. */
        @Test
        void isAbandonedIfItMustNotGoOn() {
            asking();
            client.given = new Dialogue.Given(Map.of(), Map.of());
            client.whileAsked = () -> client.withheld = new WithheldException(null);
            assertThatThrownBy(() -> guarded.run(CALL, false, client)).isSameAs(client.withheld);
            assertThat(next.abandoned).isTrue();
            assertThat(next.given).isNull();
        }

        /** What the call did before it asked cannot be done again by going on with it. */
        @Test
        void isNotRetriedAfterItsAnswerWasSent() {
            asking();
            client.given = new Dialogue.Given(Map.of(), Map.of());
            next.result = unavailable(true);
            Answer answer = guarded.run(CALL, false, client);
            assertThat(answer.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(next.times).isOne();
        }
    }

    @Test
    void saysHowManyCallsMayRunAndHowLongOneMayWait() {
        assertThat(guarded.maxConcurrent()).isOne();
        assertThat(guarded.maxWait()).isZero();
        assertThat(guarded.name()).isEqualTo("files");
    }

    /** An upstream that does what a test says, one step for each call. */
    private static final class Script implements Upstream {
        private final Queue<Supplier<CompletableFuture<Step>>> steps = new ArrayDeque<>();
        private final List<ToolCall> calls = new ArrayList<>();
        private boolean canCancel;
        private int sent;

        Script then(Supplier<CompletableFuture<Step>> step) {
            steps.add(step);
            return this;
        }

        @Override
        public String name() {
            return "files";
        }

        @Override
        public CompletableFuture<Step> run(ToolCall call, Listener listener) {
            calls.add(call);
            listener.beforeAttempt();
            sent++;
            return steps.remove().get();
        }

        @Override
        public boolean canCancel() {
            return canCancel;
        }

        @Override
        public List<ToolDefinition> tools() {
            return List.of();
        }

        @Override
        public Reachability look() {
            return new Reachability(true, "it answers");
        }

        @Override
        public void close() {}
    }

    private static final class Continuation implements Upstream.Next {
        private CompletableFuture<Upstream.Step> result = ended(DONE);
        private Dialogue.@Nullable Given given;
        private boolean abandoned;
        private int times;

        @Override
        public CompletableFuture<Upstream.Step> with(Map<String, RawJson> responses, Map<String, RawJson> errors) {
            times++;
            given = new Dialogue.Given(responses, errors);
            return result;
        }

        @Override
        public void abandon() {
            abandoned = true;
        }
    }

    private static final class Client implements Dialogue {
        private final List<Map<String, RawJson>> asked = new ArrayList<>();
        private @Nullable WithheldException withheld;
        private @Nullable Given given;
        private Runnable whileAsked = () -> {};
        private boolean cancelsAtOnce;
        private boolean cancelled;
        private int notStarted;

        @Override
        public void beforeAttempt() {
            if (withheld != null) {
                throw withheld;
            }
        }

        @Override
        public void didNotStart() {
            notStarted++;
        }

        @Override
        public void told(String method, RawJson params) {}

        @Override
        public void cancellableBy(Runnable how) {
            if (cancelsAtOnce) {
                how.run();
            }
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public Optional<Given> ask(Map<String, RawJson> requests) {
            asked.add(requests);
            whileAsked.run();
            return Optional.ofNullable(given);
        }
    }
}
