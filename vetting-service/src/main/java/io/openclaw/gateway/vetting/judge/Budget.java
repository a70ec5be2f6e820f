package io.openclaw.gateway.vetting.judge;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** How many questions a minute may be put to models by this instance. */
public final class Budget {
    private final int perMinute;
    private final Clock clock;
    private Instant minute = Instant.EPOCH;
    private int spent;

    public Budget(int perMinute, Clock clock) {
        this.perMinute = perMinute;
        this.clock = clock;
    }

    /** @throws ModelFailedException if this minute's questions are spent */
    synchronized void spendOne() throws ModelFailedException {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MINUTES);
        if (!now.equals(minute)) {
            minute = now;
            spent = 0;
        }
        if (spent >= perMinute) {
            throw new ModelFailedException(
                    "budget", "the " + perMinute + " questions to a model that may be asked in a minute are spent");
        }
        spent++;
    }
}
