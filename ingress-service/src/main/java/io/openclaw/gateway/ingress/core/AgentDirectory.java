package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.common.policy.AgentKey;
import io.openclaw.gateway.common.policy.PolicyDocument;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The agents of a policy by their API keys, and the upstreams that they can name. */
public final class AgentDirectory {
    private final Map<String, KnownKey> byHash;
    private final List<String> upstreams;

    private record KnownKey(String agent, @Nullable Instant expires) {}

    private AgentDirectory(Map<String, KnownKey> byHash, List<String> upstreams) {
        this.byHash = byHash;
        this.upstreams = upstreams;
    }

    /** Reads the agents and upstreams of a policy. */
    public static AgentDirectory of(PolicyDocument policy) {
        Map<String, KnownKey> byHash = new HashMap<>();
        for (PolicyDocument.Agent agent : policy.agents()) {
            for (PolicyDocument.Key key : agent.keys()) {
                byHash.put(key.sha256().toLowerCase(Locale.ROOT), new KnownKey(agent.id(), key.expires()));
            }
        }
        return new AgentDirectory(
                Map.copyOf(byHash),
                policy.upstreams().stream().map(PolicyDocument.Upstream::name).toList());
    }

    /**
     * Returns the agent that a key proves. Keys are found by their SHA-256, so the time that takes tells nothing of a key.
     */
    public Optional<String> agentOf(String key, Instant now) {
        KnownKey known = byHash.get(AgentKey.sha256(key));
        return known == null || (known.expires() != null && !now.isBefore(known.expires()))
                ? Optional.empty()
                : Optional.of(known.agent());
    }

    /** Returns the names of the upstreams, in the order of the policy. */
    public List<String> upstreams() {
        return upstreams;
    }
}
