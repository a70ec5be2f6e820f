package io.openclaw.gateway.ingress.execute.core;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Keeps runs. */
public interface RunStore {

    /**
     * Stores what changed of a run that an instance has the lease of; one that is over or waits leaves the lease to others.
     *
     * @param turns those that are new
     * @param steps those that are new or changed
     * @param spent what models cost since it was stored last
     * @return the run as it is stored
     * @throws LeaseLostException if another instance has gone on with the run
     */
    Run save(String owner, Run run, List<Turn> turns, List<Step> steps, Spending spent, Instant now)
            throws LeaseLostException;

    /**
     * Stores a new run, of which an instance has the lease.
     *
     * @param maxOpen how many runs of an agent may be open at once
     * @return whether it was stored; it is not if the agent has that many
     */
    boolean create(Run run, @Nullable String owner, @Nullable Instant leaseUntil, int maxOpen);

    /** Returns a run. */
    Optional<Run> find(UUID runId);

    /** Returns how often a run was changed; -1 if there is none. */
    int versionOf(UUID runId);

    /** Takes the lease of a run that nobody is at and that can go on; empty if there is none. */
    Optional<Run> claimNext(String owner, Instant now, Instant leaseUntil);

    /** Takes the lease of a run as it was read, unless somebody has it or it was changed since. */
    boolean claim(Run run, String owner, Instant now, Instant leaseUntil);

    /** Moves the end of the leases that an instance has of these runs. */
    void renew(Collection<UUID> runs, String owner, Instant leaseUntil);

    /**
     * Counts that a run was interrupted, and leaves it alone until an instant. The count begins again when the model has answered, or
     * the run waits.
     *
     * @return how often it was interrupted in a row, this time included
     */
    int interrupted(UUID runId, String owner, Instant retryAt);

    /** Gives back the lease of a run. */
    void release(UUID runId, String owner);

    /** Keeps that somebody wants a run to end. */
    void requestCancel(UUID runId);

    /** Purges runs that ended, and days that were spent in, before an instant. */
    void purgeBefore(Instant instant);

    /** Tells whether somebody wants a run to end. */
    boolean isCancelRequested(UUID runId);

    /** Returns what all runs of an agent cost today (UTC). */
    Spending spentToday(String agent, Instant now);

    /** Another instance goes on with the run, so this one leaves it alone. */
    final class LeaseLostException extends Exception {
        private static final long serialVersionUID = 1;

        public LeaseLostException(UUID runId) {
            super("another instance goes on with run " + runId);
        }
    }
}
