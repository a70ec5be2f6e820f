package io.openclaw.gateway.ingress.kafka;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.ingress.core.CallState;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A call that this instance published and whose end it has not stored yet. */
final class CallInFlight {
    private final ToolCall call;
    private final CompletableFuture<CallState> end = new CompletableFuture<>();
    private final CompletableFuture<CallState> news = new CompletableFuture<>();

    private final AtomicBoolean place = new AtomicBoolean(true);

    CallInFlight(ToolCall call) {
        // What was asked is on its way; remembering that it was takes no megabytes.
        this.call = call.withoutArguments();
    }

    /** Returns true the first time: a call counts as under way until it ends or waits for a person. */
    boolean leavesItsPlace() {
        return place.getAndSet(false);
    }

    ToolCall call() {
        return call;
    }

    void waitsUntil(Instant expiresAt) {
        news.complete(new CallState.Waiting(call, expiresAt));
    }

    void ended(CallCompleted completed) {
        var ended = new CallState.Ended(completed);
        end.complete(ended);
        news.complete(ended);
    }

    /** Returns what is known now. */
    CallState state() {
        return end.getNow(news.getNow(new CallState.Pending(call)));
    }

    /** Waits for the end, and returns what is known then. */
    CallState awaitEnd(Duration patience) {
        return await(end, patience);
    }

    /** Waits for the end or for a person to be asked, and returns what is known then. */
    CallState awaitNews(Duration patience) {
        return await(news, patience);
    }

    private CallState await(CompletableFuture<CallState> future, Duration patience) {
        try {
            return future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return state();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return state();
        } catch (ExecutionException e) {
            throw new IllegalStateException("never completed exceptionally", e);
        }
    }
}
