package io.openclaw.gateway.ingress.kafka;

import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.ingress.core.CallState;
import io.openclaw.gateway.ingress.core.CallsInFlight;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The calls in flight here whose partition of {@code calls.completed} was taken from this instance, because another one joined or
 * left. What becomes of them is read by the instance that has the partition now, and kept in the store; there it is looked up, so
 * that anyone who waits for the call here learns of it.
 */
final class StrayedCalls {
    /** How many calls are looked up at once. */
    private static final int AT_ONCE = 500;

    private final CallsInFlight inFlight;
    private final ReplyPartitions replies;
    private final Function<Collection<UUID>, Map<UUID, CallState>> stored;
    private final Consumer<CallCompleted> ended;
    private final Set<UUID> strayed = ConcurrentHashMap.newKeySet();
    /** States that were passed on, so that nobody is told of one twice. */
    private final Map<UUID, CallState> told = new ConcurrentHashMap<>();

    /**
     * @param stored looks up what is known of calls; those of which nothing is known are left out
     * @param ended takes the end of a call, and has to forget the call
     */
    StrayedCalls(
            CallsInFlight inFlight,
            ReplyPartitions replies,
            Function<Collection<UUID>, Map<UUID, CallState>> stored,
            Consumer<CallCompleted> ended) {
        this.inFlight = inFlight;
        this.replies = replies;
        this.stored = stored;
        this.ended = ended;
        replies.onRevoked(this::strayFrom);
    }

    /** A partition that comes back soon was somebody else's meanwhile, so that what was asked before is looked up all the same. */
    private void strayFrom(Collection<Integer> partitions) {
        inFlight.all().stream()
                .filter(flight -> partitions.contains(flight.call().replyPartition()))
                .forEach(flight -> strayed.add(flight.call().callId()));
    }

    /** Looks up what became of the calls that strayed. */
    void look() {
        // A call may have been given its partition a moment before that was taken away.
        inFlight.all().stream()
                .filter(flight -> !replies.isOwned(flight.call().replyPartition()))
                .forEach(flight -> strayed.add(flight.call().callId()));
        strayed.removeIf(callId -> !inFlight.contains(callId));
        told.keySet().retainAll(strayed);
        List<UUID> all = List.copyOf(strayed);
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            stored.apply(all.subList(from, Math.min(all.size(), from + AT_ONCE)))
                    .forEach(this::learn);
        }
    }

    private void learn(UUID callId, CallState state) {
        if (state instanceof CallState.Ended over) {
            ended.accept(over.end());
        } else if (!state.equals(told.put(callId, state))) {
            switch (state) {
                case CallState.Waiting waiting -> inFlight.waitsUntil(callId, waiting.expiresAt());
                case CallState.Asking asking -> inFlight.find(callId).ifPresent(flight -> flight.asks(asking));
                default -> {}
            }
        }
    }
}
