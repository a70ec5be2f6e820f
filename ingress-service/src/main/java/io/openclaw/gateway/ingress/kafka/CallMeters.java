package io.openclaw.gateway.ingress.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.metrics.BoundedLabel;
import io.openclaw.gateway.common.metrics.Histograms;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyState;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Meters the calls that end at this instance: what came of them, and how long they took. Each call ends at one instance. No label has
 * values that an agent can make up: a tool gets a series of its own once policy let a call of it pass, 100 of them at most.
 */
public final class CallMeters {
    private static final int MAX_TOOLS = 100;
    private static final int MAX_ROLES = 50;
    private static final String NO_ROLE = "none";

    private final MeterRegistry meters;
    private final BoundedLabel tools = new BoundedLabel(MAX_TOOLS);
    private final BoundedLabel roles = new BoundedLabel(MAX_ROLES);
    private volatile Map<String, String> roleOf = Map.of();

    public CallMeters(MeterRegistry meters) {
        this.meters = meters;
        // From the start, so that the first one is an increase.
        for (Outcome outcome : Outcome.values()) {
            ended(outcome, Stage.EXECUTOR, Origin.REST, Mode.EXECUTE, 0);
        }
        for (String why : List.of("too-many-calls", "too-many-denials", "pipeline-unavailable")) {
            refused(why, 0);
        }
    }

    /** Goes by a state of policy from now on: it says which role an agent has. */
    public void use(PolicyState state) {
        if (state.active() != null) {
            Map<String, String> now = new HashMap<>();
            for (PolicyDocument.Agent agent : state.active().document().agents()) {
                now.put(
                        agent.id(),
                        agent.roles().isEmpty() ? NO_ROLE : agent.roles().getFirst());
            }
            roleOf = Map.copyOf(now);
        }
    }

    /** Notes that a call ended. */
    public void ended(CallCompleted end) {
        ToolCall call = end.call();
        String outcome = end.outcome().name();
        ended(end.outcome(), end.completedBy(), call.origin(), call.mode(), 1);
        boolean byPerson = end.verdicts().stream().anyMatch(verdict -> verdict.stage() == Stage.APPROVAL);
        Duration took = Duration.between(call.requestedAt(), end.completedAt());
        Histograms.ofWork("openclaw.calls")
                .description("From the request of a call to its end")
                .tag("mode", call.mode().name())
                .tag("person", Boolean.toString(byPerson))
                .register(meters)
                .record(took.isNegative() ? Duration.ZERO : took);
        boolean passedPolicy = end.outcome() != Outcome.DENIED || end.verdicts().size() > 1;
        String tool = passedPolicy ? tools.of(call.address()) : tools.ofKnown(call.address());
        meters.counter("openclaw.calls.tools", "tool", tool, "outcome", outcome).increment();
        meters.counter("openclaw.calls.roles", "role", role(call), "outcome", outcome)
                .increment();
    }

    private void ended(Outcome outcome, Stage by, Origin origin, Mode mode, int calls) {
        meters.counter(
                        "openclaw.calls.ended",
                        "outcome",
                        outcome.name(),
                        "stage",
                        by.label(),
                        "origin",
                        origin.name(),
                        "mode",
                        mode.name())
                .increment(calls);
    }

    private String role(ToolCall call) {
        List<String> proven = call.identified().roles();
        return roles.of(proven.isEmpty() ? roleOf.getOrDefault(call.agent(), NO_ROLE) : proven.getFirst());
    }

    /**
     * Notes that a call was not taken.
     *
     * @param why a word of a few, such as {@code too-many-calls}
     */
    public void refused(String why) {
        refused(why, 1);
    }

    private void refused(String why, int calls) {
        meters.counter("openclaw.calls.refused", "why", why).increment(calls);
    }
}
