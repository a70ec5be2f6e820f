package io.openclaw.gateway.ingress.web;

import io.openclaw.gateway.common.policy.PolicyFollower;
import io.openclaw.gateway.ingress.core.AgentDirectory;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The agents of the policy in force. */
public final class KnownAgents {
    private volatile @Nullable AgentDirectory directory;

    public KnownAgents(PolicyFollower follower) {
        follower.onChange(policy -> directory = AgentDirectory.of(policy.document()));
    }

    /** Returns the agents; empty until a policy was read. */
    public Optional<AgentDirectory> current() {
        return Optional.ofNullable(directory);
    }
}
