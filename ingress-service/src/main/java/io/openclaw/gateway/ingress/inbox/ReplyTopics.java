package io.openclaw.gateway.ingress.inbox;

import io.openclaw.gateway.ingress.inbox.core.InboxProof;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The topics on which agents are answered: that of an agent is named after it, and there if an administrator made it. Whether it is
 * is asked of the broker every half minute. Thread-safe.
 */
final class ReplyTopics {
    private static final Duration KEPT = Duration.ofSeconds(30);
    private static final int MAX_KNOWN = 10_000;

    private final String prefix;
    private final Broker broker;
    private final Clock clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    private record Known(boolean exists, Instant until) {}

    /** Knows which topics there are. */
    interface Broker {
        /**
         * Tells whether there is a topic.
         *
         * @throws IllegalStateException if the broker does not say
         */
        boolean has(String topic);
    }

    /** @param prefix what the names of such topics begin with */
    ReplyTopics(String prefix, Broker broker, Clock clock) {
        this.prefix = prefix;
        this.broker = broker;
        this.clock = clock;
    }

    /**
     * Returns the topic of an agent; empty if there is none.
     *
     * @throws IllegalStateException if the broker does not say
     */
    Optional<String> of(String agent) {
        if (!InboxProof.PLAIN_AGENT.matcher(agent).matches()) {
            return Optional.empty();
        }
        String topic = prefix + agent;
        Instant now = clock.instant();
        Known there = known.get(topic);
        if (there == null || !now.isBefore(there.until())) {
            if (known.size() >= MAX_KNOWN) {
                known.clear();
            }
            there = new Known(broker.has(topic), now.plus(KEPT));
            known.put(topic, there);
        }
        return there.exists() ? Optional.of(topic) : Optional.empty();
    }

    /** Asks anew about the topic of an agent. */
    Optional<String> again(String agent) {
        known.remove(prefix + agent);
        return of(agent);
    }
}
