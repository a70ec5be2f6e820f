package io.openclaw.gateway.policy.core;

import dev.cel.runtime.CelEvaluationException;
import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.FreezeChanged;
import io.openclaw.gateway.common.policy.Freezes;
import io.openclaw.gateway.common.policy.PolicyInForce;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A policy, checked and compiled. What nothing allows is denied; {@code deny} beats {@code escalate} beats {@code allow},
 * whichever role or rule they come from. A decision is a function of the call, the tools that are known, what is frozen, and
 * what the agent was charged with before.
 */
public final class Policy {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int MOST_REASONS = 5;

    private final String version;
    private final Map<String, PolicyCompiler.CompiledUpstream> upstreams;
    private final Map<String, Principal> principals;
    private final PolicyCompiler.Roles roles;
    private final ClauseIndex rules;

    Policy(
            String version,
            Map<String, PolicyCompiler.CompiledUpstream> upstreams,
            Map<String, Principal> principals,
            PolicyCompiler.Roles roles,
            ClauseIndex rules) {
        this.version = version;
        this.upstreams = upstreams;
        this.principals = principals;
        this.roles = roles;
        this.rules = rules;
    }

    /**
     * Checks and compiles a policy.
     *
     * @throws InvalidPolicyException naming every problem: a name that is empty, repeated or unknown, a pattern without a
     *     slash, a key that is no SHA-256, an expression that does not compile
     */
    public static Policy of(PolicyInForce policy) {
        return new PolicyCompiler(policy).compile();
    }

    /** Returns the content hash that its decisions name. */
    public String version() {
        return version;
    }

    /** Tells whether a limit counts calls that have not ended, so that ends have to be learned of. */
    public boolean countsRunningCalls() {
        return roles.limits().stream().anyMatch(limit -> limit.concurrentCalls() != null);
    }

    /** Returns the ids of the rules that could hold for a call of an agent, whatever it is. */
    public Set<String> rulesFor(String agent) {
        Set<String> ids = new LinkedHashSet<>();
        upstreams.keySet().forEach(upstream -> rules.candidates(agent, upstream, clause -> ids.add(clause.ruleId())));
        return ids;
    }

    /** Tells whether a limit holds for an agent. */
    public boolean isLimited(ToolCall call) {
        Principal principal = principalOf(call);
        return principal != null && !principal.limits().isEmpty();
    }

    /** Decides about a call when nothing is frozen, every tool is known, and nobody was charged with anything. */
    public PolicyDecision decide(ToolCall call) {
        return decide(call, ToolCatalogue.UNCHECKED, Freezes.NONE, Ledger.inMemory());
    }

    /** Decides about a call. */
    public PolicyDecision decide(ToolCall call, ToolCatalogue catalogue, Freezes freezes, Ledger ledger) {
        Principal principal = principalOf(call);
        if (principal == null) {
            return denied("policy/unknown-agent", "the policy has no agent '" + call.agent() + "'");
        }
        Optional<FreezeChanged> freeze = freezes.of(call);
        if (freeze.isPresent()) {
            return denied("freeze/" + freeze.get().scope(), freeze.get().words());
        }
        PolicyCompiler.CompiledUpstream upstream = upstreams.get(call.upstream());
        if (upstream == null) {
            return denied("policy/unknown-upstream", "the policy has no upstream '" + call.upstream() + "'");
        }
        Optional<Reason> invalid = catalogue.problemWith(call);
        if (invalid.isPresent()) {
            return new PolicyDecision(Decision.DENY, List.of(invalid.get()), version, null, List.of());
        }
        var strictest = new Strictest(call, new Facts(call, principal, catalogue.tool(upstream.traits(), call)));
        candidates(call, principal, upstream, catalogue, strictest::consider);
        return limited(strictest, principal, ledger);
    }

    /** Lists what every clause that could hold for a call says of it, the deciding ones first. */
    public List<Part> explain(ToolCall call, ToolCatalogue catalogue) {
        Principal principal = principalOf(call);
        PolicyCompiler.CompiledUpstream upstream = upstreams.get(call.upstream());
        if (principal == null || upstream == null) {
            return List.of();
        }
        var facts = new Facts(call, principal, catalogue.tool(upstream.traits(), call));
        var parts = new ArrayList<Part>();
        candidates(call, principal, upstream, catalogue, clause -> parts.add(Part.of(clause, call, facts)));
        parts.sort((a, b) ->
                a.holds() == b.holds() ? b.effect().compareTo(a.effect()) : Boolean.compare(b.holds(), a.holds()));
        return parts;
    }

