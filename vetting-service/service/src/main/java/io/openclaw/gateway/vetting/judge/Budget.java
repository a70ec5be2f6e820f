package io.openclaw.gateway.vetting.judge;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;

/** How many questions a minute may be put to models by this instance, for all agents together and for each. */
public final class Budget {
    private final int perMinute;
    private final int perAgent;
    private final Clock clock;
    private final Map<String, Integer> spentBy = new HashMap<>();
    private Instant minute = Instant.EPOCH;
    private int spent;

    /**
     * @param perMinute for all agents together
     * @param perAgent for each of them
     */
    public Budget(int perMinute, int perAgent, Clock clock) {
        this.perMinute = perMinute;
        this.perAgent = perAgent;
        this.clock = clock;
    }

    /** @throws ModelFailedException if this minute's questions are spent, or those of the agent */
    synchronized void spendOne(String agent) throws ModelFailedException {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MINUTES);
        if (!now.equals(minute)) {
            minute = now;
            spent = 0;
            spentBy.clear();
        }
        if (spent >= perMinute) {
            throw new ModelFailedException(
                    "budget", "the " + perMinute + " questions to a model that may be asked in a minute are spent");
        }
        int own = spentBy.getOrDefault(agent, 0);
        if (own >= perAgent) {
            throw new ModelFailedException(
                    "budget",
                    "the " + perAgent
                            + " questions to a model that may be asked about one agent in a minute are spent");
        }
        spentBy.put(agent, own + 1);
        spent++;
    }
}
