package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyInForce;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A policy, checked and compiled. What no pattern allows is denied; {@code deny} beats {@code escalate} beats
 * {@code allow}, whichever role they come from.
 */
public final class Policy {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-fA-F]{64}");

    private final String version;
    private final Set<String> upstreams;
    private final Map<String, List<Grant>> grantsByAgent;

    /** One pattern of one role, and what it leads to. */
    private record Grant(String ruleId, Decision effect, AddressPattern pattern) {}

    private Policy(String version, Set<String> upstreams, Map<String, List<Grant>> grantsByAgent) {
        this.version = version;
        this.upstreams = upstreams;
        this.grantsByAgent = grantsByAgent;
    }

    /**
     * Checks and compiles a policy.
     *
     * @throws InvalidPolicyException naming every problem: a name that is empty, repeated or unknown, a pattern without a
     *     slash, a key that is no SHA-256
     */
    public static Policy of(PolicyInForce policy) {
        PolicyDocument document = policy.document();
        var problems = new ArrayList<String>();

        Set<String> upstreams = names(
                "upstream",
                document.upstreams().stream().map(PolicyDocument.Upstream::name).toList(),
                problems);
        names("role", document.roles().stream().map(PolicyDocument.Role::id).toList(), problems);
        names("agent", document.agents().stream().map(PolicyDocument.Agent::id).toList(), problems);

        var defaults = document.defaults();
        List<Grant> forEveryone = grants("defaults", defaults.deny(), defaults.escalate(), defaults.allow(), problems);
        var byRole = new HashMap<String, List<Grant>>();
        for (PolicyDocument.Role role : document.roles()) {
            byRole.put(
                    String.valueOf(role.id()),
                    grants("roles/" + role.id(), role.deny(), role.escalate(), role.allow(), problems));
        }

        var byAgent = new HashMap<String, List<Grant>>();
        var keys = new HashMap<String, String>();
        for (PolicyDocument.Agent agent : document.agents()) {
            String id = String.valueOf(agent.id());
            var grants = new ArrayList<>(forEveryone);
            for (String role : agent.roles()) {
                List<Grant> granted = byRole.get(role);
                if (granted == null) {
                    problems.add("agent '" + id + "' has the role '" + role + "', which is not defined under roles");
                } else {
                    grants.addAll(granted);
                }
            }
            byAgent.put(id, List.copyOf(grants));
            for (PolicyDocument.Key key : agent.keys()) {
                checkKey(id, key, keys, problems);
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidPolicyException(problems);
        }
        return new Policy(policy.version(), upstreams, Map.copyOf(byAgent));
    }

    /** Decides about a call: a decision is a function of the call and this policy. */
    public PolicyDecision decide(ToolCall call) {
        List<Grant> grants = grantsByAgent.get(call.agent());
        if (grants == null) {
            return denied("policy/unknown-agent", "the policy has no agent '" + call.agent() + "'");
        }
        if (!upstreams.contains(call.upstream())) {
            return denied("policy/unknown-upstream", "the policy has no upstream '" + call.upstream() + "'");
        }
        Optional<Grant> strictest = Optional.empty();
        for (Grant grant : grants) {
            if (grant.pattern().matches(call)
                    && strictest
                            .map(found -> grant.effect().compareTo(found.effect()) > 0)
                            .orElse(true)) {
                strictest = Optional.of(grant);
            }
        }
        return strictest
                .map(grant -> decision(grant, call))
                .orElseGet(() -> denied(
                        "policy/default-deny", "no role of agent '" + call.agent() + "' allows " + call.address()));
    }

    /** Returns the content hash that its decisions name. */
    public String version() {
        return version;
    }

    private PolicyDecision decision(Grant grant, ToolCall call) {
        return switch (grant.effect()) {
            case ALLOW ->
                new PolicyDecision(
                        Decision.ALLOW,
                        List.of(new Reason(grant.ruleId(), call.address() + " is allowed", Severity.INFO)),
                        version);
            case ESCALATE ->
                new PolicyDecision(
                        Decision.ESCALATE,
                        List.of(new Reason(
                                grant.ruleId(),
                                "the policy wants a person to approve " + call.address(),
                                Severity.MEDIUM)),
                        version);
            case DENY -> denied(grant.ruleId(), "agent '" + call.agent() + "' may not call " + call.address());
        };
    }

    private PolicyDecision denied(String ruleId, String why) {
        return new PolicyDecision(Decision.DENY, List.of(new Reason(ruleId, why, Severity.HIGH)), version);
    }

    private static List<Grant> grants(
            String where, List<String> deny, List<String> escalate, List<String> allow, List<String> problems) {
        var grants = new ArrayList<Grant>();
        addGrants(where, Decision.DENY, deny, grants, problems);
        addGrants(where, Decision.ESCALATE, escalate, grants, problems);
        addGrants(where, Decision.ALLOW, allow, grants, problems);
        return List.copyOf(grants);
    }

    private static void addGrants(
            String where, Decision effect, List<String> patterns, List<Grant> grants, List<String> problems) {
        String list = effect.name().toLowerCase(java.util.Locale.ROOT);
        for (String pattern : patterns) {
            try {
                String ruleId = where + "/" + list + ":" + pattern;
                grants.add(new Grant(ruleId, effect, AddressPattern.of(String.valueOf(pattern))));
            } catch (IllegalArgumentException e) {
                problems.add(where + "." + list + ": " + e.getMessage());
            }
        }
    }

    private static Set<String> names(String kind, List<String> names, List<String> problems) {
        var seen = new HashSet<String>();
        for (String name : names) {
            if (name == null || !NAME.matcher(name).matches()) {
                problems.add(
                        "the " + kind + " '" + name + "' needs a name of 1 to 100 letters, digits, '.', '_' and '-'");
            } else if (!seen.add(name)) {
                problems.add("the " + kind + " '" + name + "' is there twice");
            }
        }
        return Set.copyOf(seen);
    }

    private static void checkKey(
            String agent, PolicyDocument.Key key, Map<String, String> agentsByKey, List<String> problems) {
        String sha256 = String.valueOf(key.sha256());
        if (!SHA_256.matcher(sha256).matches()) {
            problems.add("a key of agent '" + agent + "' is no SHA-256 of 64 hexadecimal digits"
                    + " (printf %s \"$KEY\" | sha256sum)");
            return;
        }
        String other = agentsByKey.put(sha256.toLowerCase(java.util.Locale.ROOT), agent);
        if (other != null) {
            problems.add("agents '" + other + "' and '" + agent + "' have the same key");
        }
    }
}
