package io.openclaw.gateway.common.event;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.UUID;

/** An event of one run of {@code /execute}. Texts in it are masked. Keyed by the run's id, which its steps have as parent. */
public sealed interface RunEvent extends GatewayEvent
        permits RunStarted, RunPlanned, ModelAsked, RunStepEnded, RunEnded {

    /** Returns the run, a UUID version 7. */
    UUID runId();

    /** Returns the agent whose run it is. */
    String agent();

    /** Returns what tells this event apart from others of its type and run, such as the number of a step. */
    @JsonIgnore
    String part();

    @Override
    default String key() {
        return runId().toString();
    }
}