    /**
     * What one clause says of a call.
     *
     * @param holds whether it has its effect on the call
     * @param why why, or why not
     */
    public record Part(String ruleId, Decision effect, boolean holds, String why) {
        static Part of(Clause clause, ToolCall call, Facts facts) {
            Clause.Match match = clause.match(call, facts);
            String why;
            Condition condition = clause.condition();
            Optional<Clause> exemption = match.holds() ? clause.exemption(call, facts) : Optional.empty();
            if (exemption.isPresent()) {
                return new Part(
                        exemption.get().ruleId(),
                        exemption.get().effect(),
                        true,
                        clause.ruleId() + " would ask a person; this exemption from it holds");
            }
            if (match.problem() != null) {
                why = "its condition cannot be evaluated: " + match.problem();
            } else if (!clause.isAbout(call.upstream(), call.tool())) {
                why = "it is about other tools";
            } else if (condition == null) {
                why = "it is about this tool";
            } else {
                why = (match.holds() ? "it is true: " : "it is false: ")
                        + condition.source().strip();
            }
            return new Part(clause.ruleId(), clause.effect(), match.holds(), why);
        }
    }

    /**
     * Tells whether an agent may call a tool at all, with some arguments, at some time. What depends on the arguments counts
     * in its favour, so a tool is only hidden that would always be denied.
     */
    public boolean mayEverCall(ToolCall example, ToolCatalogue catalogue) {
        Principal principal = principalOf(example);
        PolicyCompiler.CompiledUpstream upstream = upstreams.get(example.upstream());
        if (principal == null || upstream == null) {
            return false;
        }
        var facts = new Facts(example, principal, catalogue.tool(upstream.traits(), example));
        var clauses = new ArrayList<Clause>();
        candidates(example, principal, upstream, catalogue, clauses::add);
        boolean granted = false;
        for (Clause clause : clauses) {
            Clause.Holds holds = clause.holds(example, facts);
            if (clause.effect() == Decision.DENY && holds == Clause.Holds.ALWAYS) {
                return false;
            }
            granted |= clause.effect() != Decision.DENY && holds != Clause.Holds.NEVER;
        }
        return granted;
    }

    /** Hands on what the catalogue has against a call, then every clause of the policy that could hold for it. */
    private void candidates(
            ToolCall call,
            Principal principal,
            PolicyCompiler.CompiledUpstream upstream,
            ToolCatalogue catalogue,
            Consumer<Clause> consumer) {
        catalogue.concernAbout(call, upstream.unknownTools()).ifPresent(consumer);
        for (ClauseIndex grants : principal.grants()) {
            grants.candidates(call.agent(), call.upstream(), consumer);
        }
        rules.candidates(call.agent(), call.upstream(), consumer);
    }

    private @Nullable Principal principalOf(ToolCall call) {
        Principal known = principals.get(call.agent());
        if (known != null) {
            return known;
        }
        List<String> proven = call.identified().roles();
        return proven.isEmpty() ? null : roles.principal(call.agent(), proven);
    }

    /** The strictest of the clauses that hold for a call. */
    private static final class Strictest {
        private final ToolCall call;
        private final Facts facts;
        private final List<Held> held = new ArrayList<>(2);

        /** A clause that holds, and why that could not be told, if it could not. */
        private record Held(Clause clause, @Nullable String problem) {}

        Strictest(ToolCall call, Facts facts) {
            this.call = call;
            this.facts = facts;
        }

        void consider(Clause clause) {
            Decision sofar = held.isEmpty() ? null : effect();
            if (sofar != null
                    && (clause.effect().compareTo(sofar) < 0
                            // One that denies, or allows, is enough; of those that escalate every one has its terms.
                            || (clause.effect() == sofar && sofar != Decision.ESCALATE))) {
                return;
            }
            Clause.Match match = clause.match(call, facts);
            if (!match.holds()) {
                return;
            }
            Optional<Clause> exemption = clause.exemption(call, facts);
            if (exemption.isPresent()) {
                if (sofar == null || sofar == Decision.ALLOW) {
                    exempt(exemption.get());
                }
                return;
            }
            if (sofar != clause.effect()) {
                held.clear();
            }
            held.add(new Held(clause, match.problem()));
        }

        /** The verdict names what let the call pass, whatever else allows it. */
        private void exempt(Clause exemption) {
            held.removeIf(each ->
                    !each.clause().isExemption() || each.clause().ruleId().equals(exemption.ruleId()));
            held.add(new Held(exemption, null));
        }

        Decision effect() {
            return held.getFirst().clause().effect();
        }

        List<Reason> reasons() {
            return held.stream().limit(MOST_REASONS).map(this::reason).toList();
        }

        private Reason reason(Held holding) {
            Clause clause = holding.clause();
            String text = clause.reason();
            if (text == null) {
                text = switch (clause.effect()) {
                    case ALLOW -> call.address() + " is allowed";
                    case ESCALATE -> "the policy wants a person to approve " + call.address();
                    case DENY -> "agent '" + call.agent() + "' may not call " + call.address();
                };
            }
            if (holding.problem() != null) {
                text += " (its condition cannot be evaluated: " + holding.problem() + ")";
            }
            return new Reason(
                    clause.ruleId(),
                    text,
                    switch (clause.effect()) {
                        case ALLOW -> Severity.INFO;
                        case ESCALATE -> Severity.MEDIUM;
                        case DENY -> Severity.HIGH;
                    });
        }

