package io.openclaw.gateway.policy.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one agent was charged with. A call that is decided again after a crash gets the verdict that it got before: if it was
 * charged then, it is known here; and if it was refused then, what was charged since only adds to what was too much. Not for
 * use by several threads.
 */
public final class Usage {
    /** How long single calls are remembered that do not run any more: longer than any window. */
    private static final Duration REMEMBERED = Duration.ofMinutes(2);
    /** By how much the clocks of two machines may differ before a call is refused because the one before it "still" runs. */
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(1);
    /** By how much calls of one agent can come in another order than they were requested in. */
    private static final Duration REORDERED = Duration.ofSeconds(15);

    private static final long DAY = Duration.ofDays(1).toSeconds();

    private final Map<String, OfLimit> byLimit = new HashMap<>();

    private static final class OfLimit {
        private final Deque<Charge> recent = new ArrayDeque<>();
        private final Set<UUID> recentCalls = new HashSet<>();
        private final Map<UUID, Running> running = new HashMap<>();
        /** By day since the epoch, UTC. */
        private final Map<Long, Double> costs = new HashMap<>();
    }

    /** A call that counts as running until it ends, or its deadline passes. */
    private record Running(Instant until, @Nullable Instant end) {
        boolean isOverAt(Instant at) {
            return !until.isAfter(at) || (end != null && !end.isAfter(at));
        }
    }

    /** Adds a charge; one that is there already changes nothing. */
    public void add(Charge charge) {
        OfLimit usage = byLimit.computeIfAbsent(charge.limit(), key -> new OfLimit());
        if (usage.running.containsKey(charge.callId()) || !usage.recentCalls.add(charge.callId())) {
            return;
        }
        usage.recent.addLast(charge);
        if (charge.until().isAfter(charge.at())) {
            usage.running.put(charge.callId(), new Running(charge.until(), null));
        }
        long day = dayOf(charge.at());
        if (usage.costs.merge(day, charge.cost(), Double::sum) == charge.cost()) {
            usage.costs.keySet().removeIf(other -> other < day - 1);
        }
        forget(usage, charge.at().minus(REMEMBERED));
    }

    private static void forget(OfLimit usage, Instant before) {
        for (Charge oldest = usage.recent.peekFirst();
                oldest != null && oldest.at().isBefore(before);
                oldest = usage.recent.peekFirst()) {
            usage.recent.removeFirst();
            usage.recentCalls.remove(oldest.callId());
        }
    }

    /** Notes that a call has ended; one that does not run changes nothing. */
    public void end(UUID callId, Instant at) {
        for (OfLimit usage : byLimit.values()) {
            usage.running.computeIfPresent(
                    callId, (id, call) -> call.end() == null ? new Running(call.until(), at) : call);
        }
    }

    /** Tells whether a call was charged to a limit. */
    boolean isCharged(String limit, UUID callId) {
        OfLimit usage = byLimit.get(limit);
        return usage != null && (usage.recentCalls.contains(callId) || usage.running.containsKey(callId));
    }

    /** Returns the calls that a limit has counted from a time before a moment on; some may be later than the moment. */
    Window within(String limit, Duration time, Instant moment) {
        Instant from = moment.minus(time);
        Instant longBefore = from.minus(REORDERED);
        int calls = 0;
        Instant first = moment;
        OfLimit usage = byLimit.get(limit);
        if (usage != null) {
            for (Iterator<Charge> newest = usage.recent.descendingIterator(); newest.hasNext(); ) {
                Instant at = newest.next().at();
                if (at.isBefore(longBefore)) {
                    break;
                }
                if (at.isAfter(from)) {
                    calls++;
                    first = at.isBefore(first) ? at : first;
                }
            }
        }
        return new Window(calls, first);
    }

    /**
     * @param first when the oldest of the calls was requested
     */
    record Window(int calls, Instant first) {}

    /** Returns how many calls of a limit have not ended at a moment. */
    int running(String limit, Instant at) {
        OfLimit usage = byLimit.get(limit);
        if (usage == null) {
            return 0;
        }
        // What ended long ago is asked about by no call any more, in whatever order calls come.
        Instant longAgo = at.minus(REMEMBERED);
        int running = 0;
        for (Iterator<Running> calls = usage.running.values().iterator(); calls.hasNext(); ) {
            Running call = calls.next();
            if (call.isOverAt(longAgo)) {
                calls.remove();
            } else if (call.until().isAfter(at)
                    && (call.end() == null || call.end().isAfter(at.plus(CLOCK_SKEW)))) {
                running++;
            }
        }
        return running;
    }

    /** Returns what the calls of the day of a moment cost together. */
    double spent(String limit, Instant moment) {
        OfLimit usage = byLimit.get(limit);
        return usage == null ? 0 : usage.costs.getOrDefault(dayOf(moment), 0.0);
    }

    private static long dayOf(Instant instant) {
        return Math.floorDiv(instant.getEpochSecond(), DAY);
    }
}
