package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a model wants to do next: the whole plan in mode {@code PLAN}, the steps of one turn in mode {@code ACT}.
 *
 * @param number the turn, or the revision of the plan, from 1
 * @param digest SHA-256 over the canonical JSON (RFC 8785) of the steps
 * @param steps tools and arguments, in order
 * @param findings what was noticed in the sequence as a whole
 * @param approvedBy who approved it; nobody yet, or nobody has to in mode {@code ACT}, if absent
 * @param unknown fields that a newer version wrote, kept as they came
 */
public record RunPlanned(
        UUID runId,
        String agent,
        int number,
        String digest,
        RawJson steps,
        List<Reason> findings,
        @Nullable String approvedBy,
        Instant plannedAt,
        @JsonAnySetter @JsonAnyGetter Map<String, RawJson> unknown)
        implements RunEvent {

    public RunPlanned {
        findings = findings == null ? List.of() : List.copyOf(findings);
        unknown = unknown == null ? Map.of() : Map.copyOf(unknown);
    }

    @Override
    public String part() {
        return approvedBy == null ? Integer.toString(number) : number + "/approved";
    }
}
