package io.openclaw.gateway.common.event;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Events as Kafka records: CloudEvents 1.0, Kafka protocol binding, binary content mode (section 3.2).
 *
 * <p>The event id is made of the subject and the type, so an event that is published again has the same id.
 */
public final class EventCodec {
    private static final byte[] SPEC_VERSION = utf8("1.0");
    private static final byte[] CONTENT_TYPE = utf8("application/json");

    private static final JsonFactory GLANCE = new JsonFactory();
    private static final Set<String> OF_A_CALL = Set.of("callId", "agent", "upstream", "tool");

    private final byte[] source;

    /**
     * @param source the CloudEvents {@code source}, such as {@code /openclaw-gateway/policy/host-1}
     */
    public EventCodec(String source) {
        this.source = utf8(source);
    }

    /**
     * Makes the record of an event.
     *
     * @param topicName the topic's full name
     * @param partition the partition, or {@code null} to let the key choose
     * @throws io.openclaw.gateway.common.json.InexactJsonException if a text in it is none that UTF-8 can carry
     */
    public ProducerRecord<String, byte[]> encode(
            GatewayEvent event, String topicName, @Nullable Integer partition, Instant now) {
        EventType type = EventType.of(event);
        byte[] value = Json.write(event);
        JsonText.requireUtf8(value);
        var record = new ProducerRecord<>(topicName, partition, event.key(), value);
        Headers headers = record.headers();
        headers.add("ce_specversion", SPEC_VERSION);
        headers.add("ce_id", utf8(eventId(event, type, now)));
        headers.add("ce_source", source);
        headers.add("ce_type", utf8(type.typeName()));
        headers.add("ce_subject", utf8(event.subject()));
        headers.add("ce_time", utf8(now.toString()));
        headers.add("content-type", CONTENT_TYPE);
        return record;
    }

    /**
     * Reads the event of a record.
     *
     * @throws UnreadableEventException if the record is no event, or one of a type or version that this build does not know
     */
    public GatewayEvent decode(ConsumerRecord<String, byte[]> record) throws UnreadableEventException {
        EventType type = typeOf(record);
        try {
            GatewayEvent event = Json.readEvent(record.value(), type.eventClass());
            requireComplete(event);
            return event;
        } catch (JacksonException e) {
            throw new UnreadableEventException("no valid " + type.typeName() + ": " + e.getOriginalMessage(), e);
        }
    }

    /**
     * What the record of everything is searched by.
     *
     * @param outcome of a {@link CallCompleted}
     */
    public record Glance(
            EventType type,
            @Nullable UUID callId,
            @Nullable String agent,
            @Nullable String upstream,
            @Nullable String tool,
            @Nullable String outcome) {}

