package io.openclaw.gateway.policy.core;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Collections;
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
    /** How long single calls are remembered; of older ones only the sum of the day. */
    private static final Duration REMEMBERED = Duration.ofMinutes(5);
    /** By how much the clocks of two machines may differ before a call is refused because the one before it "still" runs. */
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(1);

    /** By how much calls of one agent can come in another order than they were requested in. */
    private static final Duration REORDERED = Duration.ofSeconds(30);

    private final Map<String, OfLimit> byLimit = new HashMap<>();
    private final Map<UUID, Instant> ended = new HashMap<>();

    private static final class OfLimit {
        private final Deque<Charge> recent = new ArrayDeque<>();
        private final Set<UUID> calls = new HashSet<>();
        private @Nullable LocalDate day;
        private double foldedCost;
    }

    /** Adds a charge; one that is there already changes nothing. */
    public void add(Charge charge) {
        OfLimit usage = byLimit.computeIfAbsent(charge.limit(), key -> new OfLimit());
        if (usage.calls.add(charge.callId())) {
            usage.recent.addLast(charge);
            fold(usage, charge.at());
        }
    }

    /** Notes that a call has ended; one that no limit counts changes nothing. */
    public void end(UUID callId, Instant at) {
        if (byLimit.values().stream().anyMatch(usage -> usage.calls.contains(callId))) {
            ended.putIfAbsent(callId, at);
        }
    }

    /** Tells whether a call was charged to a limit. */
    boolean isCharged(String limit, UUID callId) {
        OfLimit usage = byLimit.get(limit);
        return usage != null && usage.calls.contains(callId);
    }

    /** Returns the calls that a limit has counted from a time before a moment on; some may be later than the moment. */
    Window within(String limit, Duration time, Instant moment) {
        Instant from = moment.minus(time);
        int calls = 0;
        Instant first = moment;
        OfLimit usage = byLimit.get(limit);
        Instant longBefore = from.minus(REORDERED);
        for (Iterator<Charge> newest = usage == null ? Collections.emptyIterator() : usage.recent.descendingIterator();
                newest.hasNext(); ) {
            Charge charge = newest.next();
            if (charge.at().isBefore(longBefore)) {
                break;
            }
            if (charge.at().isAfter(from)) {
                calls++;
                first = charge.at().isBefore(first) ? charge.at() : first;
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
        int running = 0;
        for (Charge charge : recent(limit)) {
            Instant end = ended.get(charge.callId());
            if (charge.until().isAfter(at) && (end == null || end.isAfter(at.plus(CLOCK_SKEW)))) {
                running++;
            }
        }
        return running;
    }

    /** Returns what the calls of the day of a moment cost together. */
    double spent(String limit, Instant moment) {
        LocalDate day = dayOf(moment);
        OfLimit usage = byLimit.get(limit);
        double sum = usage != null && day.equals(usage.day) ? usage.foldedCost : 0;
        for (Charge charge : recent(limit)) {
            if (dayOf(charge.at()).equals(day)) {
                sum += charge.cost();
            }
        }
        return sum;
    }

    private Iterable<Charge> recent(String limit) {
        OfLimit usage = byLimit.get(limit);
        return usage == null ? Set.of() : usage.recent;
    }

    private void fold(OfLimit usage, Instant now) {
        Instant old = now.minus(REMEMBERED);
        for (Iterator<Charge> charges = usage.recent.iterator(); charges.hasNext(); ) {
            Charge charge = charges.next();
            if (charge.at().isAfter(old)) {
                return;
            }
            if (!ended.containsKey(charge.callId()) && charge.until().isAfter(now)) {
                continue;
            }
            LocalDate day = dayOf(charge.at());
            if (usage.day == null || day.isAfter(usage.day)) {
                usage.day = day;
                usage.foldedCost = 0;
            }
            if (day.equals(usage.day)) {
                usage.foldedCost += charge.cost();
            }
            usage.calls.remove(charge.callId());
            ended.remove(charge.callId());
            charges.remove();
        }
    }

    private static LocalDate dayOf(Instant instant) {
        return LocalDate.ofInstant(instant, ZoneOffset.UTC);
    }
}
