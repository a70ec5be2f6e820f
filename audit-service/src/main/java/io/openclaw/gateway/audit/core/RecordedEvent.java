package io.openclaw.gateway.audit.core;

import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event as the record keeps it.
 *
 * @param type the event's type, such as {@code call.completed}; {@code dead.letter} or {@code unreadable} for what is none
 * @param outcome what came of the call, in the event that ends it
 * @param occurredAt the time that the event bears
 * @param event the event, masked
 * @param signedBy the service that signed it; {@code null} if its writer is not proven, and for what is no event
 * @param signatureProblem why its writer is not proven; {@code null} if it is, and for what is no event
 */
public record RecordedEvent(
        String topic,
        int partition,
        long offset,
        String type,
        @Nullable UUID callId,
        @Nullable String agent,
        @Nullable String upstream,
        @Nullable String tool,
        @Nullable String outcome,
        Instant occurredAt,
        RawJson event,
        @Nullable String signedBy,
        @Nullable String signatureProblem) {}
