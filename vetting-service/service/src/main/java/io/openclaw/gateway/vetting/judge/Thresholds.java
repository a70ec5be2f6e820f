package io.openclaw.gateway.vetting.judge;

import io.openclaw.gateway.common.call.Decision;
import java.util.List;

/**
 * When a model's opinion settles a call.
 *
 * @param allowUpTo the greatest risk that is allowed, 0 to 100
 * @param denyFrom the least risk that is denied, 0 to 100
 * @param leastConfidence the confidence below which an opinion settles nothing
 */
public record Thresholds(int allowUpTo, int denyFrom, int leastConfidence) {

    /** @throws IllegalArgumentException if they make no sense together */
    public Thresholds {
        if (allowUpTo < 0 || denyFrom > 101 || allowUpTo >= denyFrom) {
            throw new IllegalArgumentException("openclaw.vetting.judge: allow-up-to (" + allowUpTo
                    + ") must be below deny-from (" + denyFrom + ")");
        }
    }

    /** Tells whether one opinion is not enough. */
    public boolean isUnsure(Opinion opinion) {
        return opinion.confidence() < leastConfidence || (opinion.risk() > allowUpTo && opinion.risk() < denyFrom);
    }

    /** Decides by all opinions: allowed is what every one of them finds harmless, denied what any confident one finds bad. */
    public Decision decide(List<Opinion> opinions) {
        if (opinions.isEmpty()) {
            return Decision.ESCALATE;
        }
        boolean bad = opinions.stream()
                .anyMatch(opinion -> opinion.confidence() >= leastConfidence && opinion.risk() >= denyFrom);
        if (bad) {
            return Decision.DENY;
        }
        boolean harmless = opinions.stream()
                .allMatch(opinion -> opinion.confidence() >= leastConfidence && opinion.risk() <= allowUpTo);
        return harmless ? Decision.ALLOW : Decision.ESCALATE;
    }
}
