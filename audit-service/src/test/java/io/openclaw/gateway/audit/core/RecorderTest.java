package io.openclaw.gateway.audit.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.event.EventCodec.Glance;
import io.openclaw.gateway.common.event.EventCodec.Proof;
import io.openclaw.gateway.common.event.EventType;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.redaction.Redactor;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

class RecorderTest {
    private static final String SECRET = "hunter2correct";
    private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");
    private static final Recorder.Origin ORIGIN = new Recorder.Origin("t", 0, 0, NOW);

    private final Recorder recorder = new Recorder(new Redactor());

    /** Every form of common's corpus, in every text of every event, whatever fields an event gets. */
    @ParameterizedTest
    @EnumSource
    void masksEveryFormInEveryTextOfAnEvent(EventType type) throws Exception {
        for (String form : forms()) {
            Object event = filled(type.eventClass(), form, 0);
            byte[] value = Json.write(event);
            assertThat(new String(value, java.nio.charset.StandardCharsets.UTF_8))
                    .contains(SECRET);

            RecordedEvent recorded = recorder.event(
                    ORIGIN, new Glance(type, new Proof(null, form), UUID.randomUUID(), form, form, form, form), value);

            assertThat(recorded.toString()).doesNotContain(SECRET);
            assertThat(recorded.event().text()).as(form).doesNotContain(SECRET);
            assertThat(recorded.event().as(JsonNode.class)).isNotEmpty();
            assertThat(Stream.of(
                            recorded.agent(),
                            recorded.upstream(),
                            recorded.tool(),
                            recorded.outcome(),
                            recorded.signatureProblem()))
                    .noneMatch(text -> String.valueOf(text).contains(SECRET));
        }
    }

    @Test
    void masksTheReasonOfWhatIsNoEvent() throws IOException {
        for (String form : forms()) {
            assertThat(recorder.other(ORIGIN, "dead-letter", null, new byte[1], Map.of("reason", form))
                            .event()
                            .text())
                    .doesNotContain(SECRET);
        }
    }

    private static List<String> forms() throws IOException {
        return Files.readAllLines(Path.of("../common/contracts/src/test/resources/redaction/secrets.txt")).stream()
                .filter(line -> line.startsWith("T "))
                .map(line -> line.substring(2).replace("\\n", "\n"))
                .toList();
    }

    private static Object filled(Type type, String form, int depth) throws ReflectiveOperationException {
        if (type instanceof ParameterizedType generic) {
            Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            Object inside = filled(last, form, depth + 1);
            return generic.getRawType() == Map.class ? Map.of(form, inside) : List.of(inside);
        }
        Class<?> simple = (Class<?>) type;
        if (simple == String.class) {
            return form;
        }
        if (simple == RawJson.class) {
            return RawJson.from(Map.of("x", List.of(form), form, 1));
        }
        if (simple == Instant.class) {
            return NOW;
        }
        if (simple == UUID.class) {
            return UUID.randomUUID();
        }
        if (simple == int.class || simple == Integer.class) {
            return 1;
        }
        if (simple == long.class || simple == Long.class) {
            return 1L;
        }
        if (simple == double.class || simple == Double.class) {
            return 1.0;
        }
        if (simple == boolean.class || simple == Boolean.class) {
            return true;
        }
        if (simple.isEnum()) {
            return simple.getEnumConstants()[0];
        }
        RecordComponent[] components = simple.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = filled(components[i].getGenericType(), form, depth + 1);
        }
        var constructor = simple.getDeclaredConstructor(
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new));
        return constructor.newInstance(values);
    }
}
