package io.openclaw.gateway.common.event;

import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.JsonText;
import io.openclaw.gateway.common.signing.Fields;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.Purpose;
import io.openclaw.gateway.common.signing.UntrustedException;
import io.openclaw.gateway.common.topic.Service;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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
 * Events as Kafka records: CloudEvents 1.0, Kafka protocol binding, binary content mode (section 3.2), each signed by its writer
 * for the readers of its topic.
 *
 * <p>The event id is made of the subject and the type, so an event that is published again has the same id.
 */
public final class EventCodec {
    private static final byte[] SPEC_VERSION = utf8("1.0");
    private static final byte[] CONTENT_TYPE = utf8("application/json");

    private static final JsonFactory GLANCE = new JsonFactory();
    private static final Set<String> OWN = Set.of("outcome", "upstream", "completedBy", "runId", "agent");
    private static final Set<String> OF_A_CALL = Set.of("callId", "agent", "upstream", "tool");

    /** The signature of the event for the readers of its topic, see {@link Keyring}; a CloudEvents extension attribute. */
    public static final String SIGNATURE = "ce_signature";

    private final byte[] source;
    private final Keyring keyring;

    /**
     * @param source the CloudEvents {@code source}, such as {@code /openclaw-gateway/policy/host-1}
     * @param keyring signs events for the readers of their topics
     */
    public EventCodec(String source, Keyring keyring) {
        this.source = utf8(source);
        this.keyring = keyring;
    }

    /**
     * Makes the record of an event, signed by the service that says such events.
     *
     * @param topicName the topic's full name
     * @param partition the partition, or {@code null} to let the key choose
     * @throws io.openclaw.gateway.common.json.InexactJsonException if a text in it is none that UTF-8 can carry
     * @throws IllegalStateException if this process is not a service that may say it
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
        Service writer = EventType.writerOf(event).orElseGet(() -> keyring.own().getFirst());
        headers.add(
                SIGNATURE,
                utf8(keyring.sign(Purpose.EVENT, writer, type.topic().readers(), hash(type, event.key(), value))));
        return record;
    }

    /** Hashes what a signature covers: the topic, the type, the key and the exact bytes of an event. */
    private static byte[] hash(EventType type, String key, byte[] value) {
        return new Fields(Purpose.EVENT)
                .add(type.topic().suffix())
                .add(type.typeName())
                .add(key)
                .add(value)
                .sha256();
    }

    /**
     * Reads the event of a record whose writer is proven.
     *
     * @throws UntrustedEventException if it is not signed by a service that may say it, for this one
     * @throws UnreadableEventException if the record is no event, or one of a type or version that this build does not know
     */
    public Signed<GatewayEvent> decode(ConsumerRecord<String, byte[]> record) throws UnreadableEventException {
        EventType type = typeOf(record);
        String signature = header(record.headers(), SIGNATURE);
        Service writer = signature == null ? null : writer(type, record, signature);
        GatewayEvent event = read(type, record);
        if (writer == null) {
            return new Signed<>(event, OldEvents.writer(event, keyring), null);
        }
        Service expected = EventType.writerOf(event).orElse(writer);
        if (writer != expected) {
            throw new UntrustedEventException(
                    "refused: " + expected.label() + " has to say it, and " + writer.label() + " signed it");
        }
        return new Signed<>(event, writer, signature);
    }

    /**
     * Reads the event of a record that has to be of one type.
     *
     * @throws UnreadableEventException as {@link #decode(ConsumerRecord)} does, and if the event is of another type
     */
    public <E extends GatewayEvent> Signed<E> decode(ConsumerRecord<String, byte[]> record, Class<E> eventClass)
            throws UnreadableEventException {
        Signed<GatewayEvent> signed = decode(record);
        return signed.as(eventClass)
                .orElseThrow(() -> new UnreadableEventException(
                        "a " + signed.event().getClass().getSimpleName() + " does not belong on " + record.topic()));
    }

    private static GatewayEvent read(EventType type, ConsumerRecord<String, byte[]> record)
            throws UnreadableEventException {
        try {
            GatewayEvent event = Json.readEvent(record.value(), type.eventClass());
            requireComplete(event);
            return event;
        } catch (JacksonException e) {
            throw new UnreadableEventException("no valid " + type.typeName() + ": " + e.getOriginalMessage(), e);
        }
    }

    private Service writer(EventType type, ConsumerRecord<String, byte[]> record, String signature)
            throws UntrustedEventException {
        try {
            if (!record.topic().endsWith(type.topic().suffix())) {
                throw new UntrustedException("a " + type.shortName() + " does not belong on " + record.topic());
            }
            Service writer = keyring.verify(Purpose.EVENT, signature, hash(type, record.key(), record.value()));
            if (!type.writers().contains(writer)) {
                throw new UntrustedException(writer.label() + " signed it, and may not say such events");
            }
            return writer;
        } catch (UntrustedException e) {
            throw new UntrustedEventException("refused: " + e.getMessage());
        }
    }

    /**
     * Returns which service a record says it is of, without reading it; empty if it says nothing that is known here. It may say
     * anything: this is for passing over what needs no look.
     */
    public Optional<Service> claimedWriter(ConsumerRecord<String, byte[]> record) {
        return keyring.claimedWriter(header(record.headers(), SIGNATURE));
    }

    /** Tells whether an event is signed with the keys that its writer and the readers of its topic use now. */
    public boolean isCurrent(Signed<?> signed) {
        return keyring.isCurrent(
                signed.signature(),
                signed.writer(),
                EventType.of(signed.event()).topic().readers());
    }

