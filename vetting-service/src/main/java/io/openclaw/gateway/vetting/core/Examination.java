package io.openclaw.gateway.vetting.core;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.vetting.core.rule.RuleOutcome;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import java.util.List;

/**
 * What rules make of a call.
 *
 * @param commands its normal form
 * @param findings what was found, in the order of the rules
 */
public record Examination(List<Invocation> commands, List<Finding> findings) {
    public Examination {
        commands = List.copyOf(commands);
        findings = List.copyOf(findings);
    }

    /** Returns the strictest outcome of all findings, without a model. */
    public Decision outcome() {
        return findings.stream()
                .map(finding -> finding.outcome().decision())
                .reduce(Decision::stricter)
                .orElse(Decision.ALLOW);
    }

    /** Tells whether rules alone cannot settle it: a model may, and nothing in it is stricter than unsure. */
    public boolean isUnsure() {
        return !findings.isEmpty() && findings.stream().allMatch(finding -> finding.outcome() == RuleOutcome.UNSURE);
    }

    /**
     * Tells whether a model should be asked.
     *
     * @param soFar the strictest verdict of the stages before: a call that a person has to decide about anyway is not worth
     *     a model's time
     */
    public boolean isForAModel(Decision soFar) {
        return soFar == Decision.ALLOW && isUnsure();
    }
}