    /**
     * Looks at what an event is about, without reading the rest of it: a third of the work of {@link #decode}.
     *
     * @throws UnreadableEventException if the record is no event, or one of a type or version that this build does not know
     */
    public Glance glance(ConsumerRecord<String, byte[]> record) throws UnreadableEventException {
        EventType type = typeOf(record);
        Map<String, @Nullable String> call = new HashMap<>();
        Map<String, @Nullable String> own = new HashMap<>();
        try (JsonParser parser = GLANCE.createParser(ObjectReadContext.empty(), record.value())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new UnreadableEventException("no valid " + type.typeName() + ": not an object");
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("call") && value == JsonToken.START_OBJECT) {
                    texts(parser, call);
                } else if (value == JsonToken.VALUE_STRING && (name.equals("outcome") || name.equals("upstream"))) {
                    own.put(name, parser.getString());
                } else {
                    parser.skipChildren();
                }
            }
            boolean aboutACall = type.isAboutACall();
            if (aboutACall && (call.get("callId") == null || call.get("agent") == null || call.get("tool") == null)) {
                throw new UnreadableEventException("the event has no call");
            }
            String callId = call.get("callId");
            return new Glance(
                    type,
                    callId == null ? null : UUID.fromString(callId),
                    call.get("agent"),
                    aboutACall ? call.get("upstream") : own.get("upstream"),
                    call.get("tool"),
                    type == EventType.CALL_COMPLETED ? own.get("outcome") : null);
        } catch (JacksonException e) {
            throw new UnreadableEventException("no valid " + type.typeName() + ": " + e.getOriginalMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new UnreadableEventException("the event's call has no valid id", e);
        }
    }

    /**
     * Looks which stage a {@link CallCompleted} says ended its call, and reads no further than to there; {@code null} if it does
     * not say.
     *
     * @throws UnreadableEventException if the record is no JSON object up to there
     */
    public static @Nullable String completedBy(ConsumerRecord<String, byte[]> record) throws UnreadableEventException {
        if (record.value() == null) {
            return null;
        }
        try (JsonParser parser = GLANCE.createParser(ObjectReadContext.empty(), record.value())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new UnreadableEventException("not an object");
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean isIt = parser.currentName().equals("completedBy");
                if (parser.nextToken() == JsonToken.VALUE_STRING && isIt) {
                    return parser.getString();
                }
                parser.skipChildren();
            }
            return null;
        } catch (JacksonException e) {
            throw new UnreadableEventException("no valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static void texts(JsonParser parser, Map<String, @Nullable String> into) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            if (parser.nextToken() == JsonToken.VALUE_STRING && OF_A_CALL.contains(name)) {
                into.put(name, parser.getString());
            } else {
                parser.skipChildren();
            }
        }
    }

    private static EventType typeOf(ConsumerRecord<String, byte[]> record) throws UnreadableEventException {
        String typeName = header(record.headers(), "ce_type");
        if (typeName == null) {
            throw new UnreadableEventException("no ce_type header: not a CloudEvents record in binary mode");
        }
        EventType type = EventType.named(typeName)
                .orElseThrow(() -> new UnreadableEventException("unknown event type or version " + typeName));
        if (record.value() == null) {
            throw new UnreadableEventException("empty record of type " + typeName);
        }
        return type;
    }

    /** Returns the value of a header as text, or {@code null}. */
    public static @Nullable String header(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static void requireComplete(GatewayEvent event) throws UnreadableEventException {
        switch (event) {
            case CallEvent e -> {
                requireComplete(e.call());
                for (Verdict verdict : e.verdicts()) {
                    require(verdict.stage(), "verdict.stage");
                    require(verdict.outcome(), "verdict.outcome");
                    require(verdict.decidedBy(), "verdict.decidedBy");
                    require(verdict.decidedAt(), "verdict.decidedAt");
                }
            }
            case ApprovalChanged e -> {
                requireComplete(e.call());
                require(e.status(), "status");
                require(e.expiresAt(), "expiresAt");
            }
            case ConversationEvent e -> {
                requireComplete(e.call());
                if (e instanceof CallProgressed progressed) {
                    require(progressed.method(), "method");
                    require(progressed.params(), "params");
                }
            }
            case PolicyPublished e -> {
                require(e.version(), "version");
                require(e.publishedAt(), "publishedAt");
            }
            case FreezeChanged e -> {
                require(e.scope(), "scope");
                require(e.changedAt(), "changedAt");
            }
            case KeyChanged e -> {
                require(e.keyId(), "keyId");
                require(e.agent(), "agent");
                require(e.sha256(), "sha256");
            }
            case ToolPinned e -> {
                require(e.upstream(), "upstream");
                require(e.accepted(), "accepted");
                require(e.accepted().name(), "accepted.name");
            }
            case UpstreamReported e -> {
                require(e.upstream(), "upstream");
                require(e.checkedAt(), "checkedAt");
            }
            case ToolsReported e -> {
                require(e.upstream(), "upstream");
                require(e.seenAt(), "seenAt");
            }
            case OffersReported e -> {
                require(e.upstream(), "upstream");
                require(e.seenAt(), "seenAt");
            }
            case ResourceUpdated e -> {
                require(e.upstream(), "upstream");
                require(e.uri(), "uri");
            }
            case SignInFailed e -> {
                require(e.user(), "user");
                require(e.address(), "address");
                require(e.failedAt(), "failedAt");
            }
        }
        if (event instanceof CallCompleted completed) {
            require(completed.outcome(), "outcome");
            require(completed.completedBy(), "completedBy");
            require(completed.completedAt(), "completedAt");
        }
    }

    private static void requireComplete(@Nullable ToolCall call) throws UnreadableEventException {
        if (call == null) {
            throw new UnreadableEventException("the event has no call");
        }
        require(call.callId(), "call.callId");
        require(call.agent(), "call.agent");
        require(call.upstream(), "call.upstream");
        require(call.tool(), "call.tool");
        require(call.origin(), "call.origin");
        require(call.mode(), "call.mode");
        require(call.requestedAt(), "call.requestedAt");
        require(call.deadline(), "call.deadline");
        require(call.digest(), "call.digest");
    }

    private static void require(@Nullable Object value, String name) throws UnreadableEventException {
        if (value == null) {
            throw new UnreadableEventException("the event has no " + name);
        }
    }

    private static String eventId(GatewayEvent event, EventType type, Instant now) {
        return switch (event) {
            case CallEvent e -> e.subject() + "/" + type.shortName();
            case ApprovalChanged e -> e.subject() + "/" + type.shortName() + "/" + e.status();
            case ConversationEvent e ->
                e.subject() + "/" + type.shortName() + "/"
                        + switch (e) {
                            case CallProgressed progressed -> progressed.number();
                            case InputRequested requested -> requested.round();
                            case InputGiven given -> given.round() + "/" + now.toEpochMilli();
                        };
            case PolicyEvent e -> e.subject() + "/" + now.toEpochMilli();
            case UpstreamReported e -> e.upstream() + "/" + e.reportedBy() + "/" + now.toEpochMilli();
            case ToolsReported e -> e.key() + "/" + e.reportedBy() + "/" + now.toEpochMilli();
            case OffersReported e -> e.key() + "/" + e.reportedBy() + "/" + now.toEpochMilli();
            case ResourceUpdated e -> e.key() + "/" + e.reportedBy() + "/" + now.toEpochMilli();
            case SignInFailed e -> e.key() + "/" + e.reportedBy() + "/" + now.toEpochMilli();
        };
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
