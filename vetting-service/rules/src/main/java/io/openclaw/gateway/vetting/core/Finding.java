package io.openclaw.gateway.vetting.core;

import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.json.JsonText;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.vetting.core.rule.Rule;
import io.openclaw.gateway.vetting.core.rule.RuleOutcome;
import io.openclaw.gateway.vetting.core.rule.RulePack.Match;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was found in a call.
 *
 * @param rule the rule's id
 * @param title what it is, in a few words
 * @param reason what a person should understand
 * @param alternative what to do instead
 * @param effect what the command would do, in words; {@code null} if the catalogue does not say
 * @param part the command that it was found in, in normal form; {@code null} if it is about the whole call. Not masked
 */
public record Finding(
        String rule,
        String title,
        Severity severity,
        RuleOutcome outcome,
        String reason,
        String alternative,
        @Nullable String effect,
        @Nullable String part) {
    private static final Redactor REDACTOR = new Redactor();

    Finding(String rule, String title, Severity severity, RuleOutcome outcome, String reason, String alternative) {
        this(rule, title, severity, outcome, reason, alternative, null, null);
    }

    static Finding of(Match match, @Nullable String effect) {
        Rule rule = match.rule();
        return new Finding(
                rule.id(),
                rule.title(),
                rule.severity(),
                rule.outcome(),
                rule.reason(),
                rule.alternative(),
                effect == null ? null : JsonText.repaired(effect),
                JsonText.repaired(match.command().line()));
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

    private static String sentence(String words) {
        return Character.toUpperCase(words.charAt(0)) + words.substring(1) + ".";
    }

    /** Returns it as a reason of a verdict: what would happen, masked, why that is bad, and what to do instead. */
    public Reason reasonOfVerdict() {
        String what = effect == null ? "" : REDACTOR.redact(sentence(effect)) + " ";
        return new Reason(rule, what + reason + " Instead: " + alternative, severity);
    }
}