        /**
         * Returns who has to say yes.
         *
         * @param owner the agent's owner; empty if it has none
         */
        @Nullable
        ApprovalTerms terms(String owner) {
            Set<ApprovalTerms.Requirement> requirements = new LinkedHashSet<>();
            Set<String> notAlone = new TreeSet<>();
            ApprovalTerms.Escalation escalation = null;
            boolean everyRuleEscalates = true;
            Long expires = null;
            boolean any = false;
            for (Held holding : held) {
                ApprovalTerms terms = holding.clause().terms();
                if (terms != null) {
                    any = true;
                    requirements.addAll(terms.requirements());
                    Long seconds = terms.expiresInSeconds();
                    expires = expires == null || (seconds != null && seconds < expires) ? seconds : expires;
                    if (terms.notAlone() != null) {
                        notAlone.addAll(people(owner));
                    }
                    ApprovalTerms.Escalation further = terms.escalation();
                    if (further == null) {
                        everyRuleEscalates = false;
                    } else if (escalation == null || further.afterSeconds() > escalation.afterSeconds()) {
                        escalation = further;
                    }
                }
            }
            // A further group may answer for all rules only if each of them lets one.
            return any
                    ? new ApprovalTerms(
                            List.copyOf(requirements),
                            expires,
                            List.copyOf(notAlone),
                            everyRuleEscalates ? escalation : null)
                    : null;
        }

        private List<String> people(String owner) {
            String onBehalfOf = call.identified().onBehalfOf();
            return Stream.of(owner, onBehalfOf == null ? "" : onBehalfOf)
                    .filter(person -> !person.isEmpty())
                    .toList();
        }
    }

    private PolicyDecision limited(Strictest strictest, Principal principal, Ledger ledger) {
        ToolCall call = strictest.call;
        if (strictest.held.isEmpty()) {
            return denied("policy/default-deny", "no role of agent '" + call.agent() + "' allows " + call.address());
        }
        Decision effect = strictest.effect();
        List<Reason> reasons = strictest.reasons();
        if (effect == Decision.DENY || principal.limits().isEmpty()) {
            return new PolicyDecision(effect, reasons, version, strictest.terms(principal.owner()), List.of());
        }
        var charges = new ArrayList<Charge>();
        for (Limit limit : principal.limits()) {
            if (!limit.counts(call.upstream(), call.tool())) {
                continue;
            }
            Usage usage = ledger.of(call.agent());
            if (usage.isCharged(limit.id(), call.callId())) {
                continue;
            }
            Optional<String> exceeded;
            double cost;
            try {
                cost = limit.cost() == null ? 1 : limit.cost().amount(strictest.facts);
                exceeded = exceeded(limit, cost, usage, call, ledger);
            } catch (CelEvaluationException e) {
                cost = 0;
                exceeded = Optional.of("what " + call.address() + " costs cannot be told: " + e.getMessage());
            }
            if (exceeded.isPresent()) {
                return denied("limits/" + limit.id(), exceeded.get());
            }
            charges.add(new Charge(
                    limit.id(),
                    call.agent(),
                    call.callId(),
                    call.requestedAt(),
                    cost,
                    limit.concurrentCalls() == null ? call.requestedAt() : call.deadline()));
        }
        return new PolicyDecision(
                effect,
                reasons,
                version,
                strictest.terms(principal.owner()),
                call.mode() == Mode.DRY_RUN ? List.of() : List.copyOf(charges));
    }

    private static Optional<String> exceeded(Limit limit, double cost, Usage usage, ToolCall call, Ledger ledger) {
        String agent = "agent '" + call.agent() + "'";
        Instant at = call.requestedAt();
        Integer perMinute = limit.callsPerMinute();
        if (perMinute != null) {
            Usage.Window window = usage.within(limit.id(), MINUTE, at);
            if (window.calls() >= perMinute) {
                return Optional.of(agent + " has made " + window.calls() + " calls within a minute and may make "
                        + perMinute + "; the next at " + window.first().plus(MINUTE));
            }
        }
        Integer concurrent = limit.concurrentCalls();
        if (concurrent != null && usage.running(limit.id(), at) >= concurrent) {
            ledger.catchUp();
            if (usage.running(limit.id(), at) >= concurrent) {
                return Optional.of(agent + " has " + concurrent + " calls that have not ended and may have no more;"
                        + " wait for one of them");
            }
        }
        Double budget = limit.dailyBudget();
        if (budget != null) {
            double spent = usage.spent(limit.id(), at);
            if (spent + cost > budget) {
                return Optional.of(agent + " has spent " + words(spent) + " of its " + words(budget)
                        + " for today (UTC), and this would cost " + words(cost));
            }
        }
        return Optional.empty();
    }

    private static String words(double amount) {
        return amount == Math.rint(amount) && amount < 1e15 ? Long.toString((long) amount) : Double.toString(amount);
    }

    private PolicyDecision denied(String ruleId, String why) {
        return new PolicyDecision(
                Decision.DENY, List.of(new Reason(ruleId, why, Severity.HIGH)), version, null, List.of());
    }
}
