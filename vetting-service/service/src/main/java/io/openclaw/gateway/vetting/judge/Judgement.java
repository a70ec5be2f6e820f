package io.openclaw.gateway.vetting.judge;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Reason;
import java.util.List;

/**
 * What the model lane says of a call.
 *
 * @param reasons why; they are added to those of the rules
 * @param settled whether a model said so; what failed for want of one is asked again
 */
public record Judgement(Decision decision, List<Reason> reasons, boolean settled) {
    public Judgement {
        reasons = List.copyOf(reasons);
    }
}
