package io.openclaw.gateway.common.call;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one stage decided about a call.
 *
 * @param stage the stage that decided
 * @param outcome what it decided
 * @param reasons why; never empty unless the outcome is {@code ALLOW}
 * @param decidedBy the instance, or the person, that decided
 * @param decidedAt when
 * @param policyVersion the content hash of the policy or rule pack applied, where there is one
 * @param approval who has to say yes, if the outcome is {@code ESCALATE} and the stage wants somebody in particular
 * @param reading what the stage read the call as, masked: vetting's normal form, a line for each command that would be run;
 *     at most {@value #MAX_READING} characters; only of a call that somebody has to decide about
 * @param mayBeSettled whether vetting offers this verdict to a model, which may replace it; absent for no
 * @param signature the link in the signature chain; {@code null} until the stage has signed
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record Verdict(
        Stage stage,
        Decision outcome,
        List<Reason> reasons,
        String decidedBy,
        Instant decidedAt,
        @Nullable String policyVersion,
        @Nullable ApprovalTerms approval,
        @Nullable String reading,
        @Nullable Boolean mayBeSettled,
        @Nullable String signature,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown) {

    /** How long a reading is at most, in characters. */
    public static final int MAX_READING = 2000;

    public Verdict {
        reasons = reasons == null ? List.of() : List.copyOf(reasons);
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    /** Makes a verdict that is not signed yet. */
    public static Verdict of(
            Stage stage,
            Decision outcome,
            List<Reason> reasons,
            String decidedBy,
            Instant decidedAt,
            @Nullable String policyVersion) {
        return new Verdict(
                stage, outcome, reasons, decidedBy, decidedAt, policyVersion, null, null, null, null, Map.of());
    }

    /** Returns this verdict with who has to say yes; not signed. */
    public Verdict wanting(@Nullable ApprovalTerms terms) {
        return with(terms, reading, mayBeSettled, null);
    }

    /** Returns this verdict with what the call was read as; not signed. */
    public Verdict reading(@Nullable String shown) {
        return with(approval, shown, mayBeSettled, null);
    }

    /** Returns this verdict as one that a model may replace; not signed. */
    public Verdict offered() {
        return with(approval, reading, true, null);
    }

    /** Tells whether a model may replace this verdict: only what vetting could not settle itself, and offered, may be. */
    @JsonIgnore
    public boolean isOffered() {
        return stage == Stage.VETTING && outcome == Decision.ESCALATE && Boolean.TRUE.equals(mayBeSettled);
    }

    /** Returns this verdict with its signature. */
    public Verdict signed(String link) {
        return with(approval, reading, mayBeSettled, link);
    }

    private Verdict with(
            @Nullable ApprovalTerms newApproval,
            @Nullable String newReading,
            @Nullable Boolean newMayBeSettled,
            @Nullable String newSignature) {
        return new Verdict(
                stage,
                outcome,
                reasons,
                decidedBy,
                decidedAt,
                policyVersion,
                newApproval,
                newReading,
                newMayBeSettled,
                newSignature,
                unknown);
    }
}
