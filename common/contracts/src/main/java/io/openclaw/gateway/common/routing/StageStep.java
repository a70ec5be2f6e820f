package io.openclaw.gateway.common.routing;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.event.CallAuthorized;
import io.openclaw.gateway.common.event.CallCleared;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.event.CallEscalated;
import io.openclaw.gateway.common.event.CallEvent;
import io.openclaw.gateway.common.event.CallSuspected;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.signing.UntrustedCallException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A step of a call: a stage's verdict is appended to the evidence, and the call moves on to where that leads. */
public final class StageStep {
    private final SignatureChain chain;

    public StageStep(SignatureChain chain) {
        this.chain = chain;
    }

    /**
     * Returns an event whose evidence holds as a whole, at a service that acts on what others than the event's writer decided.
     *
     * @throws UntrustedCallException if ingress did not seal the call, or a stage did not sign its verdict
     */
    public <E extends CallEvent> E trusted(Signed<E> signed) {
        E event = signed.event();
        chain.verify(event.call(), event.verdicts()).ifPresent(problem -> {
            throw new UntrustedCallException("refused: " + problem);
        });
        return event;
    }

    /** Appends a verdict to the evidence that came with an event, and returns the event that follows from it. */
    public CallEvent after(Signed<? extends CallEvent> signed, Verdict verdict) {
        return after(signed.event(), verdict);
    }

    private CallEvent after(CallEvent event, Verdict verdict) {
        ToolCall call = event.call();
        List<Verdict> verdicts = chain.append(call, event.verdicts(), verdict);
        return switch (Routing.after(verdict.stage(), verdicts)) {
            case CALLS_AUTHORIZED -> new CallAuthorized(call, verdicts, Map.of());
            case CALLS_ESCALATED ->
                call.mode() == Mode.DRY_RUN
                        ? decided(call, verdicts, Outcome.ESCALATED, verdict)
                        : new CallEscalated(call, verdicts, Map.of());
            case CALLS_CLEARED ->
                call.isOnlyDecided()
                        ? decided(call, verdicts, Outcome.ALLOWED, verdict)
                        : new CallCleared(call, verdicts, Map.of());
            case CALLS_COMPLETED ->
                CallCompleted.of(
                        call,
                        verdicts,
                        Outcome.DENIED,
                        null,
                        CallError.of("denied", denial(verdict)),
                        verdict.stage(),
                        verdict.decidedAt());
            default -> throw new IllegalStateException("no event for " + verdict.stage());
        };
    }

    /** Returns the end of a call that the gateway does not run: what was decided about it. */
    private CallCompleted decided(ToolCall call, List<Verdict> verdicts, Outcome outcome, Verdict last) {
        return CallCompleted.of(call, verdicts, outcome, null, null, last.stage(), last.decidedAt());
    }

    /** Returns the end of a call that a stage answers itself. */
    public CallCompleted answered(Signed<? extends CallEvent> signed, RawJson result, Stage by, Instant at) {
        CallEvent event = signed.event();
        return CallCompleted.of(event.call(), event.verdicts(), Outcome.SUCCEEDED, result, null, by, at);
    }

    /** Returns the end of a call that a stage failed on and will not try again. */
    public CallCompleted failed(Signed<? extends CallEvent> signed, Stage by, Instant at) {
        CallEvent event = signed.event();
        return CallCompleted.of(
                event.call(),
                event.verdicts(),
                Outcome.FAILED,
                null,
                CallError.of(
                        "stage_failed",
                        "The gateway failed on this call (" + by.label()
                                + "); it was not run. Its record is among the dead"
                                + " letters, with the reason. Ask an operator to look, or ask for something else."),
                by,
                at);
    }

    /** Appends a verdict that a model may replace, and returns the event that asks for that. */
    public CallSuspected suspected(Signed<? extends CallEvent> signed, Verdict verdict) {
        CallEvent event = signed.event();
        return new CallSuspected(
                event.call(), chain.append(event.call(), event.verdicts(), verdict.offered()), Map.of());
    }

    /**
     * Returns a suspected call that a model may settle: policy allowed it, and vetting could not settle it and offers it.
     *
     * @throws UntrustedCallException saying what is wrong
     */
    public CallSuspected offered(Signed<CallSuspected> signed) {
        CallSuspected suspected = signed.event();
        List<Verdict> verdicts = suspected.verdicts();
        if (verdicts.size() != 2
                || verdicts.getFirst().stage() != Stage.POLICY
                || verdicts.getFirst().outcome() != Decision.ALLOW
                || !verdicts.getLast().isOffered()) {
            throw new UntrustedCallException("refused: vetting did not offer this call to a model; it has the verdicts "
                    + verdicts.stream()
                            .map(verdict -> verdict.stage() + " " + verdict.outcome())
                            .toList());
        }
        return suspected;
    }

    /**
     * Replaces the verdict that a call was suspected with, and returns the event that follows.
     *
     * @throws UntrustedCallException if vetting did not offer it
     */
    public CallEvent settled(Signed<CallSuspected> signed, Verdict verdict) {
        CallSuspected suspected = offered(signed);
        List<Verdict> before = suspected.verdicts().subList(0, 1);
        return after(new CallAuthorized(suspected.call(), before, Map.of()), verdict);
    }

    private static String denial(Verdict verdict) {
        String reasons = verdict.reasons().stream().map(Reason::text).collect(Collectors.joining("; "));
        String rules = verdict.reasons().stream().map(Reason::ruleId).collect(Collectors.joining(", "));
        String said = verdict.outcome() == Decision.DENY ? "denied" : "did not allow";
        return verdict.stage().label() + " " + said + " this call: " + reasons + " (" + rules + ")";
    }
}
