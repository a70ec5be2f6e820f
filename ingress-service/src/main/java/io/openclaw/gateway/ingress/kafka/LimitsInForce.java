package io.openclaw.gateway.ingress.kafka;

import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.ingress.core.AgentLimits;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The limits of agents at this instance, as the policy in force and the settings say. */
public final class LimitsInForce {
    private static final int MAX_KNOWN = 10_000;

    private final AgentLimits defaults;
    private volatile Known known = new Known(null, Map.of());

    private record Who(String agent, List<String> roles) {}

    private record Known(@Nullable PolicyDocument policy, Map<Who, AgentLimits> limits) {}

    /** @param defaults what holds for an agent of which the policy says nothing */
    public LimitsInForce(AgentLimits defaults, PolicyFollower policy) {
        this.defaults = defaults;
        policy.onChange(state -> {
            PolicyDocument document =
                    state.active() == null ? null : state.active().document();
            known = new Known(document, new ConcurrentHashMap<>());
        });
    }

    /** Returns the limits of an agent that asks. */
    public AgentLimits of(Caller caller) {
        return of(caller.agent(), caller.identity().roles());
    }

    /**
     * Returns the limits of an agent.
     *
     * @param roles the roles that a token proved
     */
    public AgentLimits of(String agent, List<String> roles) {
        Known now = known;
        PolicyDocument policy = now.policy();
        if (policy == null) {
            return defaults;
        }
        if (now.limits().size() > MAX_KNOWN) {
            now.limits().clear();
        }
        return now.limits()
                .computeIfAbsent(
                        new Who(agent, roles), who -> AgentLimits.of(policy, defaults, who.agent(), who.roles()));
    }
}