    /**
     * What proves who wrote a record.
     *
     * @param writer the service that signed it; {@code null} if none is proven
     * @param problem why none is proven; {@code null} if one is
     */
    public record Proof(@Nullable Service writer, @Nullable String problem) {
        static Proof of(Service writer) {
            return new Proof(writer, null);
        }

        static Proof none(@Nullable String problem) {
            return new Proof(null, problem);
        }
    }

    /**
     * What the record of everything is searched by.
     *
     * @param proof who wrote it
     * @param callId of an event of a run, the run
     * @param outcome of a {@link CallCompleted} or {@link RunEnded}
     */
    public record Glance(
            EventType type,
            Proof proof,
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
                } else if (value == JsonToken.VALUE_STRING && OWN.contains(name)) {
                    own.put(name, parser.getString());
                } else {
                    parser.skipChildren();
                }
            }
            boolean aboutACall = type.isAboutACall();
            if (aboutACall && (call.get("callId") == null || call.get("agent") == null || call.get("tool") == null)) {
                throw new UnreadableEventException("the event has no call");
            }
            String callId = type.isAboutARun() ? own.get("runId") : call.get("callId");
            return new Glance(
                    type,
                    proof(type, record, own.get("completedBy")),
                    callId == null ? null : UUID.fromString(callId),
                    type.isAboutARun() ? own.get("agent") : call.get("agent"),
                    aboutACall ? call.get("upstream") : own.get("upstream"),
                    call.get("tool"),
                    type == EventType.CALL_COMPLETED || type == EventType.RUN_ENDED ? own.get("outcome") : null);
        } catch (JacksonException e) {
            throw new UnreadableEventException("no valid " + type.typeName() + ": " + e.getOriginalMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new UnreadableEventException("the event's call has no valid id", e);
        }
    }

    private Proof proof(EventType type, ConsumerRecord<String, byte[]> record, @Nullable String completedBy) {
        try {
            String signature = header(record.headers(), SIGNATURE);
            if (signature == null) {
                return Proof.of(decode(record).writer());
            }
            Service writer = writer(type, record, signature);
            return type == EventType.CALL_COMPLETED && !writer.name().equals(completedBy)
                    ? Proof.none("refused: " + writer.label() + " signed an end that it says is of " + completedBy)
                    : Proof.of(writer);
        } catch (UnreadableEventException e) {
            return Proof.none(e.getMessage());
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
                } else if (e instanceof CallReported reported) {
                    require(reported.outcome(), "outcome");
                    require(reported.reportedAt(), "reportedAt");
                } else if (e instanceof CallDiverged diverged) {
                    require(diverged.ranDigest(), "ranDigest");
                    require(diverged.reportedAt(), "reportedAt");
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
            case HookReported e -> {
                require(e.agent(), "agent");
                require(e.node(), "node");
                require(e.status(), "status");
                require(e.reportedAt(), "reportedAt");
            }
            case RunEvent e -> {
                require(e.runId(), "runId");
                require(e.agent(), "agent");
                requireComplete(e);
            }
            case SignInFailed e -> {
                require(e.user(), "user");
                require(e.address(), "address");
                require(e.failedAt(), "failedAt");
            }
            case ConsoleActed e -> {
                require(e.person(), "person");
                require(e.action(), "action");
                require(e.subject(), "subject");
                require(e.actedAt(), "actedAt");
            }
            case CheckpointSigned e -> {
                require(e.origin(), "origin");
                require(e.rootHash(), "rootHash");
                require(e.note(), "note");
                require(e.signedAt(), "signedAt");
            }
        }
        if (event instanceof CallCompleted completed) {
            require(completed.outcome(), "outcome");
            require(completed.completedBy(), "completedBy");
            require(completed.completedAt(), "completedAt");
        }
    }

    private static void requireComplete(RunEvent event) throws UnreadableEventException {
        switch (event) {
            case RunStarted e -> {
                require(e.mode(), "mode");
                require(e.prompt(), "prompt");
                require(e.startedAt(), "startedAt");
            }
            case RunPlanned e -> {
                require(e.digest(), "digest");
                require(e.steps(), "steps");
                require(e.plannedAt(), "plannedAt");
            }
            case ModelAsked e -> {
                require(e.model(), "model");
                require(e.question(), "question");
                require(e.askedAt(), "askedAt");
            }
            case RunStepEnded e -> {
                require(e.tool(), "tool");
                require(e.outcome(), "outcome");
                require(e.endedAt(), "endedAt");
            }
            case RunEnded e -> {
                require(e.outcome(), "outcome");
                require(e.endedAt(), "endedAt");
            }
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
                            case CallReported reported -> reported.reportedAt().toEpochMilli();
                            case CallDiverged diverged -> diverged.reportedAt().toEpochMilli();
                        };
            case RunEvent e -> e.subject() + "/" + type.shortName() + "/" + e.part();
            case PolicyEvent e -> e.subject() + "/" + now.toEpochMilli();
            case UpstreamReported e -> e.upstream() + "/" + e.reportedBy() + "/" + now.toEpochMilli();
            case ToolsReported e -> e.key() + "/" + e.reportedBy() + "/" + now.toEpochMilli();
            case OffersReported e -> e.key() + "/" + e.reportedBy() + "/" + now.toEpochMilli();
            case ResourceUpdated e -> e.key() + "/" + e.reportedBy() + "/" + now.toEpochMilli();
            case HookReported e -> e.key() + "/" + now.toEpochMilli();
            case SignInFailed e -> e.key() + "/" + e.reportedBy() + "/" + now.toEpochMilli();
            case ConsoleActed e -> e.key() + "/" + e.action() + "/" + e.subject() + "/" + now.toEpochMilli();
            case CheckpointSigned e -> e.key() + "/" + e.size() + "/" + e.rootHash();
        };
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
