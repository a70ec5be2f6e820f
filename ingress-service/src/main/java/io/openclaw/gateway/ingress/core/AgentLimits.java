package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.common.policy.Glob;
import io.openclaw.gateway.common.policy.PolicyDocument;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one agent may have of one ingress instance.
 *
 * @param callsInFlight calls under way at once; calls that wait for a person do not count
 * @param bytesPerMinute bytes of request bodies
 * @param deniedPerMinute calls that end denied, after which it may ask for no more calls for a while
 */
public record AgentLimits(int callsInFlight, long bytesPerMinute, int deniedPerMinute) {

    /**
     * Returns the limits of an agent: what the policy's limits for it say, and the defaults where they say nothing. Of
     * several the smallest counts.
     *
     * @param roles the roles that a token proved, beside those that the policy gives the agent
     */
    public static AgentLimits of(PolicyDocument policy, AgentLimits defaults, String agent, Collection<String> roles) {
        List<PolicyDocument.Limit> held = heldBy(policy, agent, roles);
        return new AgentLimits(
                least(held, PolicyDocument.Limit::callsInFlight, defaults.callsInFlight()),
                least(held, PolicyDocument.Limit::bytesPerMinute, defaults.bytesPerMinute()),
                least(held, PolicyDocument.Limit::deniedPerMinute, defaults.deniedPerMinute()));
    }

    /**
     * Returns the limits of a policy that ingress has to hold an agent to.
     *
     * @param roles the roles that a token proved, beside those that the policy gives the agent
     */
    public static List<PolicyDocument.Limit> heldBy(PolicyDocument policy, String agent, Collection<String> roles) {
        List<PolicyDocument.Limit> limits = policy.limits().stream()
                .filter(PolicyDocument.Limit::isOfIngress)
                .toList();
        if (limits.isEmpty()) {
            return limits;
        }
        Set<String> all = rolesOf(policy, agent, roles);
        return limits.stream()
                .filter(limit -> limit.agents().isEmpty()
                        || limit.agents().stream().anyMatch(glob -> new Glob(glob).matches(agent)))
                .filter(limit ->
                        limit.roles().isEmpty() || limit.roles().stream().anyMatch(all::contains))
                .toList();
    }

    /** Returns the roles of an agent, and those that they inherit. */
    private static Set<String> rolesOf(PolicyDocument policy, String agent, Collection<String> proven) {
        Deque<String> open = policy.agents().stream()
                .filter(known -> known.id().equals(agent))
                .flatMap(known -> known.roles().stream())
                .collect(Collectors.toCollection(ArrayDeque::new));
        open.addAll(proven);
        Set<String> roles = new HashSet<>();
        while (!open.isEmpty()) {
            String next = open.pop();
            if (roles.add(next)) {
                policy.roles().stream()
                        .filter(role -> role.id().equals(next))
                        .forEach(role -> open.addAll(role.inherits()));
            }
        }
        return roles;
    }

    /** Returns the smallest of what limits say; something else, if none says anything. */
    public static <N extends Comparable<N>> N least(
            List<PolicyDocument.Limit> limits, Function<PolicyDocument.Limit, @Nullable N> field, N otherwise) {
        Stream<N> said = limits.stream().map(field).filter(Objects::nonNull);
        return said.min(Comparable::compareTo).orElse(otherwise);
    }
}
