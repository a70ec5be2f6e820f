package io.openclaw.gateway.policy.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.policy.core.Charge;
import io.openclaw.gateway.policy.core.Difference;
import io.openclaw.gateway.policy.core.Ledger;
import io.openclaw.gateway.policy.core.Policy;
import io.openclaw.gateway.policy.core.PolicyDecision;
import io.openclaw.gateway.policy.core.PolicyEngine;
import io.openclaw.gateway.policy.persistence.DifferenceStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;

/** Asks the candidate too, and notes where it differs. What it says, and what goes wrong with it, changes no call. */
public final class Shadow {
    private static final Logger log = LoggerFactory.getLogger(Shadow.class);
    private static final int MOST_UNWRITTEN = 10_000;
    private static final int KEPT = 10_000;

    private final DifferenceStore store;
    private final MeterRegistry meters;
    private final BlockingQueue<Difference> unwritten = new LinkedBlockingQueue<>(MOST_UNWRITTEN);
    private Ledger ledger = Ledger.inMemory();
    private String version = "";

    public Shadow(DifferenceStore store, MeterRegistry meters) {
        this.store = store;
        this.meters = meters;
    }

    /** Compares what the candidate would have decided with what was decided; called by one thread. */
    void compare(ToolCall call, PolicyDecision active, PolicyEngine engine) {
        Policy candidate = engine.candidate();
        if (candidate == null) {
            return;
        }
        if (!candidate.version().equals(version)) {
            version = candidate.version();
            ledger = Ledger.inMemory();
        }
        try {
            PolicyDecision decision = candidate.decide(call, engine.catalogue(), engine.freezes(), ledger);
            // Nothing tells this ledger of ends, so that no call of it counts as running.
            ledger.charge(decision.charges().stream().map(Charge::ended).toList());
            Optional<Difference> difference = Difference.between(call, active, decision);
            count(difference.isPresent() ? "different" : "same", active, decision);
            if (difference.isPresent() && !unwritten.offer(difference.get())) {
                meters.counter("openclaw.policy.shadow.unlisted").increment();
            }
        } catch (RuntimeException e) {
            meters.counter("openclaw.policy.shadow.errors").increment();
            log.warn("the candidate {} failed on call {}: {}", version, call.callId(), e.toString());
        }
    }

    private void count(String result, PolicyDecision active, PolicyDecision candidate) {
        meters.counter(
                        "openclaw.policy.shadow.decisions",
                        "result",
                        result,
                        "active",
                        active.outcome().name(),
                        "candidate",
                        candidate.outcome().name())
                .increment();
    }

    @Scheduled(fixedDelay = 500)
    void write() {
        List<Difference> batch = new ArrayList<>();
        unwritten.drainTo(batch, 1_000);
        if (batch.isEmpty()) {
            return;
        }
        try {
            store.add(batch);
        } catch (DataAccessException e) {
            log.warn("{} differences could not be listed, and will be tried again: {}", batch.size(), e.toString());
            batch.forEach(unwritten::offer);
        }
    }

    @Scheduled(fixedDelay = 60_000)
    void forgetTheOld() {
        store.keepNewest(KEPT);
    }
}
