package io.openclaw.gateway.vetting.judge;

import io.openclaw.gateway.common.text.Ellipsis;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What each agent asked for last, as far as this instance has seen it: with several instances of vetting each sees a part. At
 * most 1,000 agents, ten calls each, a line each.
 */
public final class RecentCalls {
    private static final int MOST_AGENTS = 1_000;
    private static final int MOST_CALLS = 10;
    private static final int LONGEST_LINE = 160;

    private final Map<String, Deque<String>> byAgent = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Deque<String>> eldest) {
            return size() > MOST_AGENTS;
        }
    };

    /** Keeps a call. */
    public synchronized void add(String agent, String line) {
        Deque<String> calls = byAgent.computeIfAbsent(agent, name -> new ArrayDeque<>());
        if (calls.size() >= MOST_CALLS) {
            calls.removeFirst();
        }
        calls.addLast(Ellipsis.of(line, LONGEST_LINE));
    }

    /** Returns an agent's calls, oldest first. */
    public synchronized List<String> of(String agent) {
        Deque<String> calls = byAgent.get(agent);
        return calls == null ? List.of() : new ArrayList<>(calls);
    }
}
