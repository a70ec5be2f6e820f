package io.openclaw.gateway.ingress.execute.core;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Keeps runs for tests, and dies at a chosen moment as a process would. */
public final class InMemoryRuns implements RunStore {
    private final Map<UUID, Run> runs = new HashMap<>();
    private final Map<UUID, String> owners = new HashMap<>();
    private final Set<UUID> cancelled = new HashSet<>();
    private Spending today = Spending.NONE;
    private final Map<UUID, Instant> leases = new HashMap<>();
    private final Map<UUID, Integer> interruptions = new HashMap<>();
    private int savesUntilDeath = Integer.MAX_VALUE;

    /** The process is gone. */
    static final class DeadException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** After so many further changes the process dies, before it stores the next one. */
    public void dieAfter(int saves) {
        savesUntilDeath = saves;
    }

    @Override
    public synchronized boolean create(Run run, @Nullable String owner, @Nullable Instant leaseUntil, int maxOpen) {
        runs.put(run.runId(), run);
        owners.put(run.runId(), String.valueOf(owner));
        if (leaseUntil != null) {
            leases.put(run.runId(), leaseUntil);
        }
        return true;
    }

    @Override
    public synchronized Optional<Run> find(UUID runId) {
        return Optional.ofNullable(runs.get(runId));
    }

    @Override
    public synchronized int versionOf(UUID runId) {
        return Objects.requireNonNull(runs.get(runId)).version();
    }

    @Override
    public synchronized Optional<Run> claimNext(String owner, Instant now, Instant leaseUntil) {
        return runs.values().stream()
                .filter(run -> run.state() == RunState.RUNNING
                        && leases.getOrDefault(run.runId(), Instant.MIN).isBefore(now))
                .findFirst()
                .filter(run -> claim(run, owner, now, leaseUntil));
    }

    @Override
    public synchronized boolean claim(Run run, String owner, Instant now, Instant leaseUntil) {
        owners.put(run.runId(), owner);
        leases.put(run.runId(), leaseUntil);
        return true;
    }

    @Override
    public synchronized void renew(Collection<UUID> held, String owner, Instant leaseUntil) {
        held.stream().filter(run -> owner.equals(owners.get(run))).forEach(run -> leases.put(run, leaseUntil));
    }

    @Override
    public synchronized int interrupted(UUID runId, String owner, Instant retryAt) {
        leases.put(runId, retryAt);
        return interruptions.merge(runId, 1, Integer::sum);
    }

    @Override
    public synchronized void release(UUID runId, String owner) {
        leases.remove(runId);
    }

    @Override
    public synchronized void requestCancel(UUID runId) {
        cancelled.add(runId);
    }

    @Override
    public synchronized void purgeBefore(Instant instant) {}

    @Override
    public synchronized Run save(String owner, Run run, List<Turn> turns, List<Step> steps, Spending spent, Instant now)
            throws LeaseLostException {
        if (savesUntilDeath-- <= 0) {
            throw new DeadException();
        }
        Run stored = Objects.requireNonNull(runs.get(run.runId()));
        if (stored.version() != run.version() || !owner.equals(owners.get(run.runId()))) {
            throw new LeaseLostException(run.runId());
        }
        if (!turns.isEmpty() || run.state() != RunState.RUNNING) {
            interruptions.remove(run.runId());
        }
        today = today.plus(spent);
        Run next = run.stored(run.version() + 1);
        runs.put(run.runId(), next);
        return next;
    }

    @Override
    public synchronized boolean isCancelRequested(UUID runId) {
        return cancelled.contains(runId);
    }

    @Override
    public synchronized Spending spentToday(String agent, Instant now) {
        return today;
    }
}
