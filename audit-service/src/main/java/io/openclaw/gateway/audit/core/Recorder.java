package io.openclaw.gateway.audit.core;

import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.event.EventCodec.Glance;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.redaction.Redactor;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes of a record what is kept of it: the event as it was, masked; of what is no event, a description without content. */
public final class Recorder {
    private final Redactor redactor;

    public Recorder(Redactor redactor) {
        this.redactor = redactor;
    }

    /** Where a record was read, and when it was written there. */
    public record Origin(String topic, int partition, long offset, Instant at) {}

    /** Keeps an event, and whether its writer is proven. */
    public RecordedEvent event(Origin origin, Glance event, byte[] value) {
        return new RecordedEvent(
                origin.topic(),
                origin.partition(),
                origin.offset(),
                event.type().shortName(),
                event.callId(),
                shown(event.agent()),
                shown(event.upstream()),
                shown(event.tool()),
                shown(event.outcome()),
                origin.at(),
                redactor.redact(RawJson.of(new String(value, StandardCharsets.UTF_8))),
                event.proof().writer() == null ? null : event.proof().writer().label(),
                shown(event.proof().problem()));
    }

    /**
     * Keeps a record that is no event. Its content could be anything, secrets included, so only its size and its hash are
     * kept; the whole of it is in the dead letters.
     *
     * @param key the record's key; that of a call is its id
     * @param details why it is no event, and where it came from
     */
    public RecordedEvent other(
            Origin origin, String type, @Nullable String key, byte @Nullable [] value, Map<String, String> details) {
        Map<String, Object> description = new LinkedHashMap<>();
        details.forEach((name, text) -> description.put(name, redactor.redact(text)));
        description.put("bytes", value == null ? 0 : value.length);
        if (value != null) {
            description.put("sha256", Digest.sha256Hex(value));
        }
        return new RecordedEvent(
                origin.topic(),
                origin.partition(),
                origin.offset(),
                type,
                callIdOf(key),
                null,
                null,
                null,
                null,
                origin.at(),
                RawJson.from(description),
                null,
                null);
    }

    private static @Nullable UUID callIdOf(@Nullable String key) {
        try {
            return key == null ? null : UUID.fromString(key);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** An agent words a tool's name, too. PostgreSQL's text cannot hold NUL; only a forged event has one in a name. */
    private @Nullable String shown(@Nullable String text) {
        return text == null ? null : redactor.redact(text).replace('\0', '\uFFFD');
    }
}
