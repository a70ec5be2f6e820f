package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.Freezes;
import io.openclaw.gateway.common.policy.PermittedTools;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.common.policy.PolicyState;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Everything that decides about a call, as it is at one moment: a call that is decided by it sees one version of all of it.
 *
 * @param policy the policy in force
 * @param candidate the policy that is tried beside it, if there is one
 * @param catalogue the tools that are known
 * @param freezes what is frozen
 */
public record PolicyEngine(Policy policy, @Nullable Policy candidate, ToolCatalogue catalogue, Freezes freezes) {
    private static final UUID EXAMPLE = new UUID(0, 0);
    private static final int MAX_LOOKED_AT = 100;
    private static final int MAX_NAMED = 5;

    /**
     * Compiles a state that has a policy in force.
     *
     * @param before an earlier engine, of which is used again what has not changed
     */
    public static PolicyEngine of(PolicyState state, @Nullable PolicyEngine before) {
        PolicyInForce active = state.active();
        if (active == null) {
            throw new IllegalArgumentException("no policy is in force");
        }
        ToolCatalogue known = before == null ? ToolCatalogue.UNCHECKED : before.catalogue();
        return new PolicyEngine(
                compiled(active, before == null ? null : before.policy()),
                state.candidate() == null
                        ? null
                        : compiled(state.candidate(), before == null ? null : before.candidate()),
                ToolCatalogue.of(state.tools().values(), known),
                state.freezes());
    }

    private static Policy compiled(PolicyInForce wanted, @Nullable Policy known) {
        return known != null && known.version().equals(wanted.version()) ? known : Policy.of(wanted);
    }

    /** Returns the tools that an agent may call with some arguments, in the order of their addresses. */
    public List<ToolPinned> toolsOf(String agent, Identity identity, Instant now) {
        return catalogue.tools().stream()
                .filter(pinned -> !pinned.isWithheld())
                .filter(pinned -> {
                    ToolCall example = example(agent, identity, pinned, now);
                    return freezes.of(example).isEmpty() && policy.mayEverCall(example, catalogue);
                })
                .sorted(Comparator.comparing(ToolPinned::address))
                .toList();
    }

    /** Answers a call that asks which tools its agent may call. */
    public PermittedTools permittedTools(ToolCall call) {
        return new PermittedTools(toolsOf(call.agent(), call.identified(), call.requestedAt()).stream()
                .map(ToolPinned::address)
                .toList());
    }

    private static ToolCall example(String agent, Identity identity, ToolPinned tool, Instant now) {
        return new ToolCall(
                EXAMPLE,
                agent,
                tool.upstream(),
                tool.accepted().name(),
                RawJson.EMPTY_OBJECT,
                Origin.REST,
                Mode.EXECUTE,
                now,
                now,
                null,
                null,
                null,
                identity,
                0,
                "",
                null,
                Map.of());
    }

    /** Decides about a call by the policy in force; a denial of the tool names tools that the agent may call. */
    public PolicyDecision decide(ToolCall call, Ledger ledger) {
        PolicyDecision decision = policy.decide(call, catalogue, freezes, ledger);
        if (decision.outcome() != Decision.DENY || !isOfTheTool(decision)) {
            return decision;
        }
        List<String> others = othersOf(call);
        return others.isEmpty()
                ? decision
                : decision.adding(" Instead: " + call.agent() + " may call " + String.join(", ", others)
                        + "; GET /v1/tools lists all, GET /v1/rules says what holds for them.");
    }

    private static boolean isOfTheTool(PolicyDecision decision) {
        return decision.rules().stream()
                .allMatch(rule -> rule.equals("policy/default-deny")
                        || rule.equals(Reason.UNKNOWN_TOOL)
                        || rule.startsWith("roles/")
                        || rule.startsWith("defaults/")
                        || rule.startsWith("rules/"));
    }

    /** Returns some tools of the same upstream that the agent may call; of a large upstream only a part is looked at. */
    private List<String> othersOf(ToolCall call) {
        Identity identity = call.identified();
        return catalogue.tools().stream()
                .filter(pinned -> pinned.upstream().equals(call.upstream()) && !pinned.isWithheld())
                .limit(MAX_LOOKED_AT)
                .filter(pinned -> !pinned.accepted().name().equals(call.tool()))
                .filter(pinned ->
                        policy.mayEverCall(example(call.agent(), identity, pinned, call.requestedAt()), catalogue))
                .map(ToolPinned::address)
                .sorted()
                .limit(MAX_NAMED)
                .toList();
    }
}
