package io.openclaw.gateway.policy.kafka;

import io.openclaw.gateway.common.kafka.TransientFailureException;
import io.openclaw.gateway.policy.core.Charge;
import io.openclaw.gateway.policy.core.Ledger;
import io.openclaw.gateway.policy.core.Usage;
import io.openclaw.gateway.policy.persistence.ChargeStore;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.springframework.dao.DataAccessException;

/**
 * The ledger of this instance: in memory for the agents that it decides about, and in the database before anything that
 * follows from it is said, so that another instance goes on from there. Used by the thread of the stage alone, but for
 * {@link #ended}.
 */
final class StoredLedger implements Ledger {
    private static final int MOST_RECENT_ENDS = 50_000;

    private final ChargeStore store;
    private final Clock clock;
    private final Runnable learnOfEnds;
    private final Map<String, Usage> usages = new HashMap<>();
    private final List<Charge> unwritten = new ArrayList<>();
    private final Queue<End> news = new ConcurrentLinkedQueue<>();
    private final Map<UUID, End> recentEnds = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, End> eldest) {
            return size() > MOST_RECENT_ENDS;
        }
    };

    private record End(UUID callId, String agent, Instant at) {}

    /**
     * @param learnOfEnds returns when {@link #ended} was told of every call that had ended when it was called
     */
    StoredLedger(ChargeStore store, Clock clock, Runnable learnOfEnds) {
        this.store = store;
        this.clock = clock;
        this.learnOfEnds = learnOfEnds;
    }

    @Override
    public Usage of(String agent) {
        takeNews();
        Usage known = usages.get(agent);
        if (known != null) {
            return known;
        }
        try {
            Usage usage = store.usageOf(agent, clock.instant());
            recentEnds.values().stream()
                    .filter(end -> end.agent().equals(agent))
                    .forEach(end -> usage.end(end.callId(), end.at()));
            usages.put(agent, usage);
            return usage;
        } catch (DataAccessException e) {
            throw new TransientFailureException("what " + agent + " was charged with cannot be read", e);
        }
    }

    @Override
    public void catchUp() {
        learnOfEnds.run();
        takeNews();
    }

    /** Notes that a call has ended; may be called by any thread. */
    void ended(UUID callId, String agent, Instant at) {
        news.add(new End(callId, agent, at));
    }

    private void takeNews() {
        for (End end = news.poll(); end != null; end = news.poll()) {
            recentEnds.put(end.callId(), end);
            Usage usage = usages.get(end.agent());
            if (usage != null) {
                usage.end(end.callId(), end.at());
            }
        }
    }

    /** Charges agents; {@link #write} makes it last. */
    @Override
    public void charge(List<Charge> charges) {
        Ledger.super.charge(charges);
        unwritten.addAll(charges);
    }

    /** Writes what is not written yet. */
    void write() {
        store.add(unwritten);
        unwritten.clear();
    }

    /** Forgets everything, because other agents are this instance's from now on. */
    void forget() {
        usages.clear();
    }
}
