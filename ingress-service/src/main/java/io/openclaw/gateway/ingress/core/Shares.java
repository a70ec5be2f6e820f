package io.openclaw.gateway.ingress.core;

import java.util.HashMap;
import java.util.Map;

/**
 * Counts what is in use of something that all agents share, such as bytes of memory or streams, as a whole and per agent.
 * What nothing is in use of takes no memory here. Thread-safe.
 */
public final class Shares {
    private final long maximum;
    private final Map<String, Long> byAgent = new HashMap<>();
    private long used;

    /** The answer to a request for a share. */
    public enum Answer {
        GRANTED,
        /** The agent has as much as it may have. */
        AGENT_EXHAUSTED,
        /** All agents together have as much as there is. */
        EXHAUSTED
    }

    /** @param maximum how much may be in use by all agents together */
    public Shares(long maximum) {
        this.maximum = maximum;
    }

    /**
     * Takes an amount for an agent, or nothing.
     *
     * @param agentMaximum how much the agent may have in use
     */
    public synchronized Answer tryTake(String agent, long amount, long agentMaximum) {
        long of = byAgent.getOrDefault(agent, 0L);
        if (of + amount > agentMaximum) {
            return Answer.AGENT_EXHAUSTED;
        }
        if (used + amount > maximum) {
            return Answer.EXHAUSTED;
        }
        used += amount;
        byAgent.put(agent, of + amount);
        return Answer.GRANTED;
    }

    /** Gives back what was taken. */
    public synchronized void giveBack(String agent, long amount) {
        used -= amount;
        byAgent.computeIfPresent(agent, (a, of) -> of > amount ? of - amount : null);
    }

    /** Returns how much is in use by all agents together. */
    public synchronized long used() {
        return used;
    }

    /** Returns how much an agent has in use. */
    public synchronized long usedBy(String agent) {
        return byAgent.getOrDefault(agent, 0L);
    }

    /** Returns how much may be in use by all agents together. */
    public long maximum() {
        return maximum;
    }
}
