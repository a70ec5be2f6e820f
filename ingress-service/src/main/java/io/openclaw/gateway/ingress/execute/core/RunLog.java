package io.openclaw.gateway.ingress.execute.core;

import io.openclaw.gateway.common.event.RunEvent;

/** Where everything that a run does is put on record. */
public interface RunLog {
    /**
     * Publishes an event, and returns when the broker has it.
     *
     * @throws RuntimeException if the broker does not take it
     */
    void publish(RunEvent event);
}
