package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.Verdict;
import java.time.Instant;
import java.util.List;

/**
 * What a policy says of a call.
 *
 * @param reasons the rule that decided; never empty
 * @param policyVersion the content hash of the policy
 */
public record PolicyDecision(Decision outcome, List<Reason> reasons, String policyVersion) {

    /** Returns this decision as the verdict of an instance. */
    public Verdict by(String instance, Instant at) {
        return Verdict.of(Stage.POLICY, outcome, reasons, instance, at, policyVersion);
    }
}
