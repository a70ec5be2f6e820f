package io.openclaw.gateway.policy.core;

import java.util.List;
import java.util.Map;

/**
 * An agent as a policy knows it.
 *
 * @param roles its roles, those that they inherit from included
 * @param grants what the policy gives to everybody, then to its roles
 * @param limits those that hold for it
 */
record Principal(
        String owner,
        String team,
        Map<String, String> labels,
        List<String> roles,
        List<ClauseIndex> grants,
        List<Limit> limits) {}
