package io.openclaw.gateway.executor.kafka;

import io.openclaw.gateway.executor.persistence.ClaimStore;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * This process's lease on its claims, and whether it can be sure of it. While it is, nobody takes a claim over; after a
 * standstill (of the machine, of the database) it is not, and asks before it begins anything.
 */
final class Lease {
    /** Less than the lease by what two clocks may differ in running and an answer of the database may take. */
    private static final Duration SURE = ClaimStore.LEASE.minusSeconds(2);

    private final ClaimStore claims;
    private final String claimer;
    private final LongSupplier nanoTime;
    private volatile long renewedAt;
    private volatile int lapses;

    /**
     * @param claimer a name that no other start of a process has
     * @param nanoTime such as {@link System#nanoTime}
     */
    Lease(ClaimStore claims, String claimer, LongSupplier nanoTime) {
        this.claims = claims;
        this.claimer = claimer;
        this.nanoTime = nanoTime;
        this.renewedAt = nanoTime.getAsLong() - SURE.toNanos();
    }

    /** Renews the lease; throws if the database does not take it. */
    synchronized void renew() {
        // Before the database hears of it: the lease lasts at least this long.
        long now = nanoTime.getAsLong();
        claims.renew(claimer);
        if (!isSureAt(now)) {
            lapses++;
        }
        renewedAt = now;
    }

    /** Tells whether nobody can have taken over a claim of this process since it was last renewed. */
    boolean isSure() {
        return isSureAt(nanoTime.getAsLong());
    }

    private boolean isSureAt(long now) {
        return now - renewedAt < SURE.toNanos();
    }

    /** Returns how often the lease was renewed after it may have ended: claims that are older than that may be another's. */
    int lapses() {
        return lapses;
    }
}
