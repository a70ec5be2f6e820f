package io.openclaw.gateway.vetting.core.rule;

import io.openclaw.gateway.common.call.Severity;
import java.util.List;
import java.util.Objects;

/**
 * One thing that is dangerous, as it stands in a pack.
 *
 * @param id its stable name, {@code pack/name}, such as {@code filesystem/delete-root}
 * @param title what it is, in a few words
 * @param severity how bad it would be
 * @param outcome what follows from it
 * @param match it is found if one of these is true of a command
 * @param reason what a person should understand
 * @param alternative what to do instead
 * @param examples commands that it must and must not find; run as tests
 */
public record Rule(
        String id,
        String title,
        Severity severity,
        RuleOutcome outcome,
        List<Condition> match,
        String reason,
        String alternative,
        Examples examples) {

    /** Commands that a rule must find, and that it must let pass. */
    public record Examples(List<String> match, List<String> pass) {
        public Examples {
            match = match == null ? List.of() : List.copyOf(match);
            pass = pass == null ? List.of() : List.copyOf(pass);
        }
    }

    /** @throws IllegalArgumentException naming the rule and the field that it lacks */
    public Rule {
        required(id, id, "id");
        required(id, title, "title");
        required(id, severity, "severity");
        required(id, outcome, "outcome");
        required(id, match, "match");
        required(id, reason, "reason");
        required(id, alternative, "alternative");
        required(id, examples, "examples");
        match = List.copyOf(match);
        if (!id.matches("[a-z0-9-]+/[a-z0-9-]+")) {
            throw new IllegalArgumentException("rule id '" + id + "' is not of the form pack/name");
        }
        if (match.isEmpty() || examples.match().isEmpty()) {
            throw new IllegalArgumentException("rule " + id + " needs a match and an example that matches");
        }
    }

    private static void required(String id, Object value, String name) {
        if (Objects.isNull(value)) {
            throw new IllegalArgumentException("rule " + id + " has no " + name);
        }
    }
}
