package io.openclaw.gateway.vetting.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallAuthorized;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallEvent;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.kafka.EventHandler;
import io.openclaw.gateway.common.policy.AgentPlace;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.routing.Routing;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.vetting.core.Examination;
import io.openclaw.gateway.vetting.core.Vetting;
import io.openclaw.gateway.vetting.file.RulesInForce;
import io.openclaw.gateway.vetting.judge.RecentCalls;
import java.time.Clock;
import java.util.function.Function;

/** The rules' lane: each authorized call becomes the event that follows from what rules find in it. */
public final class VettingStage implements EventHandler<CallAuthorized> {
    private final RulesInForce rules;
    private final StageStep step;
    private final boolean hasJudge;
    private final RecentCalls recent;
    private final DownloadedFiles downloaded = new DownloadedFiles();
    private final Function<ToolCall, AgentPlace> places;
    private final Redactor redactor;
    private final String instance;
    private final Clock clock;
    private final MeterRegistry meters;

    public VettingStage(
            RulesInForce rules,
            StageStep step,
            boolean hasJudge,
            RecentCalls recent,
            Function<ToolCall, AgentPlace> places,
            Redactor redactor,
            String instance,
            Clock clock,
            MeterRegistry meters) {
        this.rules = rules;
        this.step = step;
        this.hasJudge = hasJudge;
        this.recent = recent;
        this.places = places;
        this.redactor = redactor;
        this.instance = instance;
        this.clock = clock;
        this.meters = meters;
    }

    @Override
    public CallCompleted failed(Signed<CallAuthorized> event, Throwable problem) {
        return step.failed(event, Stage.VETTING, clock.instant());
    }

    @Override
    public CallEvent handle(Signed<CallAuthorized> signed) {
        CallAuthorized authorized = signed.event();
        ToolCall call = authorized.call();
        Vetting vetting = rules.vetting();
        Examination examination = vetting.examine(call, downloaded.of(call.agent()), places.apply(call));
        downloaded.add(call.agent(), examination.fetched());
        Verdict verdict = vetting.verdict(examination, instance, clock.instant());
        Decision soFar = Routing.strictest(authorized.verdicts());
        if (soFar.stricter(verdict.outcome()) == Decision.ESCALATE) {
            verdict = verdict.reading(examination.reading(redactor, call.arguments()));
        }
        examination
                .findings()
                .forEach(finding -> meters.counter("openclaw.vetting.findings", "rule", finding.rule())
                        .increment());
        if (hasJudge && call.mode() != Mode.DRY_RUN) {
            recent.add(
                    call.agent(),
                    call.address() + " "
                            + (call.arguments() == null
                                    ? ""
                                    : redactor.redact(call.arguments()).text()));
            if (examination.isForAModel(soFar)) {
                return step.suspected(signed, verdict);
            }
        }
        return step.after(signed, verdict);
    }
}
