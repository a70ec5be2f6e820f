package io.openclaw.gateway.ingress.execute.core;

import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What somebody decides about a plan.
 *
 * @param digest of the plan that they saw
 * @param kind what is to happen with it
 * @param struck the numbers of steps that are left out
 * @param edits other arguments, by the number of the step
 * @param reason why a plan is denied, masked
 */
public record PlanDecision(
        String digest,
        Kind kind,
        List<Integer> struck,
        Map<Integer, RawJson> edits,
        @Nullable String reason) {
    /** How long a reason may be, in characters. */
    public static final int MAX_REASON = 1_000;

    /** What is to happen with a plan. */
    public enum Kind {
        /** It runs; a person is asked about each step that needs one. */
        APPROVE,
        /** A person is asked about the plan as a whole, and it runs if they approve. */
        ASK,
        /** The run ends. */
        DENY
    }

    public PlanDecision {
        struck = List.copyOf(struck);
        edits = Map.copyOf(edits);
    }

    /** There is no such plan to decide about. */
    public static final class ConflictException extends Exception {
        private static final long serialVersionUID = 1;

        public ConflictException(String message) {
            super(message);
        }
    }

    /**
     * Checks the decision against the run.
     *
     * @throws InvalidRequestException naming the step that is not there, or whose arguments cannot be taken
     * @throws ConflictException if the run has no plan that waits, or another one
     */
    public void requireSense(Run run) throws ConflictException {
        Plan plan = run.plan();
        if (plan == null || run.state() != RunState.PLANNED) {
            throw new ConflictException(
                    "run " + run.runId() + " has no plan that waits for a decision; it is " + run.state());
        }
        String problem = plan.problemWith(digest);
        if (problem != null) {
            throw new ConflictException(problem);
        }
        requireKindHasWhatItTakes();
        int steps = plan.steps().size();
        Set<Integer> numbers = new HashSet<>();
        for (int number : struck) {
            requireStep(number, steps, "strike");
            if (!numbers.add(number)) {
                throw new InvalidRequestException("'strike' names step " + number + " twice; name it once");
            }
        }
        edits.forEach((number, arguments) -> {
            requireStep(number, steps, "edit");
            if (numbers.contains(number)) {
                throw new InvalidRequestException(
                        "step " + number + " is both in 'strike' and in 'edit'; name it in one of them");
            }
            if (!arguments.text().startsWith("{")) {
                throw new InvalidRequestException(
                        "'edit' of step " + number + " has to be the step's new arguments, a JSON object");
            }
            String unusable = ModelWords.problemWith(arguments);
            if (unusable != null) {
                throw new InvalidRequestException("'edit' of step " + number + ": " + unusable);
            }
            CallError secret = RunDriver.secretIn(arguments, number);
            if (secret != null) {
                throw new InvalidRequestException("'edit': " + secret.message());
            }
        });
        if (kind != Kind.DENY && struck.size() == steps) {
            throw new InvalidRequestException("'strike' leaves no step; deny the plan instead");
        }
    }

    private void requireKindHasWhatItTakes() {
        if (kind == Kind.DENY && (!struck.isEmpty() || !edits.isEmpty())) {
            throw new InvalidRequestException(
                    "'strike' and 'edit' change a plan that is to run; leave them out of a denial");
        }
        if (kind != Kind.DENY && reason != null) {
            throw new InvalidRequestException("'reason' says why a plan is denied; leave it out otherwise");
        }
        if (reason != null && (reason.isBlank() || reason.length() > MAX_REASON)) {
            throw new InvalidRequestException(
                    "'reason' has " + reason.length() + " characters: it may have 1 to " + MAX_REASON);
        }
    }

    private static void requireStep(int number, int steps, String field) {
        if (number < 1 || number > steps) {
            throw new InvalidRequestException(
                    "'" + field + "' names step " + number + ": the plan has the steps 1 to " + steps);
        }
    }
}
