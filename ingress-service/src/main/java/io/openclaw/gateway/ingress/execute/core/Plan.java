package io.openclaw.gateway.ingress.execute.core;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.json.CanonicalJson;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a model wants to do, step by step, frozen by its digest: what was approved is exactly what runs.
 *
 * @param revision from 1
 * @param turn the turn in which the model made it
 * @param choiceId the model's own id of its choice
 * @param digest SHA-256 over the canonical JSON (RFC 8785) of names and arguments of the steps, in order
 * @param findings what was noticed in the sequence as a whole
 * @param changes what differs from the revision before
 * @param approvedBy who approved it; nobody yet, if absent
 * @param deniedBy who denied it; nobody, if absent
 * @param denialReason why they did, as they say; masked
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Plan(
        int revision,
        int turn,
        String choiceId,
        String digest,
        List<PlannedStep> steps,
        List<Reason> findings,
        List<String> changes,
        @Nullable String approvedBy,
        @Nullable Instant approvedAt,
        @Nullable String deniedBy,
        @Nullable Instant deniedAt,
        @Nullable String denialReason) {

    /**
     * One step of a plan.
     *
     * @param number its place in the plan, from 1
     * @param name the tool's name as the model wrote it
     * @param why what it is for, as the model says
     * @param decision what policy and vetting say of it now; absent until they were asked
     * @param reasons why
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record PlannedStep(
            int number,
            String name,
            String upstream,
            String tool,
            RawJson arguments,
            @Nullable String why,
            @Nullable Decision decision,
            List<Reason> reasons) {
        public PlannedStep {
            reasons = reasons == null ? List.of() : List.copyOf(reasons);
        }

        /** Returns this step as it was decided about. */
        public PlannedStep decided(Decision by, List<Reason> because) {
            return new PlannedStep(number, name, upstream, tool, arguments, why, by, because);
        }

        PlannedStep numbered(int as) {
            return new PlannedStep(as, name, upstream, tool, arguments, why, decision, reasons);
        }

        PlannedStep with(RawJson otherArguments) {
            return new PlannedStep(number, name, upstream, tool, otherArguments, why, null, List.of());
        }

        /** Tells whether both ask for the same thing. */
        boolean isSameAs(PlannedStep other) {
            return upstream.equals(other.upstream)
                    && tool.equals(other.tool)
                    && java.util.Arrays.equals(CanonicalJson.of(arguments), CanonicalJson.of(other.arguments));
        }
    }

    public Plan {
        steps = steps == null ? List.of() : List.copyOf(steps);
        findings = findings == null ? List.of() : List.copyOf(findings);
        changes = changes == null ? List.of() : List.copyOf(changes);
    }

    /** Makes a plan of steps that were decided about. */
    static Plan of(int revision, int turn, String choiceId, List<PlannedStep> steps, @Nullable Plan before) {
        return new Plan(
                revision,
                turn,
                choiceId,
                digestOf(steps),
                steps,
                Sequence.findings(steps),
                before == null ? List.of() : changes(before.steps(), steps),
                null,
                null,
                null,
                null,
                null);
    }

    Plan approved(String by, Instant at) {
        return new Plan(revision, turn, choiceId, digest, steps, findings, changes, by, at, null, null, null);
    }

    Plan denied(String by, Instant at, @Nullable String reason) {
        return new Plan(revision, turn, choiceId, digest, steps, findings, changes, null, null, by, at, reason);
    }

    /** Tells whether somebody approved it. */
    @JsonIgnore
    public boolean isApproved() {
        return approvedBy != null;
    }

    /** Returns the steps with single ones left out or with other arguments, numbered anew. */
    List<PlannedStep> edited(List<Integer> struck, Map<Integer, RawJson> edits) {
        var left = new ArrayList<PlannedStep>();
        for (PlannedStep step : steps) {
            if (!struck.contains(step.number())) {
                RawJson other = edits.get(step.number());
                left.add((other == null ? step : step.with(other)).numbered(left.size() + 1));
            }
        }
        return left;
    }

    /** Returns the digest of a sequence of steps. */
    static String digestOf(List<PlannedStep> steps) {
        var frozen = new ArrayList<Map<String, Object>>();
        for (PlannedStep step : steps) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("upstream", step.upstream());
            fields.put("tool", step.tool());
            fields.put("arguments", step.arguments());
            frozen.add(fields);
        }
        return Digest.sha256Hex(CanonicalJson.of(RawJson.from(frozen)));
    }

    /** Returns the digest of what a turn chose. */
    static String digestOfTurn(RawJson choices) {
        return Digest.sha256Hex(CanonicalJson.of(choices));
    }

    /** Returns why this plan cannot be decided about as the one with a digest; null if it can. */
    @Nullable
    String problemWith(String otherDigest) {
        return digest.equals(otherDigest)
                ? null
                : "the plan is another by now: its digest is " + digest + ", and the decision is about " + otherDigest;
    }

    /** Says what differs between two sequences, by a longest common subsequence. */
    static List<String> changes(List<PlannedStep> before, List<PlannedStep> after) {
        int[][] common = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                common[i][j] = before.get(i).isSameAs(after.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        var changes = new ArrayList<String>();
        int i = 0;
        int j = 0;
        while (i < before.size() || j < after.size()) {
            if (i < before.size() && j < after.size() && before.get(i).isSameAs(after.get(j))) {
                i++;
                j++;
            } else if (j >= after.size() || (i < before.size() && common[i + 1][j] >= common[i][j + 1])) {
                changes.add("- " + shown(before.get(i++)));
            } else {
                changes.add("+ " + shown(after.get(j++)));
            }
        }
        return changes;
    }

    private static String shown(PlannedStep step) {
        return step.upstream() + "/" + step.tool() + " " + step.arguments().text();
    }
}
