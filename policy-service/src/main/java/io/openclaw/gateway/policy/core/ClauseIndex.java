package io.openclaw.gateway.policy.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Clauses by what they can hold for, so that a call is compared with few of them. A clause that names its agents, or its
 * upstreams, is only found by those; what a condition needs to be true is read from it.
 */
final class ClauseIndex {
    private final Map<String, List<Clause>> byAgent = new HashMap<>();
    private final Map<String, List<Clause>> byUpstream = new HashMap<>();
    private final List<Clause> others = new ArrayList<>();

    ClauseIndex(Collection<Clause> clauses) {
        for (Clause clause : clauses) {
            Set<String> agents = equalities(clause, "agent.id");
            Set<String> upstreams = upstreams(clause);
            if (!agents.isEmpty()) {
                agents.forEach(agent ->
                        byAgent.computeIfAbsent(agent, key -> new ArrayList<>()).add(clause));
            } else if (!upstreams.isEmpty()) {
                upstreams.forEach(upstream -> byUpstream
                        .computeIfAbsent(upstream, key -> new ArrayList<>())
                        .add(clause));
            } else {
                others.add(clause);
            }
        }
    }

    /** Hands on every clause that could hold for a call of an agent to an upstream, and few others. */
    void candidates(String agent, String upstream, Consumer<Clause> consumer) {
        each(byAgent.get(agent), consumer);
        each(byUpstream.get(upstream), consumer);
        each(others, consumer);
    }

    private static void each(@Nullable List<Clause> clauses, Consumer<Clause> consumer) {
        if (clauses != null) {
            for (int i = 0; i < clauses.size(); i++) {
                consumer.accept(clauses.get(i));
            }
        }
    }

    private static Set<String> equalities(Clause clause, String fact) {
        return clause.condition() == null
                ? Set.of()
                : clause.condition().equalities().getOrDefault(fact, Set.of());
    }

    /** Returns the upstreams outside of which a clause cannot hold; empty if it can hold for any. */
    private static Set<String> upstreams(Clause clause) {
        var named = new LinkedHashSet<String>();
        for (AddressPattern pattern : clause.patterns()) {
            if (pattern.upstream().pattern().indexOf('*') >= 0) {
                named.clear();
                break;
            }
            named.add(pattern.upstream().pattern());
        }
        if (!named.isEmpty()) {
            return named;
        }
        Set<String> upstreams = equalities(clause, "tool.upstream");
        if (!upstreams.isEmpty()) {
            return upstreams;
        }
        var ofAddresses = new LinkedHashSet<String>();
        for (String address : equalities(clause, "tool.address")) {
            ofAddresses.add(address.substring(0, Math.max(0, address.indexOf('/'))));
        }
        return ofAddresses;
    }
}
