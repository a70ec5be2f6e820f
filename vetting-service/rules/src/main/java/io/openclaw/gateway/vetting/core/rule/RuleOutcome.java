package io.openclaw.gateway.vetting.core.rule;

import io.openclaw.gateway.common.call.Decision;

/** What a rule says about a call, from lenient to strict. */
public enum RuleOutcome {
    /** The rules cannot tell: a model is asked, and a person if there is none or it cannot tell either. */
    UNSURE(Decision.ESCALATE),
    /** A person has to say yes, whatever a model thinks. */
    ESCALATE(Decision.ESCALATE),
    DENY(Decision.DENY);

    private final Decision decision;

    RuleOutcome(Decision decision) {
        this.decision = decision;
    }

    /** Returns the outcome without a model. */
    public Decision decision() {
        return decision;
    }
}
