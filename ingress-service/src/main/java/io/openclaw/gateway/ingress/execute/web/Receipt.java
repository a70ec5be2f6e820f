package io.openclaw.gateway.ingress.execute.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.CanonicalJson;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.execute.core.Run;
import io.openclaw.gateway.ingress.execute.core.Step;
import io.openclaw.gateway.ingress.execute.core.Turn;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a run left, for people and for files: what was asked, planned, decided, approved and done.
 *
 * @param turns what the model said and chose
 * @param steps with verdicts, people's decisions, digests and outcomes; of a result its SHA-256 alone
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record Receipt(
        @JsonProperty("request_id") UUID requestId,
        String agent,
        @JsonProperty("user_id") @Nullable String userId,
        String mode,
        String prompt,
        @JsonProperty("started_at") Instant startedAt,
        @JsonProperty("ended_at") @Nullable Instant endedAt,
        String state,
        @Nullable String output,
        @Nullable CallError error,
        List<Turn> turns,
        List<RunView.PlanView> plans,
        List<ReceiptStep> steps,
        RunView.Usage usage) {

    /** A receipt, and the SHA-256 over its canonical JSON (RFC 8785), which tells whether it was changed. */
    record Sealed(Receipt receipt, String sha256) {}

    /** A step; {@code approvals} are the verdicts that people gave. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    record ReceiptStep(
            int number,
            String tool,
            RawJson arguments,
            @JsonProperty("call_id") @Nullable UUID callId,
            @Nullable String digest,
            String outcome,
            List<RunView.VerdictView> verdicts,
            List<RunView.VerdictView> approvals,
            @JsonProperty("result_sha256") @Nullable String resultSha256,
            @Nullable CallError error) {
        static ReceiptStep of(Step step) {
            RawJson result = step.result();
            return new ReceiptStep(
                    step.number(),
                    step.address(),
                    step.arguments(),
                    step.callId(),
                    step.digest(),
                    step.outcome() == null
                            ? step.state().name()
                            : step.outcome().name(),
                    step.verdicts().stream()
                            .filter(verdict -> verdict.stage() != Stage.APPROVAL)
                            .map(RunView.VerdictView::of)
                            .toList(),
                    step.verdicts().stream()
                            .filter(verdict -> verdict.stage() == Stage.APPROVAL)
                            .map(RunView.VerdictView::of)
                            .toList(),
                    result == null ? null : Digest.sha256Hex(result.text().getBytes(StandardCharsets.UTF_8)),
                    step.error());
        }
    }

    static Sealed of(Run run) {
        var receipt = new Receipt(
                run.runId(),
                run.asked().agent(),
                run.asked().userId(),
                run.asked().mode().name().toLowerCase(java.util.Locale.ROOT),
                run.asked().prompt(),
                run.asked().startedAt(),
                run.status().endedAt(),
                run.state().name(),
                run.status().output(),
                run.status().error(),
                run.turns(),
                run.plans().stream().map(RunView.PlanView::of).toList(),
                run.steps().stream().map(ReceiptStep::of).toList(),
                RunView.Usage.of(run.spent()));
        return new Sealed(receipt, Digest.sha256Hex(CanonicalJson.of(RawJson.from(receipt))));
    }
}
