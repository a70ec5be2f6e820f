package io.openclaw.gateway.common.routing;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.topic.Topic;
import java.util.List;

/** The one rule that routes a call: the strictest verdict so far. */
public final class Routing {
    private Routing() {}

    /** Returns the strictest outcome of some verdicts; with none at all that is {@code DENY}, for nobody allowed it. */
    public static Decision strictest(List<Verdict> verdicts) {
        return verdicts.stream()
                .map(Verdict::outcome)
                .reduce(Decision::stricter)
                .orElse(Decision.DENY);
    }

    /**
     * Returns where a call goes after a stage has appended its verdict.
     *
     * @param stage policy, vetting or approval
     * @param verdicts all verdicts so far, the stage's own last
     * @throws IllegalArgumentException for a stage that appends no verdict
     */
    public static Topic after(Stage stage, List<Verdict> verdicts) {
        Decision strictest = strictest(verdicts);
        if (strictest == Decision.DENY) {
            return Topic.CALLS_COMPLETED;
        }
        return switch (stage) {
            // Vetting speaks even when policy escalates: the person who must decide wants to see it.
            case POLICY -> Topic.CALLS_AUTHORIZED;
            case VETTING -> strictest == Decision.ESCALATE ? Topic.CALLS_ESCALATED : Topic.CALLS_CLEARED;
            // Approval's verdict answers the escalation; it replaces nothing.
            case APPROVAL -> Topic.CALLS_CLEARED;
            case INGRESS, EXECUTOR -> throw new IllegalArgumentException(stage + " appends no verdict that routes");
        };
    }
}
