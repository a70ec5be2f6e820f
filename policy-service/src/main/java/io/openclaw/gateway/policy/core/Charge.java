package io.openclaw.gateway.policy.core;

import java.time.Instant;
import java.util.UUID;

/**
 * A call that a limit has counted.
 *
 * @param limit the limit's id
 * @param at when the call was requested: limits go by that, so that a call which is decided again is decided alike
 * @param cost what it costs of the daily budget
 * @param until after which it counts as ended, whatever became of it
 */
public record Charge(String limit, String agent, UUID callId, Instant at, double cost, Instant until) {

    /** Returns this charge for a call that does not count as running. */
    public Charge ended() {
        return new Charge(limit, agent, callId, at, cost, at);
    }
}
