package io.openclaw.gateway.vetting.judge;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model makes of a call.
 *
 * @param intent what the call is for, in one sentence
 * @param category such as {@code deletion}, {@code exfiltration} or {@code harmless}
 * @param risk from 0 (harmless) to 100 (certain and lasting damage)
 * @param confidence how sure it is, from 0 to 100
 * @param reasons why, each a sentence
 */
public record Opinion(String intent, String category, int risk, int confidence, List<String> reasons)
        implements Serializable {

    /** @throws IllegalArgumentException naming the field that is missing or out of its range */
    public Opinion {
        if (intent == null || intent.isBlank()) {
            throw new IllegalArgumentException("the model gave no intent");
        }
        if (category == null || category.isBlank()) {
            throw new IllegalArgumentException("the model gave no category");
        }
        if (risk < 0 || risk > 100) {
            throw new IllegalArgumentException("the model's risk is " + risk + ", not 0 to 100");
        }
        if (confidence < 0 || confidence > 100) {
            throw new IllegalArgumentException("the model's confidence is " + confidence + ", not 0 to 100");
        }
        if (reasons == null || reasons.isEmpty()) {
            throw new IllegalArgumentException("the model gave no reasons");
        }
        // A list of a kind that can be written down: the graph keeps its state that way.
        reasons = new ArrayList<>(reasons.subList(0, Math.min(5, reasons.size())));
    }
}
