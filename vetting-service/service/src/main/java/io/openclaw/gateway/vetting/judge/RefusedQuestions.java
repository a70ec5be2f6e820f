package io.openclaw.gateway.vetting.judge;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often models did not allow what an agent asked for. Who asks the same in other words until a model says yes is not asked about
 * any more: a person decides. Counted by this instance, for an hour, of at most 10,000 kinds of questions.
 */
public final class RefusedQuestions {
    /** How many calls of one kind a model may refuse an agent within an hour before it is not asked any more. */
    public static final int MAX_REFUSALS = 3;

    private static final int MAX_KINDS = 10_000;
    private static final Duration KEPT = Duration.ofHours(1);

    private final Clock clock;
    private final Map<String, Deque<Instant>> byKind = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Deque<Instant>> eldest) {
            return size() > MAX_KINDS;
        }
    };

    public RefusedQuestions(Clock clock) {
        this.clock = clock;
    }

    /** Keeps that a model did not allow a call of a kind. */
    synchronized void add(String kind) {
        Deque<Instant> refusals = byKind.computeIfAbsent(kind, key -> new ArrayDeque<>());
        if (refusals.size() >= MAX_REFUSALS) {
            refusals.removeFirst();
        }
        refusals.addLast(clock.instant());
    }

    /** Tells whether models have refused enough calls of a kind. */
    synchronized boolean areEnough(String kind) {
        Deque<Instant> refusals = byKind.get(kind);
        return refusals != null
                && refusals.size() >= MAX_REFUSALS
                && refusals.getFirst().plus(KEPT).isAfter(clock.instant());
    }
}
