package io.openclaw.gateway.policy.core;

import java.util.HashMap;
import java.util.Map;

/** Who was charged with what. */
public interface Ledger {
    /** Returns what an agent was charged with so far. */
    Usage of(String agent);

    /** Learns of every call that has ended by now, because one more would be too many otherwise. */
    void catchUp();

    /** Returns a ledger that forgets everything when it is dropped, and believes that calls end when they are over. */
    static Ledger inMemory() {
        Map<String, Usage> usages = new HashMap<>();
        return new Ledger() {
            @Override
            public Usage of(String agent) {
                return usages.computeIfAbsent(agent, key -> new Usage());
            }

            @Override
            public void catchUp() {
                // It is told of ends by whoever uses it.
            }
        };
    }
}
