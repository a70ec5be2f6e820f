package io.openclaw.gateway.common.web;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Slows down anyone who guesses passwords. A user who fails from an address several times in a row is locked from that address,
 * each time for twice as long; at other addresses the same user is not, so nobody can lock a person out. All addresses
 * together have so many failures a minute with one user; then only addresses from which that user has signed in before are
 * not slowed down. Memory is bounded. Thread-safe.
 */
final class SignInThrottle {
    /** Failures in a row that a person may need. */
    static final int FREE_FAILURES = 10;

    static final Duration MAX_LOCK = Duration.ofMinutes(5);
    /** Failures with one user in a minute, from addresses where that user has not signed in. */
    static final int MAX_FAILURES_PER_MINUTE = 60;

    /** The same for codes of a second factor. */
    static final int MAX_CODES_PER_MINUTE = 10;

    static final int MAX_KNOWN = 10_000;

    private static final Duration FIRST_LOCK = Duration.ofSeconds(1);
    private static final Duration FORGET_AFTER = Duration.ofHours(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Clock clock;
    private final int maxPerMinute;
    private final Map<Pair, State> pairs = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Pair, State> eldest) {
            return size() > MAX_KNOWN;
        }
    };
    private final Map<String, Window> minutes = new LinkedHashMap<>();

    private record Pair(String user, String address) {}

    private record State(int failures, Instant lastAt, Instant lockedUntil, boolean hasSignedIn) {}

    private record Window(Instant since, int failures) {}

    SignInThrottle(Clock clock) {
        this(clock, MAX_FAILURES_PER_MINUTE);
    }

    private SignInThrottle(Clock clock, int maxPerMinute) {
        this.clock = clock;
        this.maxPerMinute = maxPerMinute;
    }

    /** Slows down anyone who knows a password and guesses the codes of its second factor: there are a million of them, and no more. */
    static SignInThrottle ofCodes(Clock clock) {
        return new SignInThrottle(clock, MAX_CODES_PER_MINUTE);
    }

    /**
     * Begins an attempt, which counts as failed until {@link #succeeded} is called, so that attempts made at the same time are
     * counted, too.
     *
     * @param user a user that there is; one name for all that there are not
     * @return zero if the password may be looked at, else how long to wait
     */
    synchronized Duration begin(String user, String address) {
        Instant now = clock.instant();
        var pair = new Pair(user, address);
        State state = pairs.get(pair);
        if (state == null || state.lastAt().plus(FORGET_AFTER).isBefore(now)) {
            state = new State(0, now, now, state != null && state.hasSignedIn());
        }
        if (state.lockedUntil().isAfter(now)) {
            return Duration.between(now, state.lockedUntil());
        }
        Window window = minutes.get(user);
        if (window == null || !window.since().plus(MINUTE).isAfter(now)) {
            window = new Window(now, 0);
        }
        if (!state.hasSignedIn()) {
            if (window.failures() >= maxPerMinute) {
                return Duration.between(now, window.since().plus(MINUTE));
            }
            minutes.put(user, new Window(window.since(), window.failures() + 1));
        }
        int failures = state.failures() + 1;
        pairs.put(pair, new State(failures, now, now.plus(lock(failures)), state.hasSignedIn()));
        return Duration.ZERO;
    }

    /** Returns how many attempts in a row have failed. */
    synchronized int failures(String user, String address) {
        State state = pairs.get(new Pair(user, address));
        return state == null ? 0 : state.failures();
    }

    /** The attempt that began last was with the right password. */
    synchronized void succeeded(String user, String address) {
        Instant now = clock.instant();
        var pair = new Pair(user, address);
        State before = pairs.put(pair, new State(0, now, now, true));
        if (before != null && !before.hasSignedIn()) {
            minutes.computeIfPresent(
                    user, (u, window) -> new Window(window.since(), Math.max(0, window.failures() - 1)));
        }
    }

    private static Duration lock(int failures) {
        if (failures < FREE_FAILURES) {
            return Duration.ZERO;
        }
        Duration lock = FIRST_LOCK.multipliedBy(1L << Math.min(20, failures - FREE_FAILURES));
        return lock.compareTo(MAX_LOCK) > 0 ? MAX_LOCK : lock;
    }
}
