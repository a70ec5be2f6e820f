package io.openclaw.gateway.common.policy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The places of the agents that were asked about, each read once from a policy. Thread-safe. */
public final class AgentPlaces {
    private static final int MAX_KEPT = 10_000;

    private volatile OfPolicy latest = new OfPolicy("");

    private record Who(String agent, List<String> proven) {}

    private record OfPolicy(String version, Map<Who, AgentPlace> places) {
        OfPolicy(String version) {
            this(version, new ConcurrentHashMap<>());
        }
    }

    /**
     * Returns the place of an agent.
     *
     * @param proven see {@link AgentPlace#of}
     */
    public AgentPlace of(PolicyInForce policy, String agent, List<String> proven) {
        OfPolicy kept = latest;
        if (!kept.version().equals(policy.version()) || kept.places().size() >= MAX_KEPT) {
            kept = new OfPolicy(policy.version());
            latest = kept;
        }
        return kept.places()
                .computeIfAbsent(
                        new Who(agent, proven), who -> AgentPlace.of(policy.document(), who.agent(), who.proven()));
    }
}
