package io.openclaw.gateway.ingress.decide;

import io.openclaw.gateway.common.call.Mode;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.ingress.core.CallRequest;
import io.openclaw.gateway.ingress.decide.core.Decided;
import io.openclaw.gateway.ingress.kafka.Calls;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Asks what is decided about calls that somebody else runs, or that nobody does. */
public final class Decisions {
    private final Calls calls;
    private final Clock clock;

    public Decisions(Calls calls, Clock clock) {
        this.calls = calls;
        this.clock = clock;
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
        return asked.stream()
                .map(each -> Decided.of(each.awaitEnd(left(end))))
                .toList();
    }

    private Duration left(Instant end) {
        Duration left = Duration.between(clock.instant(), end);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
