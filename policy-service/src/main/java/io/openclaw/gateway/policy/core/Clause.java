package io.openclaw.gateway.policy.core;

import dev.cel.runtime.CelEvaluationException;
import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.ToolCall;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a policy says: what it is about, under which condition, and what follows.
 *
 * @param ruleId how verdicts name it
 * @param patterns the tools that it is about; every tool, if there are none
 * @param condition when it holds; always, if absent
 * @param reason what people are told; made up from the effect, if absent
 * @param terms who has to say yes, if the effect is {@code ESCALATE} and it says so
 * @param exemptions what allows a call about which it would ask a person, if the effect is {@code ESCALATE}
 */
record Clause(
        String ruleId,
        Decision effect,
        List<AddressPattern> patterns,
        @Nullable Condition condition,
        @Nullable String reason,
        @Nullable ApprovalTerms terms,
        List<Exemption> exemptions) {

    /**
     * What allows the calls that an exemption is about.
     *
     * @param until from when on it allows nothing; never, if absent
     */
    record Exemption(Clause allows, @Nullable Instant until) {
        boolean exempts(ToolCall call, Facts facts) {
            return (until == null || call.requestedAt().isBefore(until))
                    && allows.match(call, facts).holds();
        }
    }

    /** What the ids of exemptions begin with. */
    static final String EXEMPTIONS = "exemptions/";

    /** Tells whether it is what an exemption allows. */
    boolean isExemption() {
        return ruleId.startsWith(EXEMPTIONS);
    }

    /** Returns what allows a call about which this would ask a person; empty if nothing does. */
    Optional<Clause> exemption(ToolCall call, Facts facts) {
        for (Exemption exemption : exemptions) {
            if (exemption.exempts(call, facts)) {
                return Optional.of(exemption.allows());
            }
        }
        return Optional.empty();
    }

    /** Stands for the people of a call whose yes is not enough alone, until the call is known. */
    static final List<String> FOUR_EYES = List.of("*");

    /** Whether a clause holds for a call; {@code problem} says why it could not be told, if it could not. */
    record Match(boolean holds, @Nullable String problem) {
        static final Match YES = new Match(true, null);
        static final Match NO = new Match(false, null);
    }

    /** Whether it holds for calls of a tool. */
    enum Holds {
        ALWAYS,
        SOMETIMES,
        NEVER
    }

    /** Tells whether it holds for the calls of one tool by one agent. */
    Holds holds(ToolCall example, Facts facts) {
        if (!isAbout(example.upstream(), example.tool())) {
            return Holds.NEVER;
        }
        if (condition == null) {
            return Holds.ALWAYS;
        }
        try {
            return condition
                    .holdsWhatever(facts)
                    .map(always -> always ? Holds.ALWAYS : Holds.NEVER)
                    .orElse(Holds.SOMETIMES);
        } catch (CelEvaluationException e) {
            return effect == Decision.ALLOW ? Holds.NEVER : Holds.ALWAYS;
        }
    }

    /** Tells whether it is about a tool at all. */
    boolean isAbout(String upstream, String tool) {
        if (patterns.isEmpty()) {
            return true;
        }
        for (AddressPattern pattern : patterns) {
            if (pattern.matches(upstream, tool)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Tells whether it holds for a call. A condition that cannot be evaluated holds where that is the safe side: it denies
     * and escalates, and does not allow.
     */
    Match match(ToolCall call, Facts facts) {
        if (!isAbout(call.upstream(), call.tool())) {
            return Match.NO;
        }
        if (condition == null) {
            return Match.YES;
        }
        try {
            return condition.holds(facts) ? Match.YES : Match.NO;
        } catch (CelEvaluationException e) {
            return new Match(effect != Decision.ALLOW, String.valueOf(e.getMessage()));
        }
    }
}
