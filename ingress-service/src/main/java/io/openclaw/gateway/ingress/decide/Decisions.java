package io.openclaw.gateway.ingress.decide;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallDiverged;
import io.openclaw.gateway.common.event.CallReported;
import io.openclaw.gateway.common.event.HookReported;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.ingress.core.CallRequest;
import io.openclaw.gateway.ingress.core.CallState;
import io.openclaw.gateway.ingress.decide.core.Decided;
import io.openclaw.gateway.ingress.decide.core.HookReport;
import io.openclaw.gateway.ingress.decide.core.HooksSeen;
import io.openclaw.gateway.ingress.decide.core.RunReport;
import io.openclaw.gateway.ingress.kafka.Calls;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Asks what is decided about calls that somebody else runs, or that nobody does, and hears what came of them.
 *
 * <p>What a person approved is made use of once: by its own call when its caller hears of it, or by a later call like it.
 */
public final class Decisions {
    private final Calls calls;
    private final HooksSeen hooks;
    private final Redactor redactor;
    private final String instance;
    private final Clock clock;
    private final MeterRegistry meters;

    /** @param instance the name of this process in events */
    public Decisions(
            Calls calls, HooksSeen hooks, Redactor redactor, String instance, Clock clock, MeterRegistry meters) {
        this.calls = calls;
        this.hooks = hooks;
        this.redactor = redactor;
        this.instance = instance;
        this.clock = clock;
        this.meters = meters;
        Gauge.builder(
                        "openclaw.hooks.uncovered",
                        hooks,
                        seen -> seen.warnings(clock.instant()).size())
                .register(meters);
    }

    /** A call that may turn out to be none. */
    public interface Request {
        /** @throws io.openclaw.gateway.ingress.core.InvalidRequestException saying what is wrong with it */
        CallRequest get();
    }

    /** What comes of one of several requests. */
    public sealed interface Answer {
        /** A decision. */
        record Of(Decided decided) implements Answer {}

        /** It was not asked about; see what {@link Calls#ask} throws. */
        record Refused(RuntimeException problem) implements Answer {}
    }

    /** A decision that was asked for. */
    public final class Asked {
        private final Calls.Asked call;

        private Asked(Calls.Asked call) {
            this.call = call;
        }

        /** Waits for the decision, and returns what is known then. */
        public Decided await(Duration timeout) {
            return told(call.awaitEnd(timeout));
        }
    }

    /**
     * Asks for a decision.
     *
     * @throws RuntimeException see {@link Calls#ask}
     */
    public Asked ask(CallRequest request, Caller caller, List<String> upstreams) {
        return new Asked(calls.ask(request, caller, Origin.HOOK, upstreams));
    }

    /** Asks for some decisions at once, and waits for all of them together; the answers are in the order of the requests. */
    public List<Answer> askAll(List<Request> requests, Caller caller, List<String> upstreams, Duration timeout) {
        Instant end = clock.instant().plus(timeout);
        List<Object> asked = new ArrayList<>(requests.size());
        for (Request request : requests) {
            try {
                asked.add(ask(request.get(), caller, upstreams));
            } catch (RuntimeException e) {
                asked.add(e);
            }
        }
        return asked.stream()
                .map(each ->
                        each instanceof Asked of ? answer(of, left(end)) : new Answer.Refused((RuntimeException) each))
                .toList();
    }

    private static Answer answer(Asked asked, Duration timeout) {
        try {
            return new Answer.Of(asked.await(timeout));
        } catch (RuntimeException e) {
            return new Answer.Refused(e);
        }
    }

    /**
     * Asks what would be decided about some calls, all at once: nobody is waited for, nothing is charged, and nothing runs.
     *
     * @param timeout how long to wait for all of them together
     * @return a decision for each request, in their order; {@code PENDING} for one that was not decided in time
     * @throws io.openclaw.gateway.ingress.core.InvalidRequestException if one of them is no call
     * @throws io.openclaw.gateway.ingress.core.LimitExceededException if too many calls are under way
     */
    public List<Decided> dryRun(
            List<CallRequest> requests, Caller caller, Origin origin, List<String> upstreams, Duration timeout) {
        Instant end = clock.instant().plus(timeout);
        List<Calls.Asked> asked = new ArrayList<>(requests.size());
        for (CallRequest request : requests) {
            asked.add(calls.ask(request.in(Mode.DRY_RUN), caller, origin, upstreams));
        }
        return asked.stream().map(each -> told(each.awaitEnd(left(end)))).toList();
    }

