package io.openclaw.gateway.ingress.decide;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.ingress.decide.core.Decided;
import io.openclaw.gateway.ingress.decide.core.Decided.Answer;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A decision as its agent sees it.
 *
 * @param decisionId the id of the call that it is about, which the record knows it by
 * @param reasons why; of a denial, each says what is allowed instead where that is known
 * @param message the same in one text, for a model
 * @param digest what was decided about, see {@link io.openclaw.gateway.common.call.Digest}
 * @param approvalExpiresAt until when a person may decide, while one is asked
 * @param approvalUrl where a person finds the approval, while one is asked
 * @param usesApproval the earlier call whose approval allowed this one, if one did
 * @param url where to ask again
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record DecisionView(
        UUID decisionId,
        Answer decision,
        List<Reason> reasons,
        String message,
        String agent,
        String upstream,
        String tool,
        String digest,
        @Nullable Boolean dryRun,
        @Nullable Instant approvalExpiresAt,
        @Nullable String approvalUrl,
        @Nullable UUID usesApproval,
        @Nullable List<Verdict> verdicts,
        String url) {

    /** @param baseUrl how the caller reaches this gateway */
    static DecisionView of(Decided decided, String baseUrl) {
        ToolCall call = decided.call();
        String approvalUrl = decided.approvalExpiresAt() == null ? null : baseUrl + "/v1/approvals/" + call.callId();
        return new DecisionView(
                call.callId(),
                decided.answer(),
                decided.reasons(),
                message(decided, approvalUrl),
                call.agent(),
                call.upstream(),
                call.tool(),
                call.digest(),
                call.mode() == Mode.DRY_RUN ? true : null,
                decided.approvalExpiresAt(),
                approvalUrl,
                decided.answer() == Answer.ALLOW ? call.usesApproval() : null,
                decided.verdicts().isEmpty() ? null : decided.verdicts(),
                baseUrl + DecisionController.PATH + "/" + call.callId());
    }

    private static String message(Decided decided, @Nullable String approvalUrl) {
        String address = decided.call().address();
        return switch (decided.answer()) {
            case ALLOW -> address + " is allowed.";
            case DENY ->
                address + " is denied and must not run: " + words(decided.reasons())
                        + " Do not try to get around the rule by other words or another tool.";
            case ESCALATE -> "A person would have to approve " + address + ": " + words(decided.reasons());
            case PENDING ->
                approvalUrl == null
                        ? address + " is not decided yet."
                        : "A person has to approve " + address + ", until " + decided.approvalExpiresAt() + ", at "
                                + approvalUrl + ". Ask again for the same call then: it is allowed once.";
        };
    }

    private static String words(List<Reason> reasons) {
        return reasons.stream()
                .map(reason -> reason.text() + (reason.text().endsWith(".") ? "" : ".") + " (" + reason.ruleId() + ")")
                .collect(Collectors.joining(" "));
    }
}
