package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.Signed;

/** What is done with the events of a topic that keeps the latest of each key; called by one thread. */
public interface StateHandler<E extends GatewayEvent> {
    /** Takes an event: first those that were there before, then new ones. */
    void accept(Signed<E> event);

    /** Is called once, when everything was read that was there when reading began. */
    default void caughtUp() {}
}
