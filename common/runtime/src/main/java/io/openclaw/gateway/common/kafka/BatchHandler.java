package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.event.GatewayEvent;
import java.util.List;

/** What is done with the events of a batch, in the order of the topic. What it throws makes the batch come again. */
public interface BatchHandler<E extends GatewayEvent> {
    /** Handles the events of a batch, each of which its writer has signed. */
    void handle(List<Received<E>> batch);
}
