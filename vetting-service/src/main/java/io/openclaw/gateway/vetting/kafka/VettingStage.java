package io.openclaw.gateway.vetting.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallAuthorized;
import io.openclaw.gateway.common.event.CallEvent;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.routing.Routing;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.vetting.core.Examination;
import io.openclaw.gateway.vetting.core.Vetting;
import io.openclaw.gateway.vetting.file.RulesInForce;
import io.openclaw.gateway.vetting.judge.RecentCalls;
import java.time.Clock;

/** The rules' lane: each authorized call becomes the event that follows from what rules find in it. */
public final class VettingStage {
    private final RulesInForce rules;
    private final StageStep step;
    private final boolean hasJudge;
    private final RecentCalls recent;
    private final Redactor redactor;
    private final String instance;
    private final Clock clock;
    private final MeterRegistry meters;

    public VettingStage(
            RulesInForce rules,
            StageStep step,
            boolean hasJudge,
            RecentCalls recent,
            Redactor redactor,
            String instance,
            Clock clock,
            MeterRegistry meters) {
        this.rules = rules;
        this.step = step;
        this.hasJudge = hasJudge;
        this.recent = recent;
        this.redactor = redactor;
        this.instance = instance;
        this.clock = clock;
        this.meters = meters;
    }

    /** Returns what follows from a call. */
    public CallEvent after(CallAuthorized event) {
        CallAuthorized authorized = step.trusted(event);
        ToolCall call = authorized.call();
        Vetting vetting = rules.vetting();
        Examination examination = vetting.examine(call);
        Verdict verdict = vetting.verdict(examination, instance, clock.instant());
        Decision soFar = Routing.strictest(authorized.verdicts());
        if (soFar.stricter(verdict.outcome()) == Decision.ESCALATE) {
            verdict = verdict.reading(examination.reading(redactor));
        }
        examination
                .findings()
                .forEach(finding -> meters.counter("openclaw.vetting.findings", "rule", finding.rule())
                        .increment());
        if (hasJudge) {
            recent.add(
                    call.agent(),
                    redactor.redact(call.address() + " "
                            + (call.arguments() == null ? "" : call.arguments().text())));
            if (examination.isForAModel(soFar)) {
                return step.suspected(authorized, verdict);
            }
        }
        return step.after(authorized, verdict);
    }
}
