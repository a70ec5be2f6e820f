package io.openclaw.gateway.ingress.execute.core;

import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.JsonText;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import java.util.List;
import java.util.Map;

/**
 * What somebody decides about a plan.
 *
 * @param digest of the plan that they saw
 * @param kind what is to happen with it
 * @param struck the numbers of steps that are left out
 * @param edits other arguments, by the number of the step
 */
public record PlanDecision(String digest, Kind kind, List<Integer> struck, Map<Integer, RawJson> edits) {

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
        int steps = plan.steps().size();
        for (int number : struck) {
            requireStep(number, steps, "strike");
        }
        edits.forEach((number, arguments) -> {
            requireStep(number, steps, "edit");
            if (!arguments.text().startsWith("{")) {
                throw new InvalidRequestException(
                        "'edit' of step " + number + " has to be the step's new arguments, a JSON object");
            }
            try {
                JsonText.requireExact(arguments);
            } catch (InexactJsonException e) {
                throw new InvalidRequestException("'edit' of step " + number + ": " + e.getMessage(), e);
            }
            CallError secret = RunDriver.secretIn(arguments, number);
            if (secret != null) {
                throw new InvalidRequestException("'edit': " + secret.message());
            }
        });
        if (kind != Kind.DENY && struck.stream().distinct().count() == steps) {
            throw new InvalidRequestException("'strike' leaves no step; deny the plan instead");
        }
    }

    private static void requireStep(int number, int steps, String field) {
        if (number < 1 || number > steps) {
            throw new InvalidRequestException(
                    "'" + field + "' names step " + number + ": the plan has the steps 1 to " + steps);
        }
    }
}
