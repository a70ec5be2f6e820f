package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.policy.Glob;
import io.openclaw.gateway.common.policy.PolicyDocument;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds what a valid policy says in vain: what nothing can reach, and what something else always decides before it. */
public final class PolicyLint {
    private final PolicyDocument document;
    private final List<PolicyProblem> warnings = new ArrayList<>();
    private final Set<String> upstreams;

    private PolicyLint(PolicyDocument document) {
        this.document = document;
        this.upstreams =
                document.upstreams().stream().map(PolicyDocument.Upstream::name).collect(Collectors.toSet());
    }

    /** Returns what is in vain; empty if nothing is. */
    public static List<PolicyProblem> of(PolicyDocument document) {
        var lint = new PolicyLint(document);
        lint.lookAtRoles();
        lint.lookAtRules();
        lint.lookAtLimits();
        return lint.warnings;
    }

    private void warn(String where, String text) {
        warnings.add(PolicyProblem.at(where, text));
    }

    private void lookAtRoles() {
        Set<String> used = new HashSet<>();
        document.agents().forEach(agent -> used.addAll(agent.roles()));
        document.issuers().forEach(issuer -> used.addAll(issuer.roles().values()));
        document.roles().forEach(role -> used.addAll(role.inherits()));
        List<Pattern> everyone = patterns(
                document.defaults().deny(),
                document.defaults().escalate(),
                document.defaults().allow());
        lookAt("defaults", everyone, List.of());
        for (PolicyDocument.Role role : document.roles()) {
            String where = "roles/" + role.id();
            if (!used.contains(role.id())) {
                warn(where, "no agent, issuer or other role has this role");
            }
            lookAt(where, patterns(role.deny(), role.escalate(), role.allow()), everyone);
        }
    }

    private record Pattern(Decision effect, AddressPattern address) {
        String words() {
            return effect.name().toLowerCase(Locale.ROOT) + " " + address.text();
        }

        /** Tells whether another pattern has nothing left to decide beside this one. */
        boolean shadows(Pattern other) {
            return effect.compareTo(other.effect) >= 0 && address.covers(other.address);
        }
    }

    private static List<Pattern> patterns(List<String> deny, List<String> escalate, List<String> allow) {
        return Stream.of(
                        Map.entry(Decision.DENY, deny),
                        Map.entry(Decision.ESCALATE, escalate),
                        Map.entry(Decision.ALLOW, allow))
                .flatMap(list ->
                        list.getValue().stream().map(text -> new Pattern(list.getKey(), AddressPattern.of(text))))
                .toList();
    }

    private void lookAt(String where, List<Pattern> own, List<Pattern> everyone) {
        for (int i = 0; i < own.size(); i++) {
            Pattern pattern = own.get(i);
            if (!reachesAnUpstream(pattern.address())) {
                warn(where, "unreachable: " + pattern.words() + " is about no upstream of this policy");
            }
            for (int j = 0; j < own.size(); j++) {
                Pattern other = own.get(j);
                boolean same = other.equals(pattern);
                if (i != j && other.shadows(pattern) && (!same || j < i)) {
                    warn(where, "shadowed: " + pattern.words() + " by " + other.words());
                    break;
                }
            }
            everyone.stream()
                    .filter(other -> other.shadows(pattern))
                    .findFirst()
                    .ifPresent(other -> warn(where, "shadowed: " + pattern.words() + " by defaults, " + other.words()));
        }
    }

    private boolean reachesAnUpstream(AddressPattern pattern) {
        return upstreams.stream().anyMatch(pattern.upstream()::matches);
    }

    private record Rule(
            String id,
            Decision effect,
            List<AddressPattern> tools,
            @Nullable Condition condition,
            @Nullable String when) {

        boolean shadows(Rule other) {
            boolean always = when == null || Objects.equals(when, other.when);
            boolean covers = tools.isEmpty()
                    || (!other.tools.isEmpty()
                            && other.tools.stream()
                                    .allMatch(theirs -> tools.stream().anyMatch(ours -> ours.covers(theirs))));
            return always && covers && effect.compareTo(other.effect) >= 0;
        }

        boolean sameAs(Rule other) {
            return effect == other.effect && Objects.equals(when, other.when) && tools.equals(other.tools);
        }
    }

