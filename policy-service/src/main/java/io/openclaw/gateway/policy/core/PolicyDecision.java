package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a policy says of a call.
 *
 * @param reasons the rules that decided; never empty
 * @param policyVersion the content hash of the policy
 * @param approval who has to say yes, if a rule says so
 * @param charges what limits count of it from now on
 */
public record PolicyDecision(
        Decision outcome,
        List<Reason> reasons,
        String policyVersion,
        @Nullable ApprovalTerms approval,
        List<Charge> charges) {

    /** Returns this decision as the verdict of an instance. */
    public Verdict by(String instance, Instant at) {
        return Verdict.of(Stage.POLICY, outcome, reasons, instance, at, policyVersion)
                .wanting(approval);
    }

    /** Returns this decision with more in the text of its first reason. */
    PolicyDecision adding(String text) {
        List<Reason> more = new ArrayList<>(reasons);
        Reason first = more.getFirst();
        String end = first.text().endsWith(".") ? "" : ".";
        more.set(0, new Reason(first.ruleId(), first.text() + end + text, first.severity()));
        return new PolicyDecision(outcome, List.copyOf(more), policyVersion, approval, charges);
    }

    /** Returns the ids of the rules that decided. */
    public List<String> rules() {
        return reasons.stream().map(Reason::ruleId).toList();
    }
}
