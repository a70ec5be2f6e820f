package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.policy.Glob;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A limit of a policy, compiled; see {@link io.openclaw.gateway.common.policy.PolicyDocument.Limit}. */
record Limit(
        String id,
        List<Glob> agents,
        List<String> roles,
        List<AddressPattern> tools,
        @Nullable Integer callsPerMinute,
        @Nullable Integer concurrentCalls,
        @Nullable Double dailyBudget,
        @Nullable Condition cost) {

    boolean holdsFor(String agent, List<String> rolesOfAgent) {
        return (agents.isEmpty() || agents.stream().anyMatch(glob -> glob.matches(agent)))
                && (roles.isEmpty() || roles.stream().anyMatch(rolesOfAgent::contains));
    }

    boolean counts(String upstream, String tool) {
        return tools.isEmpty() || tools.stream().anyMatch(pattern -> pattern.matches(upstream, tool));
    }
}
