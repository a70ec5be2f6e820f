package io.openclaw.gateway.ingress.execute.core;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.core.CallState;
import io.openclaw.gateway.ingress.execute.core.Plan.PlannedStep;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The pipeline, as runs use it: each step is a tool call like any other. */
public interface StepCalls {

    /** Returns the tools that the agent of a run may call, as MCP clients see them. */
    List<OfferedTool> toolsOf(Run.Asked asked);

    /**
     * Asks for a step's call. The same step of the same run is the same call, however often and wherever it is asked for.
     *
     * @param arguments as the model wrote them, nothing masked
     * @throws io.openclaw.gateway.ingress.core.InvalidRequestException if that is no call
     * @throws io.openclaw.gateway.ingress.core.LimitExceededException if the agent has too many calls under way
     */
    AskedCall ask(Run.Asked asked, Step step, RawJson arguments);

    /** A call that was asked for. */
    record AskedCall(UUID callId, String digest, Instant deadline) {}

    /** Waits for the end of a call, or for a person to be asked, and returns what is known then; null if nothing is. */
    @Nullable
    CallState await(UUID callId, Duration timeout);

    /** Withdraws a call, and returns what is known of it a moment later; null if nothing is. */
    @Nullable
    CallState withdraw(UUID callId);

    /** What policy and vetting say of a step that is not run. */
    record Opinion(Decision decision, List<Reason> reasons) {}

    /**
     * Asks what policy and vetting would say of a step, and runs nothing; empty if they did not say in time.
     *
     * @throws io.openclaw.gateway.ingress.core.InvalidRequestException if that is no call
     * @throws io.openclaw.gateway.ingress.core.LimitExceededException if the agent has too many calls under way
     */
    Optional<Opinion> decide(Run.Asked asked, PlannedStep step, Duration timeout);

    /** Tells whether the end of a call that is asked for now can reach this instance; it cannot while the instance starts. */
    boolean canBeAnswered();

    /** Tells whether this instance stops, so that nothing is to be waited for. */
    boolean isLeaving();
}
