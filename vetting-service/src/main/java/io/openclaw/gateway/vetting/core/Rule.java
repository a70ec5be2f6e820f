package io.openclaw.gateway.vetting.core;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Severity;
import java.util.List;
import java.util.Objects;

/**
 * One thing that is dangerous.
 *
 * @param id its stable name, such as {@code filesystem/delete-root}
 * @param title what it is, in a few words
 * @param severity how bad it would be
 * @param outcome {@code DENY} or {@code ESCALATE}
 * @param regex a linear-time expression (RE2), searched for in every text of the arguments
 * @param reason what a person should understand
 * @param alternative what to do instead
 * @param examples texts that it must and must not find; run as tests
 */
public record Rule(
        String id,
        String title,
        Severity severity,
        Decision outcome,
        Pattern regex,
        String reason,
        String alternative,
        Examples examples) {

    /** Texts that a rule must and must not find. */
    public record Examples(List<String> match, List<String> pass) {
        public Examples {
            match = match == null ? List.of() : List.copyOf(match);
            pass = pass == null ? List.of() : List.copyOf(pass);
        }
    }

    /** A rule as it stands in a pack. */
    record Text(
            String id,
            String title,
            Severity severity,
            Decision outcome,
            String regex,
            String reason,
            String alternative,
            Examples examples) {

        /**
         * Checks and compiles this rule.
         *
         * @throws IllegalArgumentException naming the rule and what is missing or wrong
         */
        Rule compiled() {
            required(id, "id");
            for (var field : List.of(
                    new Object[] {title, "title"},
                    new Object[] {severity, "severity"},
                    new Object[] {outcome, "outcome"},
                    new Object[] {regex, "regex"},
                    new Object[] {reason, "reason"},
                    new Object[] {alternative, "alternative"},
                    new Object[] {examples, "examples"})) {
                required(field[0], (String) field[1]);
            }
            try {
                return new Rule(id, title, severity, outcome, Pattern.compile(regex), reason, alternative, examples);
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException("rule " + id + ": no RE2 expression: " + e.getMessage(), e);
            }
        }

        private void required(Object value, String name) {
            if (Objects.isNull(value)) {
                throw new IllegalArgumentException("rule " + id + " has no " + name);
            }
        }
    }

    boolean matches(String text) {
        return regex.matcher(text).find();
    }
}
