package io.openclaw.gateway.common.policy;

import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.RawJson;
import java.util.List;
import java.util.UUID;

/**
 * A plan of a run that people are asked about as a whole, by a call of {@code gateway/plan.approve} that nobody runs. Who approves it has
 * approved each of its steps once, as far as their yes is wanted there.
 *
 * @param runId the run, which is the parent of the steps' calls
 * @param digest of the plan
 * @param steps in the order in which they are to run
 * @param findings what was noticed in the sequence as a whole
 */
public record PlanApproval(UUID runId, String digest, List<Step> steps, List<Reason> findings) {
    /** The upstream whose tools are the gateway's own; a policy can have none of this name. */
    public static final String UPSTREAM = PermittedTools.UPSTREAM;

    /** The tool that asks. */
    public static final String TOOL = "plan.approve";

    /** One step of the plan. */
    public record Step(String upstream, String tool, RawJson arguments) {}

    public PlanApproval {
        steps = steps == null ? List.of() : List.copyOf(steps);
        findings = findings == null ? List.of() : List.copyOf(findings);
    }

    /** Tells whether a call asks for this. An agent cannot ask by itself: only runs have this origin. */
    public static boolean isAskedForBy(ToolCall call) {
        return call.upstream().equals(UPSTREAM)
                && call.tool().equals(TOOL)
                && call.origin() == Origin.PLAN
                && call.mode() == Mode.DECIDE;
    }

    /** Returns how many steps of the plan a call can be: those that ask for exactly the same thing, if it is a call of the run. */
    public long stepsLike(ToolCall call) {
        if (call.origin() != Origin.PLAN || !runId.equals(call.parentCallId())) {
            return 0;
        }
        return steps.stream()
                .filter(step -> Digest.of(call.agent(), step.upstream(), step.tool(), step.arguments())
                        .equals(call.digest()))
                .count();
    }
}
