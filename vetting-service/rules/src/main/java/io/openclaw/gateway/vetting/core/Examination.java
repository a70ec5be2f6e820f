package io.openclaw.gateway.vetting.core;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.vetting.core.rule.RuleOutcome;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What rules make of a call.
 *
 * @param commands its normal form
 * @param findings what was found, in the order of the rules
 * @param fetched files that the call writes what came over the network to
 */
public record Examination(List<Invocation> commands, List<Finding> findings, Set<String> fetched) {
    private static final int MAX_LINE = 600;

    public Examination {
        commands = List.copyOf(commands);
        findings = List.copyOf(findings);
        fetched = Set.copyOf(fetched);
    }

    Examination(List<Invocation> commands, List<Finding> findings) {
        this(commands, findings, Set.of());
    }

    /** Returns the strictest outcome of all findings, without a model. */
    public Decision outcome() {
        return findings.stream()
                .map(finding -> finding.outcome().decision())
                .reduce(Decision::stricter)
                .orElse(Decision.ALLOW);
    }

    /**
     * Returns the normal form for showing, a line for each command, masked; {@code null} if there is none.
     *
     * @param redactor masks the literals that are secrets; what would be run stays
     * @param arguments the call's, in which more may say that a literal is a secret
     */
    public @Nullable String reading(Redactor redactor, @Nullable RawJson arguments) {
        List<String> lines = redactor.redactCommands(
                commands.stream()
                        .limit(Verdict.MAX_READING)
                        .map(Invocation::line)
                        .map(line -> line.length() > MAX_LINE
                                ? line.substring(0, MAX_LINE) + "… (" + line.length() + " characters)"
                                : line)
                        .toList(),
                arguments);
        var reading = new StringBuilder();
        String last = "";
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.equals(last)) {
                continue;
            }
            if (reading.length() + line.length() > Verdict.MAX_READING - 40) {
                reading.append("\n… and ").append(commands.size() - i).append(" more");
                break;
            }
            reading.append(reading.isEmpty() ? "" : "\n").append(line);
            last = line;
        }
        return reading.isEmpty() ? null : reading.toString();
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