    private Duration left(Instant end) {
        Duration left = Duration.between(clock.instant(), end);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Returns an agent's own decision; empty if it has none of this id. */
    public Optional<Asked> find(String id, Caller caller) {
        return idOf(id).flatMap(calls::find)
                .filter(state -> state.call().agent().equals(caller.agent()))
                .filter(state -> state.call().isOnlyDecided())
                .map(state -> new Asked(calls.resume(state.call().callId())));
    }

    /** Returns the decision that an agent asked for with an idempotency key; empty if there is none. */
    public Optional<Asked> findByKey(String key, Caller caller) {
        return calls.findByKey(caller.agent(), key).map(callId -> new Asked(calls.resume(callId)));
    }

    private static Optional<UUID> idOf(String id) {
        try {
            return Optional.of(UUID.fromString(id));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Returns what is told of a state: an approval that another call made use of allows nothing any more. */
    private Decided told(CallState state) {
        Decided decided = Decided.of(state);
        if (decided.answer() == Decided.Answer.PENDING) {
            calls.remember(state.call());
            return decided;
        }
        Decided told = decided.call().mode() == Mode.DECIDE
                        && decided.isApproved()
                        && !calls.useApproval(decided.call().callId())
                ? usedUp(decided)
                : decided;
        meters.counter(
                        "openclaw.decisions",
                        "answer",
                        told.answer().name().toLowerCase(Locale.ROOT),
                        "mode",
                        told.call().mode().name().toLowerCase(Locale.ROOT))
                .increment();
        return told;
    }

    private static Decided usedUp(Decided decided) {
        return new Decided(
                decided.call(),
                Decided.Answer.DENY,
                List.of(new Reason(
                        "approval/used",
                        "a later call like this one has made use of its approval; ask for the call again if it is to"
                                + " run once more",
                        Severity.INFO)),
                decided.verdicts(),
                null);
    }

    /** What becomes of a report. */
    public enum Reporting {
        TAKEN,
        REPORTED_BEFORE,
        NOT_DECIDED,
        NOT_A_DECISION
    }

    /**
     * Takes an agent's word for what came of a call that it ran.
     *
     * @throws io.openclaw.gateway.ingress.core.InvalidRequestException naming the field that is wrong
     */
    public Reporting report(Asked asked, RunReport report) {
        CallState state = asked.call.awaitEnd(Duration.ZERO);
        ToolCall call = state.call();
        if (call.mode() != Mode.DECIDE) {
            return Reporting.NOT_A_DECISION;
        }
        if (!(state instanceof CallState.Ended over)) {
            return Reporting.NOT_DECIDED;
        }
        CallReported reported = report.of(call, redactor, clock.instant());
        @Nullable
        CallDiverged diverged = RunReport.divergence(reported, over.end().outcome() == Outcome.ALLOWED)
                .orElse(null);
        if (!calls.report(reported, diverged)) {
            return Reporting.REPORTED_BEFORE;
        }
        meters.counter(
                        "openclaw.decisions.outcomes",
                        "outcome",
                        reported.outcome().name().toLowerCase(Locale.ROOT))
                .increment();
        if (diverged != null) {
            meters.counter("openclaw.decisions.diverged").increment();
        }
        return Reporting.TAKEN;
    }

    /**
     * Takes a hook's word for how it is.
     *
     * @throws io.openclaw.gateway.ingress.core.InvalidRequestException naming the field that is wrong
     */
    public void report(HookReport report, Caller caller) {
        HookReported reported = report.of(caller.agent(), instance, redactor, clock.instant());
        calls.tell(reported);
        hooks.take(reported);
        if (reported.status() != HookReported.Status.COVERING) {
            meters.counter(
                            "openclaw.hooks.warnings",
                            "status",
                            reported.status().name().toLowerCase(Locale.ROOT))
                    .increment();
        }
    }

    /** Tells whether nobody is to be kept waiting any longer. */
    boolean isLeaving() {
        return calls.isLeaving();
    }
}
