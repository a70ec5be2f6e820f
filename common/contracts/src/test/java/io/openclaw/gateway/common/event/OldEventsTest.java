package io.openclaw.gateway.common.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.Events;
import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.Verdict;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.signing.Keyring;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.signing.SigningKey;
import io.openclaw.gateway.common.signing.StageKeys;
import io.openclaw.gateway.common.topic.Service;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Replays events that the gateway of before there were key pairs has written (at commit e3d6ca8). */
class OldEventsTest {
    private static final Map<Service, String> KEYS = Arrays.stream(Service.values())
            .collect(Collectors.toMap(Function.identity(), service -> SigningKey.generate()));
    private static final Set<String> NEVER_SIGNED = Set.of(
            "approval.changed",
            "upstream.reported",
            "tools.reported",
            "offers.reported",
            "resource.updated",
            "signin.failed");
    private static final Set<String> NEWER = Set.of(
            "call.reported",
            "call.diverged",
            "hook.reported",
            "console.acted",
            "checkpoint.signed",
            "run.started",
            "run.planned",
            "model.asked",
            "run.step.ended",
            "run.ended");

    private final Keyring keyring = Keyring.ofAll(KEYS, oldKeys());
    private final EventCodec codec = new EventCodec("/test", keyring);
    private final EventCodec withoutOldKeys = new EventCodec("/test", Keyring.ofAll(KEYS, null));

    private static String resource(String name) {
        try (var in = Objects.requireNonNull(OldEventsTest.class.getResourceAsStream("/old/" + name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Properties properties() {
        var properties = new Properties();
        try {
            properties.load(new StringReader(resource("keys.properties")));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return properties;
    }

    private static StageKeys oldKeys() {
        Map<Stage, String> keys = new EnumMap<>(Stage.class);
        for (Stage stage : Stage.values()) {
            keys.put(stage, properties().getProperty(stage.name()));
        }
        return StageKeys.ofBase64(keys);
    }

    private static List<ConsumerRecord<String, byte[]>> records() {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        for (String line : resource("events.jsonl").lines().toList()) {
            JsonNode json = Json.MAPPER.readTree(line);
            var record = new ConsumerRecord<>(
                    json.get("topic").asString(),
                    0,
                    records.size(),
                    json.get("key").asString(),
                    json.get("value").asString().getBytes(StandardCharsets.UTF_8));
            json.get("headers")
                    .properties()
                    .forEach(header -> record.headers()
                            .add(header.getKey(), header.getValue().asString().getBytes(StandardCharsets.UTF_8)));
            records.add(record);
        }
        return records;
    }

    private static String typeOf(ConsumerRecord<String, byte[]> record) {
        return EventType.named(String.valueOf(EventCodec.header(record.headers(), "ce_type")))
                .orElseThrow()
                .shortName();
    }

    private static <E extends GatewayEvent> Signed<E> only(EventCodec codec, Class<E> type) {
        return records().stream()
                .filter(record -> typeOf(record).equals(shortNameOf(type)))
                .map(record -> {
                    try {
                        return codec.decode(record, type);
                    } catch (UnreadableEventException e) {
                        throw new AssertionError(e);
                    }
                })
                .findFirst()
                .orElseThrow();
    }

    private static String shortNameOf(Class<?> type) {
        return Arrays.stream(EventType.values())
                .filter(each -> each.eventClass() == type)
                .findFirst()
                .orElseThrow()
                .shortName();
    }

    @Test
    void thereIsOneOfEachTypeOfThen() {
        assertThat(records().stream().map(OldEventsTest::typeOf).collect(Collectors.toSet()))
                .isEqualTo(Arrays.stream(EventType.values())
                        .map(EventType::shortName)
                        .filter(type -> !NEWER.contains(type))
                        .collect(Collectors.toSet()));
    }

    @Test
    void whatWasSignedThenIsProvenNow() throws UnreadableEventException {
        for (ConsumerRecord<String, byte[]> record : records()) {
            if (NEVER_SIGNED.contains(typeOf(record))) {
                assertThatThrownBy(() -> codec.decode(record))
                        .as(typeOf(record))
                        .isInstanceOf(UntrustedEventException.class)
                        .hasMessageContaining("not signed");
                continue;
            }
            Signed<GatewayEvent> signed = codec.decode(record);
            assertThat(EventType.of(signed.event()).writers()).contains(signed.writer());
            assertThat(codec.isCurrent(signed)).isFalse();
            assertThat(codec.glance(record).proof().writer()).isEqualTo(signed.writer());
        }
    }

    @Test
    void nothingOfThenIsProvenWithoutTheKeysOfThen() {
        for (ConsumerRecord<String, byte[]> record : records()) {
            assertThatThrownBy(() -> withoutOldKeys.decode(record))
                    .as(typeOf(record))
                    .isInstanceOf(UntrustedEventException.class);
        }
    }

    @Test
    void whatWasChangedSinceIsNotProven() throws UnreadableEventException {
        for (ConsumerRecord<String, byte[]> record : records()) {
            String value = new String(record.value(), StandardCharsets.UTF_8);
            // What each of them was signed over: its call, or what policy says.
            String changed =
                    value.replace("\"digest\":\"", "\"digest\":\"0").replace("\"changedBy\":\"", "\"changedBy\":\"x");
            changed = changed.replace("\"publishedBy\":\"", "\"publishedBy\":\"x");
            if (changed.equals(value)) {
                continue;
            }
            var other =
                    new ConsumerRecord<>(record.topic(), 0, 0, record.key(), changed.getBytes(StandardCharsets.UTF_8));
            record.headers().forEach(other.headers()::add);
            assertThatThrownBy(() -> codec.decode(other)).as(value).isInstanceOf(UntrustedEventException.class);
        }
    }

    /** The chain of a call that was under way when its gateway was updated is of both forms. */
    @Test
    void aCallOfThenGoesOnNow() throws UnreadableEventException {
        var chain = new SignatureChain(keyring);
        CallEscalated escalated = only(codec, CallEscalated.class).event();
        assertThat(chain.verify(escalated.call(), escalated.verdicts())).isEmpty();
        Verdict yes = Verdict.of(
                Stage.APPROVAL, Decision.ALLOW, List.of(), "ada", Instant.parse("2026-11-27T00:00:00Z"), null);
        var cleared =
                new CallCleared(escalated.call(), chain.append(escalated.call(), escalated.verdicts(), yes), Map.of());

        assertThat(chain.verify(cleared.call(), cleared.verdicts())).isEmpty();
        assertThat(new SignatureChain(Keyring.ofAll(KEYS, null)).verify(cleared.call(), cleared.verdicts()))
                .hasValue("the call is not sealed by ingress");
    }

    /** Otherwise whoever writes to a topic could take the envelope off an event, and it would be as good as an old one. */
    @Test
    void anEventOfNowIsNoOldOneWithoutItsEnvelope() {
        var chain = new SignatureChain(keyring);
        var sealed = new CallRequested(
                chain.seal(only(codec, CallRequested.class).event().call()));
        var record = Events.record(keyring, sealed, 0);
        record.headers().remove(EventCodec.SIGNATURE);
        assertThatThrownBy(() -> codec.decode(record)).isInstanceOf(UntrustedEventException.class);
    }

    @Test
    void aTextThatAClientKeptSinceThenIsIngresssOwn() {
        String kept = properties().getProperty("keepsake");
        assertThat(new SignatureChain(keyring).fromRequestState(kept)).hasValue("{\"call\":\"1\"}");
        assertThat(new SignatureChain(Keyring.ofAll(KEYS, null)).fromRequestState(kept))
                .isEmpty();
    }
}
