package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.common.call.ToolCall;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The calls in flight at this instance, of which there may be a number, as a whole and of each agent; those that wait for a
 * person do not count.
 */
public final class CallsInFlight {
    private final Map<UUID, CallInFlight> calls = new ConcurrentHashMap<>();
    private final Shares slots;
    private final Shares newsBytes;

    /**
     * @param maximum how many calls may be under way at once
     * @param maxNewsBytes how many bytes of what upstreams tell may wait to be read by clients
     */
    public CallsInFlight(int maximum, long maxNewsBytes) {
        slots = new Shares(maximum);
        newsBytes = new Shares(maxNewsBytes);
    }

    /**
     * Gives a call a slot.
     *
     * @param followed whether somebody waits for more than its end
     * @param agentMaximum how many calls the agent may have under way at once
     * @throws LimitExceededException if there is no slot, or the agent has as many as it may
     */
    public CallInFlight begin(ToolCall call, boolean followed, int agentMaximum) {
        switch (slots.tryTake(call.agent(), 1, agentMaximum)) {
            case GRANTED -> {}
            case AGENT_EXHAUSTED ->
                throw tooMany("Agent '" + call.agent() + "' has as many calls under way at this instance as it may, "
                        + agentMaximum + " (openclaw.ingress.agent-max-in-flight, or callsInFlight of a limit of the"
                        + " policy). Wait for one of them to end.");
            case EXHAUSTED ->
                throw tooMany("This instance has as many calls of all agents under way as it may, " + slots.maximum()
                        + " (openclaw.ingress.max-in-flight). Try again in a second.");
        }
        var flight = new CallInFlight(call, followed, newsBytes);
        calls.put(call.callId(), flight);
        return flight;
    }

    private static LimitExceededException tooMany(String message) {
        return new LimitExceededException("too-many-calls", message, Duration.ofSeconds(1));
    }

    /** Returns a call, if it is in flight here. */
    public Optional<CallInFlight> find(UUID callId) {
        return Optional.ofNullable(calls.get(callId));
    }

    /** Returns all calls that are in flight here. */
    public Collection<CallInFlight> all() {
        return calls.values();
    }

    /** Tells whether a call is in flight here. */
    public boolean contains(UUID callId) {
        return calls.containsKey(callId);
    }

    /** A person is asked, and has until the given instant; as long as that takes, the call leaves its slot to others. */
    public void waitsUntil(UUID callId, Instant expiresAt) {
        find(callId).ifPresent(flight -> {
            flight.waitsUntil(expiresAt);
            freeSlotOf(flight);
        });
    }

    /** The call is no longer in flight here. */
    public void forget(UUID callId) {
        Optional.ofNullable(calls.remove(callId)).ifPresent(flight -> {
            flight.forgetNews();
            freeSlotOf(flight);
        });
    }

    /** Forgets the calls whose deadline was before an instant. */
    public void forgetOverdue(Instant instant) {
        calls.values().stream()
                .map(CallInFlight::call)
                .filter(call -> call.deadline().isBefore(instant))
                .forEach(call -> forget(call.callId()));
    }

    /** Returns how many calls are in flight here, those that wait for a person among them. */
    public int size() {
        return calls.size();
    }

    private void freeSlotOf(CallInFlight flight) {
        if (flight.leavesItsSlot()) {
            slots.giveBack(flight.call().agent(), 1);
        }
    }
}
