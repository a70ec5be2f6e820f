package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.policy.Freezes;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Runs a policy over calls that were recorded, in the order in which they were made, and compares what it decides with what
 * was decided then. What was frozen then is left out: a freeze is no part of a policy.
 */
public final class Replay {
    private final Policy candidate;
    private final ToolCatalogue catalogue;
    private final Ledger ledger = Ledger.inMemory();
    private final Map<UUID, Pending> pending = new HashMap<>();
    private final Map<Group, Integer> groups = new TreeMap<>(Comparator.comparing(Group::then)
            .thenComparing(Group::now)
            .thenComparing(Group::rule)
            .thenComparing(Group::agent)
            .thenComparing(Group::address));
    private int calls;
    private int different;
    private int undecided;
    private int frozen;

    private record Pending(ToolCall call, PolicyDecision decision) {}

    /**
     * Calls that would be decided otherwise, all in the same way.
     *
     * @param rule the rule of the replayed policy that decides
     * @param thenRule the rule that decided then
     */
    public record Group(Decision then, Decision now, String rule, String thenRule, String agent, String address) {}

    public Replay(Policy candidate, ToolCatalogue catalogue) {
        this.candidate = candidate;
        this.catalogue = catalogue;
    }

    /** Decides about a call that was recorded; its arguments are masked as the record masks them. */
    public void requested(ToolCall call) {
        PolicyDecision decision = candidate.decide(call, catalogue, Freezes.NONE, ledger);
        ledger.charge(decision.charges());
        if (pending.put(call.callId(), new Pending(call, decision)) == null) {
            undecided++;
        }
    }

    /** Compares with the verdicts that a call had, when they are first heard of. */
    public void verdicts(UUID callId, List<Verdict> verdicts) {
        Optional<Verdict> then = verdicts.stream()
                .filter(verdict -> verdict.stage() == Stage.POLICY)
                .findFirst();
        if (then.isEmpty()) {
            return;
        }
        Pending asked = pending.remove(callId);
        if (asked == null) {
            return;
        }
        undecided--;
        String thenRule = then.get().reasons().isEmpty()
                ? ""
                : then.get().reasons().getFirst().ruleId();
        if (thenRule.startsWith("freeze/")) {
            frozen++;
            return;
        }
        calls++;
        PolicyDecision now = asked.decision();
        if (now.outcome() != then.get().outcome()) {
            different++;
            groups.merge(
                    new Group(
                            then.get().outcome(),
                            now.outcome(),
                            now.rules().getFirst(),
                            thenRule,
                            asked.call().agent(),
                            asked.call().address()),
                    1,
                    Integer::sum);
        }
    }

    /** Notes that a call has ended. */
    public void ended(ToolCall call, Instant at) {
        ledger.of(call.agent()).end(call.callId(), at);
    }

    /** Returns how many calls were compared. */
    public int calls() {
        return calls;
    }

    /** Returns how many of them would be decided otherwise. */
    public int different() {
        return different;
    }

    /** Returns how many calls nothing was decided about yet, when the record was read. */
    public int undecided() {
        return undecided;
    }

    /** Returns how many calls were left out, because something was frozen. */
    public int frozen() {
        return frozen;
    }

    /** Returns what would be decided otherwise, and how often. */
    public Map<Group, Integer> groups() {
        return groups;
    }
}
