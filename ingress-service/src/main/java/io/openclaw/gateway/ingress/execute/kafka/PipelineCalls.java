package io.openclaw.gateway.ingress.execute.kafka;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.RunRef;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.text.Ellipsis;
import io.openclaw.gateway.ingress.core.CallPipeline;
import io.openclaw.gateway.ingress.core.CallRequest;
import io.openclaw.gateway.ingress.core.CallState;
import io.openclaw.gateway.ingress.core.ResultGoneException;
import io.openclaw.gateway.ingress.decide.core.Decided;
import io.openclaw.gateway.ingress.execute.core.OfferedTool;
import io.openclaw.gateway.ingress.execute.core.Plan.PlannedStep;
import io.openclaw.gateway.ingress.execute.core.Run;
import io.openclaw.gateway.ingress.execute.core.Step;
import io.openclaw.gateway.ingress.execute.core.StepCalls;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Steps as tool calls of origin {@code PLAN}, whose parent is the run. */
public final class PipelineCalls implements StepCalls {
    private static final int MAX_INTENT = 500;

    private static final Duration DECISION_TIMEOUT = Duration.ofSeconds(10);

    private final CallPipeline calls;
    private final Function<Caller, List<OfferedTool>> tools;
    private final Clock clock;

    /** @param tools tells which tools an agent may call */
    public PipelineCalls(CallPipeline calls, Function<Caller, List<OfferedTool>> tools, Clock clock) {
        this.calls = calls;
        this.tools = tools;
        this.clock = clock;
    }

    @Override
    public List<OfferedTool> toolsOf(Run.Asked asked) {
        return tools.apply(caller(asked));
    }

    @Override
    public AskedCall ask(Run.Asked asked, Step step, RawJson arguments) {
        CallRequest request = request(
                asked,
                step.upstream(),
                step.tool(),
                arguments,
                "Step " + step.number() + " of a run: " + asked.prompt(),
                "run:" + asked.runId() + ":" + step.number());
        if (step.isAboutPlan()) {
            request = request.in(Mode.DECIDE);
        }
        CallPipeline.Asked call = calls.ask(request, caller(asked), Origin.PLAN, List.of());
        String digest =
                Digest.of(asked.agent(), String.valueOf(step.upstream()), String.valueOf(step.tool()), arguments);
        return new AskedCall(call.callId(), digest, clock.instant().plus(CallRequest.DEFAULT_DEADLINE));
    }

    private static CallRequest request(
            Run.Asked asked,
            @Nullable String upstream,
            @Nullable String tool,
            RawJson arguments,
            String intent,
            @Nullable String idempotencyKey) {
        return new CallRequest(
                upstream,
                tool,
                arguments,
                Ellipsis.of(intent, MAX_INTENT),
                null,
                idempotencyKey,
                null,
                asked.userId(),
                Mode.EXECUTE,
                asked.runId(),
                RunRef.of(null, asked.runId().toString(), asked.userId()));
    }

    private static Caller caller(Run.Asked asked) {
        return new Caller(asked.agent(), asked.identity());
    }

    @Override
    public @Nullable CallState await(UUID callId, Duration timeout) {
        try {
            CallState known = calls.find(callId).orElse(null);
            return known == null || known instanceof CallState.Ended || timeout.isZero()
                    ? known
                    : calls.resume(callId).awaitNews(timeout);
        } catch (ResultGoneException e) {
            return null;
        }
    }

    @Override
    public @Nullable CallState withdraw(UUID callId) {
        return calls.find(callId).map(calls::withdraw).orElse(null);
    }

    @Override
    public Optional<Opinion> decide(Run.Asked asked, PlannedStep step, Duration timeout) {
        CallRequest request = request(
                asked,
                step.upstream(),
                step.tool(),
                step.arguments(),
                "A step of a plan that is not approved yet: " + asked.prompt(),
                null);
        Decided decided = Decided.of(calls.ask(request.in(Mode.DRY_RUN), caller(asked), Origin.PLAN, List.of())
                .awaitEnd(timeout.compareTo(DECISION_TIMEOUT) < 0 ? timeout : DECISION_TIMEOUT));
        return switch (decided.answer()) {
            case ALLOW -> Optional.of(new Opinion(Decision.ALLOW, decided.reasons()));
            case ESCALATE -> Optional.of(new Opinion(Decision.ESCALATE, decided.reasons()));
            case DENY -> Optional.of(new Opinion(Decision.DENY, decided.reasons()));
            case PENDING -> Optional.empty();
        };
    }

    @Override
    public boolean canBeAnswered() {
        return calls.canBeAnswered();
    }

    @Override
    public boolean isLeaving() {
        return calls.isLeaving();
    }
}
