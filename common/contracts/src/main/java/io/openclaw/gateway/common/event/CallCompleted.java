package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The end of a call.
 *
 * @param call the call, without its arguments
 * @param verdicts all verdicts
 * @param outcome what came of it
 * @param result what the tool returned, if it did
 * @param error why it did not succeed, unless it did
 * @param findings what was noticed in the result, such as instructions to a model
 * @param completedBy the stage that ended it
 * @param completedAt when
 * @param signature that stage's signature, so that nobody else can make up a result
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record CallCompleted(
        ToolCall call,
        List<Verdict> verdicts,
        Outcome outcome,
        @Nullable RawJson result,
        @Nullable CallError error,
        List<Reason> findings,
        Stage completedBy,
        Instant completedAt,
        @Nullable String signature,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements CallEvent {

    public CallCompleted {
        verdicts = verdicts == null ? List.of() : List.copyOf(verdicts);
        findings = findings == null ? List.of() : List.copyOf(findings);
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    /** Makes an end that is not signed yet; the call's arguments are left out. */
    public static CallCompleted of(
            ToolCall call,
            List<Verdict> verdicts,
            Outcome outcome,
            @Nullable RawJson result,
            @Nullable CallError error,
            Stage completedBy,
            Instant completedAt) {
        return new CallCompleted(
                call.withoutArguments(),
                verdicts,
                outcome,
                result,
                error,
                List.of(),
                completedBy,
                completedAt,
                null,
                Map.of());
    }

    /** Returns this end with what was noticed in its result; not signed. */
    public CallCompleted noticing(List<Reason> noticed) {
        return new CallCompleted(
                call, verdicts, outcome, result, error, noticed, completedBy, completedAt, null, unknown);
    }

    /** Returns this end with its signature. */
    public CallCompleted signed(String by) {
        return new CallCompleted(
                call, verdicts, outcome, result, error, findings, completedBy, completedAt, by, unknown);
    }

    /** Returns this end with another result and call, for showing or recording. */
    public CallCompleted showing(ToolCall shownCall, @Nullable RawJson shownResult, @Nullable CallError shownError) {
        return new CallCompleted(
                shownCall,
                verdicts,
                outcome,
                shownResult,
                shownError,
                findings,
                completedBy,
                completedAt,
                signature,
                unknown);
    }
}
