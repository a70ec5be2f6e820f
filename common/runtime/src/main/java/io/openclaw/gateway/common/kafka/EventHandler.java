package io.openclaw.gateway.common.kafka;

import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.Signed;

/** What a stage or a work queue does with one event. A plain object: a test calls it without Kafka. */
public interface EventHandler<E extends GatewayEvent> {
    /**
     * Returns the event that follows from one. An event that this throws on is put aside, because it would throw on it again; unless it
     * throws {@link TransientFailureException}, after which the event comes again.
     */
    GatewayEvent handle(Signed<E> event);

    /**
     * Returns what follows from an event that was put aside because {@link #handle} threw on it, or because the broker takes nothing
     * as large as what followed: its call must not go without an end.
     */
    GatewayEvent failed(Signed<E> event, Throwable problem);

    /** Keeps what has to be remembered of a batch, before anything that follows from it is published; by default nothing. */
    default void beforePublishing() {}
}
