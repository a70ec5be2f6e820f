package io.openclaw.gateway.ingress.core;

import java.time.Clock;
import java.time.Duration;

/** Counts what each agent sends to this instance within a minute, and how many of its calls are denied. Thread-safe. */
public final class AgentRates {
    private final TokenBuckets bytes;
    private final TokenBuckets denied;

    public AgentRates(Clock clock) {
        bytes = new TokenBuckets(clock);
        denied = new TokenBuckets(clock);
    }

    /**
     * Looks whether an agent may send a body, before any of it is read.
     *
     * @param length bytes of the body, as announced; 0 if nothing was announced
     * @throws LimitExceededException if it has sent too much within a minute
     */
    public void requireBytes(String agent, long length, AgentLimits limits) {
        refuseBytes(agent, length, limits, bytes.timeUntil(agent, (double) Math.max(1, length), (double)
                limits.bytesPerMinute()));
    }

    /**
     * Counts a body that an agent sent.
     *
     * @throws LimitExceededException if it has sent too much within a minute; this body does not count then
     */
    public void takeBytes(String agent, long length, AgentLimits limits) {
        refuseBytes(agent, length, limits, bytes.tryTake(agent, (double) length, (double) limits.bytesPerMinute()));
    }

    private static void refuseBytes(String agent, long length, AgentLimits limits, Duration wait) {
        if (!wait.isZero()) {
            throw new LimitExceededException(
                    "too-many-bytes",
                    "Agent '" + agent + "' may send " + limits.bytesPerMinute()
                            + " bytes in a minute to this instance (openclaw.ingress.agent-bytes-per-minute, or"
                            + " bytesPerMinute of a limit of the policy), and this body"
                            + (length > 0 ? " of " + length + " bytes" : "") + " would be more. Send less, or later.",
                    wait);
        }
    }

    /** Counts a call that ended denied. */
    public void denied(String agent, AgentLimits limits) {
        denied.take(agent, 1, limits.deniedPerMinute());
    }

    /**
     * Looks whether an agent may ask for a call.
     *
     * @throws LimitExceededException if too many of its calls were denied within a minute
     */
    public void requireFewDenials(String agent, AgentLimits limits) {
        Duration wait = denied.timeUntil(agent, 1, limits.deniedPerMinute());
        if (!wait.isZero()) {
            throw new LimitExceededException(
                    "too-many-denials",
                    "More than " + limits.deniedPerMinute() + " calls of agent '" + agent
                            + "' were denied in a minute (openclaw.ingress.agent-denied-per-minute, or deniedPerMinute of a"
                            + " limit of the policy). Ask for what the agent may do: the answers said what was wrong.",
                    wait);
        }
    }
}
