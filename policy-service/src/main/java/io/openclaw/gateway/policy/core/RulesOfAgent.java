package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.policy.AgentPlace;
import io.openclaw.gateway.common.policy.Glob;
import io.openclaw.gateway.common.policy.PolicyDocument;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a policy says to one agent, so that it can choose another way before it is refused. Patterns are of {@code upstream/tool};
 * what nothing allows is denied, and deny beats escalate beats allow.
 *
 * @param roles the agent's roles, those among them that others inherit
 * @param allow what it may call
 * @param escalate what it may call when a person says yes
 * @param deny what it may not call
 * @param rules what depends on more than the tool
 * @param limits how much and how often
 * @param place what belongs to it, and where it may send to
 */
public record RulesOfAgent(
        String agent,
        List<String> roles,
        List<String> allow,
        List<String> escalate,
        List<String> deny,
        List<Rule> rules,
        List<PolicyDocument.Limit> limits,
        AgentPlace place) {

    /** A rule that could hold for a call of the agent; see {@link PolicyDocument.Rule}. */
    public record Rule(
            String id,
            Decision effect,
            List<String> tools,
            @Nullable String when,
            @Nullable String reason) {}

    /** Returns what a policy says to an agent. */
    public static RulesOfAgent of(PolicyDocument document, Policy policy, String agent, Identity identity) {
        Map<String, PolicyDocument.Role> byId = new HashMap<>();
        document.roles().forEach(role -> byId.put(role.id(), role));
        Set<String> roles = document.rolesOf(agent, identity.roles());
        List<String> allow = new ArrayList<>(document.defaults().allow());
        List<String> escalate = new ArrayList<>(document.defaults().escalate());
        List<String> deny = new ArrayList<>(document.defaults().deny());
        for (String id : roles) {
            PolicyDocument.Role role = byId.get(id);
            if (role != null) {
                allow.addAll(role.allow());
                escalate.addAll(role.escalate());
                deny.addAll(role.deny());
            }
        }
        Set<String> possible = policy.rulesFor(agent);
        return new RulesOfAgent(
                agent,
                List.copyOf(roles),
                allow.stream().distinct().toList(),
                escalate.stream().distinct().toList(),
                deny.stream().distinct().toList(),
                document.rules().stream()
                        .filter(rule -> possible.contains("rules/" + rule.id()))
                        .map(rule -> new Rule(rule.id(), rule.effect(), rule.tools(), rule.when(), rule.reason()))
                        .toList(),
                document.limits().stream()
                        .filter(limit -> holdsFor(limit, agent, roles))
                        .map(RulesOfAgent::without)
                        .toList(),
                AgentPlace.of(document, agent, identity.roles()));
    }

    private static boolean holdsFor(PolicyDocument.Limit limit, String agent, Set<String> roles) {
        return (limit.agents().isEmpty()
                        || limit.agents().stream().anyMatch(pattern -> new Glob(pattern).matches(agent)))
                && (limit.roles().isEmpty() || limit.roles().stream().anyMatch(roles::contains));
    }

    /** Whom else a limit is for is not this agent's to know. */
    private static PolicyDocument.Limit without(PolicyDocument.Limit limit) {
        return new PolicyDocument.Limit(
                limit.id(),
                List.of(),
                List.of(),
                limit.tools(),
                limit.callsPerMinute(),
                limit.concurrentCalls(),
                limit.dailyBudget(),
                limit.cost(),
                limit.callsInFlight(),
                limit.bytesPerMinute(),
                limit.deniedPerMinute(),
                limit.runSteps(),
                limit.runTokens(),
                limit.runTokensPerDay(),
                limit.runUsdPerDay());
    }
}
