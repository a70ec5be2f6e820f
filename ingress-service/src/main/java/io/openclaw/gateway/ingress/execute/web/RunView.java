package io.openclaw.gateway.ingress.execute.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.execute.core.Plan;
import io.openclaw.gateway.ingress.execute.core.Run;
import io.openclaw.gateway.ingress.execute.core.Spending;
import io.openclaw.gateway.ingress.execute.core.Step;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A run as its agent sees it.
 *
 * @param status {@code success}, {@code error}, {@code pending_approval} or, while it goes on, {@code running}
 * @param output what it answered
 * @param requestId its id
 * @param state a {@link io.openclaw.gateway.ingress.execute.core.RunState}
 * @param url where to look at it again
 * @param plan in mode {@code plan}: what is to run, or ran
 * @param steps what it did, in order
 * @param error why it did not succeed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RunView(
        String status,
        @Nullable String output,
        @JsonProperty("request_id") UUID requestId,
        String state,
        String mode,
        String url,
        @JsonProperty("started_at") Instant startedAt,
        @JsonProperty("ended_at") @Nullable Instant endedAt,
        @Nullable PlanView plan,
        List<StepView> steps,
        Usage usage,
        @Nullable CallError error) {

    /** What models cost. */
    record Usage(
            @JsonProperty("input_tokens") long inputTokens,
            @JsonProperty("output_tokens") long outputTokens,
            @JsonProperty("cost_usd") double costUsd) {
        static Usage of(Spending spent) {
            return new Usage(spent.inputTokens(), spent.outputTokens(), spent.costUsd());
        }
    }

    /** A plan. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record PlanView(
            int revision,
            String digest,
            List<PlannedStepView> steps,
            List<Reason> findings,
            List<String> changes,
            @JsonProperty("approved_by") @Nullable String approvedBy,
            @JsonProperty("approved_at") @Nullable Instant approvedAt,
            @JsonProperty("denied_by") @Nullable String deniedBy,
            @JsonProperty("denied_at") @Nullable Instant deniedAt,
            @JsonProperty("denial_reason") @Nullable String denialReason) {
        static @Nullable PlanView of(@Nullable Plan plan) {
            return plan == null
                    ? null
                    : new PlanView(
                            plan.revision(),
                            plan.digest(),
                            plan.steps().stream().map(PlannedStepView::of).toList(),
                            plan.findings(),
                            plan.changes(),
                            plan.approvedBy(),
                            plan.approvedAt(),
                            plan.deniedBy(),
                            plan.deniedAt(),
                            plan.denialReason());
        }
    }

    /** A step of a plan; {@code decision} is what policy and vetting say of it now. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record PlannedStepView(
            int number,
            String tool,
            RawJson arguments,
            @Nullable String why,
            @Nullable Decision decision,
            List<Reason> reasons) {
        static PlannedStepView of(Plan.PlannedStep step) {
            return new PlannedStepView(
                    step.number(),
                    step.upstream() + "/" + step.tool(),
                    step.arguments(),
                    step.why(),
                    step.decision(),
                    step.reasons());
        }
    }

    /** A step. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record StepView(
            int number,
            String tool,
            RawJson arguments,
            @JsonProperty("call_id") @Nullable UUID callId,
            @Nullable String digest,
            String state,
            @Nullable String outcome,
            List<VerdictView> verdicts,
            @JsonProperty("started_at") @Nullable Instant startedAt,
            @JsonProperty("ended_at") @Nullable Instant endedAt,
            @JsonProperty("approval_expires_at") @Nullable Instant approvalExpiresAt,
            @Nullable RawJson result,
            List<Reason> findings,
            @Nullable CallError error) {
        static StepView of(Step step) {
            return new StepView(
                    step.number(),
                    step.address(),
                    step.arguments(),
                    step.callId(),
                    step.digest(),
                    step.state().name(),
                    step.outcome() == null ? null : step.outcome().name(),
                    step.verdicts().stream().map(VerdictView::of).toList(),
                    step.startedAt(),
                    step.endedAt(),
                    step.state() == Step.State.WAITING_FOR_APPROVAL ? step.approvalExpiresAt() : null,
                    step.result(),
                    step.findings(),
                    step.error());
        }
    }

    /** Who decided what about a step, and why. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record VerdictView(
            String stage,
            Decision outcome,
            @JsonProperty("decided_by") String decidedBy,
            @JsonProperty("decided_at") Instant decidedAt,
            @JsonProperty("policy_version") @Nullable String policyVersion,
            List<Reason> reasons) {
        static VerdictView of(Verdict verdict) {
            return new VerdictView(
                    verdict.stage().label(),
                    verdict.outcome(),
                    verdict.decidedBy(),
                    verdict.decidedAt(),
                    verdict.policyVersion(),
                    verdict.reasons());
        }
    }

    static RunView of(Run run, String url) {
        return new RunView(
                statusOf(run),
                run.status().output(),
                run.runId(),
                run.state().name(),
                run.asked().mode().name().toLowerCase(java.util.Locale.ROOT),
                url,
                run.asked().startedAt(),
                run.status().endedAt(),
                PlanView.of(run.plan()),
                run.steps().stream().map(StepView::of).toList(),
                Usage.of(run.spent()),
                run.status().error());
    }

    private static String statusOf(Run run) {
        return switch (run.state()) {
            case RUNNING -> "running";
            case WAITING_FOR_APPROVAL, PLANNED -> "pending_approval";
            case SUCCEEDED -> "success";
            case LIMITED, FAILED, DENIED, CANCELLED -> "error";
        };
    }
}
