package io.openclaw.gateway.executor.upstream;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryRegistry;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.github.resilience4j.timelimiter.TimeLimiterRegistry;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.policy.LeftOut;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.executor.core.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * An upstream behind a bulkhead, a circuit breaker and a time limit, each under the upstream's name; calls that may be
 * repeated are retried. Their settings are resilience4j's ({@code resilience4j.circuitbreaker.configs.default.…}).
 */
public final class GuardedUpstream implements AutoCloseable {
    private final Upstream upstream;
    private final Bulkhead bulkhead;
    private final CircuitBreaker circuitBreaker;
    private final TimeLimiter timeLimiter;
    private final Retry retry;

    public GuardedUpstream(
            Upstream upstream,
            BulkheadRegistry bulkheads,
            CircuitBreakerRegistry circuitBreakers,
            TimeLimiterRegistry timeLimiters,
            RetryRegistry retries) {
        this.upstream = upstream;
        this.bulkhead = bulkheads.bulkhead(upstream.name());
        this.circuitBreaker = circuitBreakers.circuitBreaker(upstream.name());
        this.timeLimiter = timeLimiters.timeLimiter(upstream.name());
        this.retry = retries.retry(upstream.name());
    }

    public String name() {
        return upstream.name();
    }

    public List<ToolDefinition> tools() {
        return upstream.tools();
    }

    public List<LeftOut> leftOut() {
        return upstream.leftOut();
    }

    public Upstream.Offers offers() {
        return upstream.offers();
    }

    public Upstream.Reachability look() {
        return upstream.look();
    }

    /** Returns how many calls may run at once. */
    public int maxConcurrent() {
        return bulkhead.getBulkheadConfig().getMaxConcurrentCalls();
    }

    /** Returns how long a call may wait until it can run. */
    public Duration maxWait() {
        return bulkhead.getBulkheadConfig().getMaxWaitDuration();
    }

    /** Returns the end of a call that found no slot in time. */
    public Answer busy() {
        return Answer.failed(CallError.of(
                "upstream_busy",
                "The upstream " + name()
                        + " has as many calls under way as it may, and too many wait already. The call was"
                        + " not started; ask again later."));
    }

    @Override
    public void close() {
        upstream.close();
    }

    /**
     * Runs a call and waits for what comes of it.
     *
     * @param repeatable whether the call may be run again when nobody can say whether it was run
     * @param dialogue how the upstream speaks with the agent's client, and the last look before each attempt
     * @throws WithheldException if an attempt must not begin
     */
    public Answer run(ToolCall call, boolean repeatable, Dialogue dialogue) {
        try {
            Upstream.Step step = guarded(() -> upstream.run(call, dialogue), repeatable, dialogue);
            // While a person thinks, the call neither takes a place nor runs out of time.
            while (step instanceof Upstream.Step.Asks asks) {
                Optional<Dialogue.Given> given = dialogue.ask(asks.requests());
                if (given.isEmpty()) {
                    asks.next().abandon();
                    return dialogue.isCancelled() ? Answer.cancelledWhileItRan() : noInput();
                }
                step = guarded(() -> carriedOn(asks.next(), given.get(), dialogue), false, dialogue);
            }
            return ((Upstream.Step.Ended) step).answer();
        } catch (UpstreamUnavailableException e) {
            String why = String.valueOf(e.getMessage());
            return e.mayHaveStarted() && !repeatable
                    ? Answer.unknown(why)
                    : Answer.failed(CallError.of("upstream_unavailable", why));
        } catch (CallNotPermittedException e) {
            return Answer.failed(CallError.of(
                    "upstream_unavailable",
                    "The upstream " + name() + " failed again and again, so it is left alone for a moment (its circuit"
                            + " breaker is open). The call was not started."));
        } catch (CancellationException e) {
            return Answer.cancelledWhileItRan();
        } catch (BulkheadFullException e) {
            return busy();
        } catch (WithheldException e) {
            throw e;
        } catch (Exception e) {
            return Answer.unknown("The executor failed on this call: " + e + ".");
        }
    }

    private static CompletableFuture<Upstream.Step> carriedOn(
            Upstream.Next next, Dialogue.Given given, Dialogue dialogue) {
        try {
            dialogue.beforeAttempt();
        } catch (WithheldException e) {
            next.abandon();
            throw e;
        }
        return next.with(given.responses(), given.errors());
    }

    private Answer noInput() {
        return Answer.failed(CallError.of(
                "input_missing",
                "The upstream " + name() + " asked the agent's client for input, and nothing came in time."));
    }

    private Upstream.Step guarded(Supplier<CompletableFuture<Upstream.Step>> leg, boolean repeatable, Dialogue dialogue)
            throws Exception {
        Callable<Upstream.Step> guarded = Bulkhead.decorateCallable(
                bulkhead, CircuitBreaker.decorateCallable(circuitBreaker, () -> once(leg, dialogue)));
        return repeatable ? Retry.decorateCallable(retry, guarded).call() : guarded.call();
    }

    private Upstream.Step once(Supplier<CompletableFuture<Upstream.Step>> leg, Dialogue dialogue) throws Exception {
        try {
            return timeLimiter.executeFutureSupplier(() -> {
                CompletableFuture<Upstream.Step> running = leg.get();
                if (upstream.canCancel()) {
                    dialogue.cancellableBy(() -> running.cancel(true));
                }
                return running;
            });
        } catch (TimeoutException e) {
            throw new UpstreamUnavailableException(
                    "The upstream " + name() + " did not answer within "
                            + timeLimiter
                                    .getTimeLimiterConfig()
                                    .getTimeoutDuration()
                                    .toSeconds() + " s.",
                    true,
                    e);
        } catch (UpstreamUnavailableException e) {
            // The time limiter throws the cause of a future's failure, not the ExecutionException around it.
            if (!e.mayHaveStarted()) {
                dialogue.didNotStart();
            }
            throw e;
        }
    }
}
