package io.openclaw.gateway.ingress.core;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Parses large JSON on a few platform threads. Requests run on virtual threads, which give their carrier up only when they wait:
 * as many large bodies as there are carriers would hold up health checks and leases until they are parsed. Thread-safe.
 */
public final class ParsingPool implements AutoCloseable {
    /** From how many bytes on JSON is large. */
    public static final int LARGE = 64 * 1024;

    private final ThreadPoolExecutor threads;

    /** @param size how many threads parse; large bodies beyond that wait, and memory of bodies bounds how many do */
    public ParsingPool(int size) {
        threads = new ThreadPoolExecutor(
                size,
                size,
                1,
                TimeUnit.MINUTES,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().name("parsing-", 1).daemon().factory());
        threads.allowCoreThreadTimeOut(true);
    }

    /** Makes a pool that leaves a processor to everything else, if there is more than one. */
    public static ParsingPool ofProcessors() {
        return new ParsingPool(Math.max(1, Runtime.getRuntime().availableProcessors() - 1));
    }

    /**
     * Parses something: small things at once, large ones on a thread of the pool.
     *
     * @param bytes how large it is
     * @return what {@code parsing} returns; what it throws is thrown
     * @throws InvalidRequestException if the caller is interrupted
     */
    public <T> T parse(long bytes, Supplier<T> parsing) {
        if (bytes < LARGE) {
            return parsing.get();
        }
        Future<T> parsed = threads.submit(parsing::get);
        try {
            return parsed.get();
        } catch (InterruptedException e) {
            parsed.cancel(true);
            Thread.currentThread().interrupt();
            throw new InvalidRequestException("the request was broken off while its body was parsed", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException problem) {
                throw problem;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e);
        }
    }

    /** Returns how many large bodies were parsed so far, approximately while some are. */
    public long parsed() {
        return threads.getCompletedTaskCount();
    }

    /** Returns how many large bodies wait for a thread. */
    public int waiting() {
        return threads.getQueue().size();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
