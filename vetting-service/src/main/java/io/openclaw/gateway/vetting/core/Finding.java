package io.openclaw.gateway.vetting.core;

import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.json.JsonText;
import io.openclaw.gateway.vetting.core.rule.Rule;
import io.openclaw.gateway.vetting.core.rule.RuleOutcome;

/**
 * One thing that was found in a call.
 *
 * @param rule the rule's id
 * @param title what it is, in a few words
 * @param reason what a person should understand
 * @param alternative what to do instead
 */
public record Finding(
        String rule, String title, Severity severity, RuleOutcome outcome, String reason, String alternative) {

    static Finding of(Rule rule) {
        return new Finding(rule.id(), rule.title(), rule.severity(), rule.outcome(), rule.reason(), rule.alternative());
    }

    /** What could not be read, or is only known when it runs. */
    static Finding doubt(String why) {
        return new Finding(
                "vetting/cannot-tell",
                "Nobody can tell from the text what it does",
                Severity.MEDIUM,
                RuleOutcome.UNSURE,
                // The reader cuts texts short, and computes some as a shell would: either can leave half a character.
                JsonText.repaired("What it does cannot be told from its text: " + why + "."),
                "write it so that every command and path can be read.");
    }

    /** Returns it as a reason of a verdict. */
    public Reason reasonOfVerdict() {
        return new Reason(rule, reason + " Instead: " + alternative, severity);
    }
}
