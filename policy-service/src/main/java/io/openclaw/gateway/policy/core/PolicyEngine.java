package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
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

    /** Decides about a call by the policy in force. */
    public PolicyDecision decide(ToolCall call, Ledger ledger) {
        return policy.decide(call, catalogue, freezes, ledger);
    }
}