    private void lookAtRules() {
        List<Rule> rules = document.rules().stream()
                .map(rule -> new Rule(
                        rule.id(),
                        rule.effect(),
                        rule.tools().stream().map(AddressPattern::of).toList(),
                        compiled(rule.when()),
                        rule.when() == null ? null : rule.when().strip()))
                .toList();
        List<Pattern> everyone = patterns(document.defaults().deny(), List.of(), List.of());
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            String where = "rules/" + rule.id();
            whyUnreachable(rule).forEach(why -> warn(where, "unreachable: " + why));
            if (holdsForEveryOtherTool(rule)) {
                warn(
                        where,
                        "it reads call.arguments of every tool, and a condition that cannot be evaluated holds: name its"
                                + " tools, or ask has(call.arguments.…) first");
            }
            for (int j = 0; j < rules.size(); j++) {
                Rule other = rules.get(j);
                // What escalates has terms of its own, and they are all wanted.
                boolean escalates = rule.effect() == Decision.ESCALATE && other.effect() == Decision.ESCALATE;
                if (i != j && !escalates && other.shadows(rule) && (!other.sameAs(rule) || j < i)) {
                    warn(where, "shadowed: rule '" + other.id() + "' always decides before it");
                    break;
                }
            }
            if (!rule.tools().isEmpty()
                    && rule.tools().stream()
                            .allMatch(tool -> everyone.stream()
                                    .anyMatch(pattern -> pattern.address().covers(tool)))) {
                warn(where, "shadowed: defaults deny every tool that it is about");
            }
        }
    }

    private static boolean holdsForEveryOtherTool(Rule rule) {
        return rule.effect() != Decision.ALLOW
                && rule.condition() != null
                && rule.condition().variables().contains("call.arguments")
                && rule.tools().isEmpty()
                && Stream.of("tool.upstream", "tool.address", "tool.name")
                        .noneMatch(rule.condition().equalities()::containsKey)
                && !rule.condition().source().contains("has(call.arguments");
    }

    private List<String> whyUnreachable(Rule rule) {
        var why = new ArrayList<String>();
        for (AddressPattern tool : rule.tools()) {
            if (!reachesAnUpstream(tool)) {
                why.add(tool.text() + " is about no upstream of this policy");
            }
        }
        if ("false".equals(rule.when())) {
            why.add("its condition is false");
        }
        if (rule.condition() != null) {
            Map<String, Set<String>> wanted = new TreeMap<>(rule.condition().equalities());
            none(wanted.get("tool.upstream"), upstreams, "no upstream", why);
            none(
                    wanted.get("agent.id"),
                    document.issuers().isEmpty()
                            ? document.agents().stream()
                                    .map(PolicyDocument.Agent::id)
                                    .collect(Collectors.toSet())
                            : null,
                    "no agent",
                    why);
            none(
                    wanted.get("agent.team"),
                    document.agents().stream()
                            .map(PolicyDocument.Agent::team)
                            .filter(Objects::nonNull)
                            .collect(Collectors.toSet()),
                    "no agent of the team",
                    why);
        }
        return why;
    }

    private static void none(
            @Nullable Set<String> wanted, @Nullable Set<String> known, String words, List<String> why) {
        if (wanted != null && known != null && wanted.stream().noneMatch(known::contains)) {
            why.add("there is " + words + " " + String.join(", ", wanted));
        }
    }

    private static @Nullable Condition compiled(@Nullable String when) {
        try {
            return when == null ? null : Condition.predicate(when);
        } catch (Condition.CompileException e) {
            throw new IllegalArgumentException("only a valid policy can be looked at", e);
        }
    }

    private void lookAtLimits() {
        for (PolicyDocument.Limit limit : document.limits()) {
            for (String tool : limit.tools()) {
                if (!reachesAnUpstream(AddressPattern.of(tool))) {
                    warn("limits/" + limit.id(), "unreachable: " + tool + " is about no upstream of this policy");
                }
            }
            List<Glob> agents = limit.agents().stream().map(Glob::new).toList();
            if (!agents.isEmpty()
                    && document.issuers().isEmpty()
                    && document.agents().stream()
                            .noneMatch(agent -> agents.stream().anyMatch(glob -> glob.matches(agent.id())))) {
                warn("limits/" + limit.id(), "unreachable: there is no agent " + String.join(", ", limit.agents()));
            }
        }
    }
}
