package io.openclaw.gateway.common.event;

import io.openclaw.gateway.common.topic.Service;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An event whose writer is proven. Only {@link EventCodec#decode} makes one, so whatever takes one takes no event that somebody
 * else made up.
 */
public final class Signed<E extends GatewayEvent> {
    private final E event;
    private final Service writer;
    private final @Nullable String signature;

    Signed(E event, Service writer, @Nullable String signature) {
        this.event = event;
        this.writer = writer;
        this.signature = signature;
    }

    /** Returns the event. */
    public E event() {
        return event;
    }

    /** Returns the service that signed it. */
    public Service writer() {
        return writer;
    }

    /** Returns the signature; {@code null} if the event is of the old form. */
    @Nullable
    String signature() {
        return signature;
    }

    /** Returns this as a signed event of a type; empty if it is of another. */
    @SuppressWarnings("unchecked") // What it holds never changes.
    public <F extends GatewayEvent> Optional<Signed<F>> as(Class<F> type) {
        return type.isInstance(event) ? Optional.of((Signed<F>) this) : Optional.empty();
    }

    @Override
    public String toString() {
        return event.getClass().getSimpleName() + " of " + writer.label() + " about " + event.subject();
    }
}
