package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.common.call.ToolCall;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/** The calls in flight at this instance, for so many of which there is a place; those that wait for a person need none. */
public final class CallsInFlight {
    private final Map<UUID, CallInFlight> calls = new ConcurrentHashMap<>();
    private final Semaphore places;

    /**
     * @param most how many calls may be under way at once
     */
    public CallsInFlight(int most) {
        places = new Semaphore(most);
    }

    /**
     * Gives a call a place.
     *
     * @param followed whether somebody waits for more than its end
     * @throws TooManyCallsException if there is no place
     */
    public CallInFlight begin(ToolCall call, boolean followed) {
        if (!places.tryAcquire()) {
            throw new TooManyCallsException();
        }
        var flight = new CallInFlight(call, followed);
        calls.put(call.callId(), flight);
        return flight;
    }

    /** Returns a call, if it is in flight here. */
    public Optional<CallInFlight> find(UUID callId) {
        return Optional.ofNullable(calls.get(callId));
    }

    /** Tells whether a call is in flight here. */
    public boolean contains(UUID callId) {
        return calls.containsKey(callId);
    }

    /** A person is asked, and has until the given instant; as long as that takes, the call leaves its place to others. */
    public void waitsUntil(UUID callId, Instant expiresAt) {
        find(callId).ifPresent(flight -> {
            flight.waitsUntil(expiresAt);
            freePlaceOf(flight);
        });
    }

    /** The call is no longer in flight here. */
    public void forget(UUID callId) {
        Optional.ofNullable(calls.remove(callId)).ifPresent(this::freePlaceOf);
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

    private void freePlaceOf(CallInFlight flight) {
        if (flight.leavesItsPlace()) {
            places.release();
        }
    }
}
