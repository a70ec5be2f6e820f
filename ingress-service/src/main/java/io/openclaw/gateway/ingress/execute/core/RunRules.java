package io.openclaw.gateway.ingress.execute.core;

import io.openclaw.gateway.common.event.CallError;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a run does next: a function of what it did so far. */
public final class RunRules {
    /** The same choices, so often in a row, are a loop. */
    static final int MAX_REPETITIONS = 3;

    /** So many turns in a row of which nothing could become a call are nonsense. */
    static final int MAX_USELESS_TURNS = 3;

    /** How long a plan may wait for approval. */
    public static final Duration PLAN_EXPIRES = Duration.ofHours(24);

    static final String LIMIT = "limit_reached";

    private RunRules() {}

    /** What a run does next. */
    sealed interface Next {
        /** The model is asked. */
        record Think(boolean stepsAreLeft) implements Next {}

        /** The open steps are asked for, and waited for. */
        record Act() implements Next {}

        /** The plan waits for approval. */
        record AwaitApprovalOfPlan() implements Next {}

        /** The run ends. */
        record End(RunState state, @Nullable CallError error) implements Next {}
    }

    /**
     * Returns what a run does next.
     *
     * @param cancel whether somebody wants it to end
     * @param today what all runs of the agent cost today
     */
    static Next of(Run run, RunLimits limits, boolean cancel, Spending today, Instant now) {
        if (cancel) {
            return new Next.End(
                    RunState.CANCELLED,
                    CallError.of("cancelled", "The run was cancelled; what had not run did not, and will not."));
        }
        Plan plan = run.plan();
        if (plan != null && !plan.isApproved() && run.openSteps().isEmpty()) {
            Instant since = run.status().waitingSince();
            return since != null && now.isAfter(since.plus(PLAN_EXPIRES))
                    ? new Next.End(
                            RunState.FAILED,
                            CallError.of(
                                    "plan_expired",
                                    "Nobody decided about the plan within " + PLAN_EXPIRES.toHours()
                                            + " hours; nothing more of it ran."))
                    : new Next.AwaitApprovalOfPlan();
        }
        Optional<String> reached = limits.reached(run, today, now);
        if (!run.openSteps().isEmpty()) {
            boolean tooLong = run.activeTime(now).compareTo(limits.time()) >= 0;
            return tooLong ? limited(reached.orElseThrow()) : new Next.Act();
        }
        boolean noStepLeft = run.steps().stream()
                .anyMatch(step -> step.error() != null && step.error().type().equals(LIMIT));
        Turn last = run.turns().isEmpty() ? null : run.turns().getLast();
        if (last != null && last.choices().isEmpty()) {
            return noStepLeft ? limited(limits.noMoreSteps()) : new Next.End(RunState.SUCCEEDED, null);
        }
        if (reached.isPresent()) {
            return limited(reached.get());
        }
        if (noStepLeft && wasToldSo(run)) {
            return limited(limits.noMoreSteps());
        }
        if (repeats(run.turns())) {
            return new Next.End(
                    RunState.FAILED,
                    CallError.of(
                            "model_loops",
                            "The model chose the same calls " + MAX_REPETITIONS
                                    + " times in a row, so the run was ended. Say more precisely what is to be done, or use another"
                                    + " model."));
        }
        if (isUseless(run)) {
            return new Next.End(
                    RunState.FAILED,
                    CallError.of(
                            "model_nonsense",
                            "The model chose nothing that could be a call " + MAX_USELESS_TURNS
                                    + " times in a row; the last: "
                                    + lastError(run)));
        }
        return new Next.Think(!noStepLeft);
    }

    private static String lastError(Run run) {
        CallError error = run.steps().getLast().error();
        return error == null ? "no reason is known" : error.message();
    }

    private static Next limited(String why) {
        return new Next.End(RunState.LIMITED, CallError.of(LIMIT, "It ended with what it had: " + why + "."));
    }

    /** The steps of two turns were refused for the limit, so the model chose again although it was told that none is left. */
    private static boolean wasToldSo(Run run) {
        return run.steps().stream()
                        .filter(step ->
                                step.error() != null && step.error().type().equals(LIMIT))
                        .mapToInt(Step::turn)
                        .distinct()
                        .count()
                > 1;
    }

    private static boolean repeats(List<Turn> turns) {
        if (turns.size() < MAX_REPETITIONS) {
            return false;
        }
        List<List<String>> last = turns.subList(turns.size() - MAX_REPETITIONS, turns.size()).stream()
                .map(turn -> turn.choices().stream()
                        .map(choice -> choice.name() + " " + choice.arguments().text())
                        .toList())
                .toList();
        return last.stream().distinct().count() == 1;
    }

    private static boolean isUseless(Run run) {
        int from = run.turns().size() - MAX_USELESS_TURNS + 1;
        if (from < 1) {
            return false;
        }
        return run.steps().stream()
                .filter(step -> step.turn() >= from)
                .allMatch(step -> step.state() == Step.State.REFUSED);
    }
}
