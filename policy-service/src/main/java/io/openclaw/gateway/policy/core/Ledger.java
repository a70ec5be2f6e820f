package io.openclaw.gateway.policy.core;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who was charged with what. */
public interface Ledger {
    /** Returns what an agent was charged with so far. */
    Usage of(String agent);

    /** Charges agents. */
    default void charge(List<Charge> charges) {
        charges.forEach(charge -> of(charge.agent()).add(charge));
    }

    /** Learns of every call that has ended by now, because one more would be too many otherwise. */
    void catchUp();

    /** Returns a ledger that keeps nothing, and learns of ends only from the caller of its {@link Usage}. */
    static Ledger inMemory() {
        Map<String, Usage> usages = new HashMap<>();
        return new Ledger() {
            @Override
            public Usage of(String agent) {
                return usages.computeIfAbsent(agent, key -> new Usage());
            }

            @Override
            public void catchUp() {
                // There is nothing to learn of.
            }
        };
    }
}
