package io.openclaw.gateway.vetting.judge;

import io.openclaw.gateway.vetting.core.Vetting;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Judgements that models gave, by the digest of the call in normal form ({@link Vetting#normalised}) and the version of the rules:
 * the same call of the same agent is asked about once an hour, whatever its comments say. At most 10,000.
 */
public final class JudgementCache {
    private static final int MOST = 10_000;
    private static final Duration KEPT = Duration.ofHours(1);

    private record Kept(Judgement judgement, Instant until) {}

    private final Clock clock;
    private final Map<String, Kept> byKey = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
            return size() > MOST;
        }
    };

    public JudgementCache(Clock clock) {
        this.clock = clock;
    }

    /** Returns a judgement that is still good. */
    public synchronized Optional<Judgement> find(String digest, String rules) {
        Kept kept = byKey.get(digest + rules);
        return kept == null || clock.instant().isAfter(kept.until()) ? Optional.empty() : Optional.of(kept.judgement());
    }

    /** Keeps a judgement, if a model gave it. */
    public synchronized void keep(String digest, String rules, Judgement judgement) {
        if (judgement.settled()) {
            byKey.put(digest + rules, new Kept(judgement, clock.instant().plus(KEPT)));
        }
    }
}
