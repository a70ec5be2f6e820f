package io.openclaw.gateway.ingress.execute.core;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.policy.PlanApproval;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One tool call of a run, or what a model chose that never became one.
 *
 * @param number its place in the run, from 1
 * @param turn the turn in which it was chosen
 * @param choiceId the model's own id of the choice
 * @param name the tool's name as the model wrote it
 * @param upstream what would execute it; absent if there is no such tool
 * @param tool its name there
 * @param arguments masked
 * @param exact whether nothing in the arguments is masked, so that the step can be asked for after a restart
 * @param callId the tool call, once it was asked for
 * @param digest the call's digest
 * @param startedAt when it was asked for
 * @param deadline after which the call has an end, or none will come
 * @param approvalExpiresAt until when a person may decide
 * @param outcome the call's; absent if it never became one
 * @param verdicts who decided what, and why
 * @param findings what was noticed in the result
 * @param result what the tool returned, masked
 * @param error why it did not succeed
 * @param told what the model is told of it
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Step(
        int number,
        int turn,
        String choiceId,
        String name,
        @Nullable String upstream,
        @Nullable String tool,
        RawJson arguments,
        boolean exact,
        State state,
        @Nullable UUID callId,
        @Nullable String digest,
        @Nullable Instant startedAt,
        @Nullable Instant deadline,
        @Nullable Instant approvalExpiresAt,
        @Nullable Instant endedAt,
        @Nullable Outcome outcome,
        List<Verdict> verdicts,
        List<Reason> findings,
        @Nullable RawJson result,
        @Nullable CallError error,
        @Nullable String told) {

    /** The type of the error of a step that somebody struck from the plan. */
    static final String STRUCK = "struck";

    /** Where a step stands. */
    public enum State {
        /** It was chosen, and nobody was asked yet. */
        CHOSEN,
        /** The pipeline has it. */
        ASKED,
        /** A person has to decide about it. */
        WAITING_FOR_APPROVAL,
        /** Its call is over. */
        ENDED,
        /** It never became a call. */
        REFUSED
    }

    public Step {
        verdicts = verdicts == null ? List.of() : List.copyOf(verdicts);
        findings = findings == null ? List.of() : List.copyOf(findings);
    }

    /** Makes a step that nobody was asked for yet. */
    static Step chosen(
            int number, int turn, Choice choice, String upstream, String tool, RawJson arguments, boolean exact) {
        return new Step(
                number,
                turn,
                choice.id(),
                choice.name(),
                upstream,
                tool,
                arguments,
                exact,
                State.CHOSEN,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                List.of(),
                List.of(),
                null,
                null,
                null);
    }

    /** Makes a step of a choice that cannot become a call. */
    static Step refused(int number, int turn, Choice choice, RawJson arguments, CallError error, Instant now) {
        return new Step(
                        number,
                        turn,
                        choice.id(),
                        choice.name(),
                        null,
                        null,
                        arguments,
                        true,
                        State.CHOSEN,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        List.of(),
                        List.of(),
                        null,
                        null,
                        null)
                .refused(error, now);
    }

    /** Tells whether nothing more will come of it. */
    @JsonIgnore
    public boolean isOver() {
        return state == State.ENDED || state == State.REFUSED;
    }

    /** Tells whether the tool ran and did what it was asked for. */
    @JsonIgnore
    public boolean hasSucceeded() {
        return outcome == Outcome.SUCCEEDED || (isAboutPlan() && outcome == Outcome.ALLOWED);
    }

    /** Tells whether it asks people about the plan as a whole. */
    @JsonIgnore
    public boolean isAboutPlan() {
        return PlanApproval.UPSTREAM.equals(upstream) && PlanApproval.TOOL.equals(tool);
    }

    /** Tells whether somebody struck it from the plan. */
    @JsonIgnore
    public boolean isStruck() {
        return error != null && error.type().equals(STRUCK);
    }

    /** Returns {@code upstream/tool}, or the name that the model used if there is no such tool. */
    @JsonIgnore
    public String address() {
        return upstream == null || tool == null ? name : upstream + "/" + tool;
    }

    Step asked(UUID call, String ofDigest, Instant at, Instant until) {
        return with(State.ASKED, call, ofDigest, at, until, null, null, null, verdicts, findings, null, null, null);
    }

    Step waiting(Instant until) {
        return with(
                State.WAITING_FOR_APPROVAL,
                callId,
                digest,
                startedAt,
                deadline,
                until,
                null,
                null,
                verdicts,
                findings,
                null,
                null,
                null);
    }

    Step ended(
            Outcome of,
            List<Verdict> by,
            List<Reason> noticed,
            @Nullable RawJson returned,
            @Nullable CallError why,
            String toldAs,
            Instant at) {
        return with(
                State.ENDED,
                callId,
                digest,
                startedAt,
                deadline,
                approvalExpiresAt,
                at,
                of,
                by,
                noticed,
                returned,
                why,
                toldAs);
    }

    Step refused(CallError why, Instant at) {
        return with(
                State.REFUSED,
                callId,
                digest,
                startedAt,
                deadline,
                null,
                at,
                null,
                verdicts,
                findings,
                null,
                why,
                "Not done: " + why.message());
    }

    private Step with(
            State now,
            @Nullable UUID call,
            @Nullable String ofDigest,
            @Nullable Instant started,
            @Nullable Instant until,
            @Nullable Instant expires,
            @Nullable Instant ended,
            @Nullable Outcome of,
            List<Verdict> by,
            List<Reason> noticed,
            @Nullable RawJson returned,
            @Nullable CallError why,
            @Nullable String toldAs) {
        return new Step(
                number, turn, choiceId, name, upstream, tool, arguments, exact, now, call, ofDigest, started, until,
                expires, ended, of, by, noticed, returned, why, toldAs);
    }
}
