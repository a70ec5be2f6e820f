package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallProgressed;
import io.openclaw.gateway.common.event.InputRequested;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A call that this instance published and whose end it has not stored yet. */
public final class CallInFlight {
    private static final Logger log = LoggerFactory.getLogger(CallInFlight.class);
    private static final int MAX_NEWS = 1_000;
    /** Of one call; a larger message is left out even if it is the only one. */
    private static final int MAX_NEWS_BYTES = 256 * 1024;
    /** What a message takes beside its text, about. */
    private static final int BYTES_PER_MESSAGE = 1_000;

    private final ToolCall call;
    private final CompletableFuture<CallState> end = new CompletableFuture<>();
    private final CompletableFuture<CallState> news = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> taken = new CompletableFuture<>();
    private final AtomicBoolean slot = new AtomicBoolean(true);
    private final Shares newsBytes;
    private final AtomicInteger leftOut = new AtomicInteger();
    private final @Nullable BlockingQueue<CallNews> told;
    private volatile CallState.@Nullable Asking asking;
    /** Bytes of messages in the queue; -1 once nobody counts them any more. */
    private long waitingBytes;

    /**
     * @param followed whether somebody waits for more than its end
     * @param newsBytes counts the bytes that news of all calls take while they wait to be read
     */
    CallInFlight(ToolCall call, boolean followed, Shares newsBytes) {
        // What was asked is on its way; remembering that it was takes no megabytes.
        this.call = call.withoutArguments();
        this.newsBytes = newsBytes;
        this.told = followed ? new LinkedBlockingQueue<>(MAX_NEWS) : null;
    }

    /** The broker has the call. */
    public void taken() {
        taken.complete(null);
    }

    /**
     * The broker has not got the call, so there will be no end; anyone who waits for it learns why.
     *
     * @param problem the message for callers that wait
     */
    public void notTaken(RuntimeException problem) {
        taken.completeExceptionally(problem);
        end.completeExceptionally(problem);
        news.completeExceptionally(problem);
        tell(new CallNews.Changed(new CallState.Pending(call)));
    }

    /** Returns when the broker has taken the call; throws why if it did not. */
    private void awaitTaken() {
        try {
            taken.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException problem ? problem : e;
        }
    }

    /** Returns true the first time: a call counts as under way until it ends or waits for a person. */
    boolean leavesItsSlot() {
        return slot.getAndSet(false);
    }

    public ToolCall call() {
        return call;
    }

    void waitsUntil(Instant expiresAt) {
        var waiting = new CallState.Waiting(call, expiresAt);
        news.complete(waiting);
        tell(new CallNews.Changed(waiting));
    }

    public void asks(InputRequested requested) {
        asks(new CallState.Asking(call, requested.round(), requested.requests()));
    }

    /** Its client has to answer something. */
    public void asks(CallState.Asking now) {
        asking = now;
        tell(new CallNews.Changed(now));
    }

    /** Its client answered, so the call no longer asks that. */
    public void answered(int round) {
        CallState.Asking now = asking;
        if (now != null && now.round() <= round) {
            asking = null;
        }
    }

    /** Queues what the upstream says for the client; a client that reads too slowly learns how much was left out. */
    public void told(CallProgressed progress) {
        if (told == null) {
            return;
        }
        if (!reserve(progress)) {
            leftOut.incrementAndGet();
        } else if (!told.offer(new CallNews.Told(progress))) {
            release(progress);
            leftOut.incrementAndGet();
        }
    }

    private synchronized boolean reserve(CallProgressed progress) {
        int bytes = bytesOf(progress);
        if (waitingBytes < 0
                || waitingBytes + bytes > MAX_NEWS_BYTES
                || newsBytes.tryTake(call.agent(), bytes, newsBytes.maximum() / 4) != Shares.Answer.GRANTED) {
            return false;
        }
        waitingBytes += bytes;
        return true;
    }

    private synchronized void release(CallProgressed progress) {
        if (waitingBytes >= 0) {
            int bytes = bytesOf(progress);
            waitingBytes -= bytes;
            newsBytes.giveBack(call.agent(), bytes);
        }
    }

    /** The call is over, and what its client has not read yet lasts as long as that client does. */
    synchronized void forgetNews() {
        if (waitingBytes > 0) {
            newsBytes.giveBack(call.agent(), waitingBytes);
        }
        waitingBytes = -1;
    }

    private static int bytesOf(CallProgressed progress) {
        return progress.params().text().length() + BYTES_PER_MESSAGE;
    }

    /** A state that nobody reads in time is left out, since a later one follows; the end is not among them. */
    private void tell(CallNews.Changed next) {
        if (told != null && !told.offer(next)) {
            log.debug("what is told of call {} is not read in time", call.callId());
        }
    }

    /** Waits for news, or for the end; null if there was neither for that long. */
    public @Nullable CallNews awaitNext(Duration timeout) {
        if (told == null) {
            CallState state = awaitEnd(timeout);
            return state instanceof CallState.Ended ? new CallNews.Changed(state) : null;
        }
        int missed = leftOut.getAndSet(0);
        if (missed > 0) {
            return new CallNews.LeftOut(missed);
        }
        try {
            CallNews next = told.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
            if (next instanceof CallNews.Told said) {
                release(said.progress());
            }
            if (next == null || end.isCompletedExceptionally()) {
                awaitTaken();
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    public void ended(CallCompleted completed) {
        var ended = new CallState.Ended(completed);
        end.complete(ended);
        news.complete(ended);
        if (told != null) {
            // The end is never left out.
            while (!told.offer(new CallNews.Changed(ended))) {
                if (told.poll() instanceof CallNews.Told said) {
                    release(said.progress());
                }
            }
        }
    }

    /**
     * Returns what is known now.
     *
     * @throws RuntimeException if the broker did not take the call: what {@link #notTaken} was told
     */
    public CallState state() {
        if (end.isCompletedExceptionally()) {
            awaitTaken();
        }
        CallState.Asking now = asking;
        return end.getNow(now != null ? now : news.getNow(new CallState.Pending(call)));
    }

    /** Waits for the end, and returns what is known then. */
    public CallState awaitEnd(Duration timeout) {
        return await(end, timeout);
    }

    /** Waits for the end or for a person to be asked, and returns what is known then. */
    public CallState awaitNews(Duration timeout) {
        return await(news, timeout);
    }

    private CallState await(CompletableFuture<CallState> future, Duration timeout) {
        try {
            return future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            awaitTaken();
            return state();
        } catch (ExecutionException e) {
            return state();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return state();
        }
    }
}
