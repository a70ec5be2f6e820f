package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.ToolCall;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A call that another policy would have decided otherwise.
 *
 * @param candidate the version of that policy
 * @param address {@code upstream/tool}
 */
public record Difference(
        String candidate,
        UUID callId,
        String agent,
        String address,
        Instant at,
        Decision activeOutcome,
        List<String> activeRules,
        Decision candidateOutcome,
        List<String> candidateRules) {

    /** Compares two decisions about a call; what differs in its rules alone is no difference. */
    public static Optional<Difference> between(ToolCall call, PolicyDecision active, PolicyDecision candidate) {
        return active.outcome() == candidate.outcome()
                ? Optional.empty()
                : Optional.of(new Difference(
                        candidate.policyVersion(),
                        call.callId(),
                        call.agent(),
                        call.address(),
                        call.requestedAt(),
                        active.outcome(),
                        active.rules(),
                        candidate.outcome(),
                        candidate.rules()));
    }
}
