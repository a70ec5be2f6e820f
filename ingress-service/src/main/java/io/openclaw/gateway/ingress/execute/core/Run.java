package io.openclaw.gateway.ingress.execute.core;

import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.event.CallError;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A run of {@code /execute}: what was asked, where it stands, and everything that it did. Immutable; all of it is in the database, so
 * any instance can go on with it.
 *
 * @param version counts the changes that were stored
 * @param turns the model's answers, in order
 * @param steps tool calls, in order
 * @param plans the plan and its revisions, in mode {@code PLAN}
 */
public record Run(
        Asked asked, Status status, Spending spent, int version, List<Turn> turns, List<Step> steps, List<Plan> plans) {

    /**
     * What was asked, and by whom.
     *
     * @param identity what is known of the agent beside its id
     * @param prompt masked
     */
    public record Asked(
            UUID runId,
            String agent,
            Identity identity,
            @Nullable String userId,
            RunMode mode,
            String prompt,
            Instant startedAt) {}

    /**
     * Where a run stands.
     *
     * @param output what it answered; masked
     * @param error why it did not succeed
     * @param waitingSince since when it waits for people, if it does
     * @param waitedMillis how long it waited for people before that
     */
    public record Status(
            RunState state,
            @Nullable String output,
            @Nullable CallError error,
            @Nullable Instant waitingSince,
            long waitedMillis,
            @Nullable Instant endedAt) {}

    public Run {
        turns = List.copyOf(turns);
        steps = List.copyOf(steps);
        plans = List.copyOf(plans);
    }

    /** Begins a run. */
    public static Run begun(UUID runId, String agent, Identity identity, RunRequest request, Instant now) {
        return new Run(
                new Asked(runId, agent, identity, request.userId(), request.mode(), request.prompt(), now),
                new Status(RunState.RUNNING, null, null, null, 0, null),
                Spending.NONE,
                0,
                List.of(),
                List.of(),
                List.of());
    }

    public UUID runId() {
        return asked.runId();
    }

    public RunState state() {
        return status.state();
    }

    /** Returns how long the run took until an instant, without the time in which it waited for people. */
    public Duration activeTime(Instant now) {
        Instant since = status.waitingSince();
        Instant until = since != null ? since : now;
        return Duration.between(asked.startedAt(), until).minusMillis(status.waitedMillis());
    }

    /** Returns the steps of which more will come. */
    public List<Step> openSteps() {
        return steps.stream().filter(step -> !step.isOver()).toList();
    }

    /** Returns the steps of one turn. */
    public List<Step> stepsOf(int turn) {
        return steps.stream().filter(step -> step.turn() == turn).toList();
    }

    /** Returns the newest revision of the plan; null if there is none. */
    public @Nullable Plan plan() {
        return plans.isEmpty() ? null : plans.getLast();
    }

    Run spending(Spending more) {
        return new Run(asked, status, spent.plus(more), version, turns, steps, plans);
    }

    Run answered(Turn turn, List<Step> chosen) {
        var allTurns = new ArrayList<>(turns);
        allTurns.add(turn);
        return new Run(asked, status, spent, version, allTurns, steps, plans).withSteps(chosen);
    }

    /** Returns this run with steps added, or in the place of those with the same numbers. */
    Run withSteps(List<Step> changed) {
        var all = new ArrayList<>(steps);
        for (Step step : changed) {
            if (step.number() <= all.size()) {
                all.set(step.number() - 1, step);
            } else {
                all.add(step);
            }
        }
        return new Run(asked, status, spent, version, turns, all, plans);
    }

    /** Returns this run with a plan added, or in the place of the revision with the same number. */
    Run withPlan(Plan plan) {
        var all = new ArrayList<>(plans);
        if (plan.revision() <= all.size()) {
            all.set(plan.revision() - 1, plan);
        } else {
            all.add(plan);
        }
        return new Run(asked, status, spent, version, turns, steps, all);
    }

    /** Returns this run as one that waits for people. */
    Run waiting(RunState state, Instant now) {
        Instant since = status.waitingSince() == null ? now : status.waitingSince();
        return with(new Status(state, null, null, since, status.waitedMillis(), null));
    }

    /** Returns this run as one that goes on. */
    Run goingOn(Instant now) {
        Instant since = status.waitingSince();
        long waited = status.waitedMillis()
                + (since == null ? 0 : Duration.between(since, now).toMillis());
        return with(new Status(RunState.RUNNING, null, null, null, waited, null));
    }

    Run ended(RunState state, @Nullable String output, @Nullable CallError error, Instant now) {
        Run active = status.waitingSince() == null ? this : goingOn(now);
        return active.with(
                new Status(state, output, error, null, active.status().waitedMillis(), now));
    }

    private Run with(Status now) {
        return new Run(asked, now, spent, version, turns, steps, plans);
    }

    /** Returns this run as it was stored. */
    public Run stored(int asVersion) {
        return new Run(asked, status, spent, asVersion, turns, steps, plans);
    }
}
