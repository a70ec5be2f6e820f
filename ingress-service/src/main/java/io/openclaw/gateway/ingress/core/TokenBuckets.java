package io.openclaw.gateway.ingress.core;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * A token bucket per agent, which holds what may be used in a minute and fills up evenly within one. A bucket that is full
 * is forgotten, so memory is bounded by the agents of the last minutes. Thread-safe.
 */
final class TokenBuckets {
    private static final double SECONDS = 60;
    private static final Duration PURGE_EVERY = Duration.ofMinutes(1);

    private final Clock clock;
    private final Map<String, Bucket> buckets = new HashMap<>();
    private Instant purgedAt;

    /** @param missing how much is missing in it; less than nothing is never */
    private record Bucket(double missing, double perMinute, Instant at) {
        double missingAt(Instant now) {
            double seconds = Math.max(0, Duration.between(at, now).toNanos() / 1e9);
            return Math.max(0, missing - perMinute * seconds / SECONDS);
        }
    }

    TokenBuckets(Clock clock) {
        this.clock = clock;
        this.purgedAt = clock.instant();
    }

    /**
     * Takes an amount, or nothing.
     *
     * @return zero if it was taken, else how long it takes until it can be
     */
    synchronized Duration tryTake(String agent, double amount, double perMinute) {
        Instant now = clock.instant();
        double missing = missing(agent, now);
        double tooMuch = missing + amount - perMinute;
        if (tooMuch > 0) {
            return wait(tooMuch, perMinute);
        }
        put(agent, missing + amount, perMinute, now);
        return Duration.ZERO;
    }

    /** Returns how long it takes until an amount could be taken; zero if it could be now. */
    synchronized Duration timeUntil(String agent, double amount, double perMinute) {
        return wait(missing(agent, clock.instant()) + amount - perMinute, perMinute);
    }

    /** Takes an amount that was used already, even one that is not there; the debt is at most a minute's. */
    synchronized void take(String agent, double amount, double perMinute) {
        Instant now = clock.instant();
        put(agent, Math.min(missing(agent, now) + amount, 2 * perMinute), perMinute, now);
    }

    /** Returns for how many agents there is a bucket. */
    synchronized int size() {
        return buckets.size();
    }

    private double missing(String agent, Instant now) {
        Bucket bucket = buckets.get(agent);
        return bucket == null ? 0 : bucket.missingAt(now);
    }

    private void put(String agent, double missing, double perMinute, Instant now) {
        if (purgedAt.plus(PURGE_EVERY).isBefore(now)) {
            purgedAt = now;
            buckets.values().removeIf(bucket -> bucket.missingAt(now) <= 0);
        }
        buckets.put(agent, new Bucket(missing, perMinute, now));
    }

    private static Duration wait(double tooMuch, double perMinute) {
        if (tooMuch <= 0) {
            return Duration.ZERO;
        }
        // A limit of nothing never lets anything through; an hour is as good an answer as any.
        double seconds = perMinute <= 0 ? 3_600 : Math.min(3_600, tooMuch * SECONDS / perMinute);
        return Duration.ofMillis((long) Math.ceil(seconds * 1_000));
    }
}
