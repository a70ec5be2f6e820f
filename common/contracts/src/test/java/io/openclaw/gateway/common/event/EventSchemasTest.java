package io.openclaw.gateway.common.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.openclaw.gateway.common.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Holds docs/schemas against the code. {@code -Dopenclaw.schemas=write} writes them anew; {@code -Dopenclaw.schemas=release} at a
 * release also keeps what its events have, so that later ones are held to it.
 */
class EventSchemasTest {
    private static final Path SCHEMAS = Path.of("../../docs/schemas/events");
    private static final Path RELEASED = Path.of("src/test/resources/schemas/released.txt");
    private static final String MODE = System.getProperty("openclaw.schemas", "check");

    private static Path fileOf(EventType type) {
        return SCHEMAS.resolve(type.shortName() + ".v1.schema.json");
    }

    private static String text(EventType type) {
        return EventSchemas.of(type).toPrettyString() + "\n";
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void theSchemaOfAnEventSaysWhatItsRecordHas(EventType type) throws IOException {
        if (!MODE.equals("check")) {
            Files.writeString(fileOf(type), text(type));
        }
        assertThat(fileOf(type))
                .as("mvn -pl common/contracts test -Dtest=EventSchemasTest -Dopenclaw.schemas=write writes it")
                .hasContent(text(type));
    }

    @Test
    void thereIsNoSchemaOfAnEventThatIsNone() throws IOException {
        try (var files = Files.list(SCHEMAS)) {
            assertThat(files)
                    .containsExactlyInAnyOrderElementsOf(Arrays.stream(EventType.values())
                            .map(EventSchemasTest::fileOf)
                            .toList());
        }
    }

    @ParameterizedTest
    @MethodSource("io.openclaw.gateway.common.event.EventCodecTest#oneOfEach")
    void anEventAsItIsWrittenIsOneByItsSchema(GatewayEvent event) {
        JsonNode schema = EventSchemas.of(EventType.of(event));
        var errors = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema)
                .validate(new String(Json.write(event), StandardCharsets.UTF_8), InputFormat.JSON);
        assertThat(errors).isEmpty();
    }

    @Test
    void nothingThatTheLastReleaseSaysIsLeftOutOrSaidOtherwise() throws IOException {
        Map<String, String> now = new TreeMap<>();
        for (EventType type : EventType.values()) {
            EventSchemas.fields(EventSchemas.of(type)).forEach((path, kind) -> now.put(type.shortName() + path, kind));
        }
        if (MODE.equals("release")) {
            Files.createDirectories(RELEASED.getParent());
            Files.write(
                    RELEASED,
                    now.entrySet().stream()
                            .map(field -> field.getKey() + " " + field.getValue())
                            .toList());
        }
        assertThat(released()).isNotEmpty().allSatisfy((path, kind) -> {
            assertThat(now).as("fields are only ever added").containsKey(path);
            // What was sometimes there may be there always; what was always there has to stay.
            assertThat(now.getOrDefault(path, "")).as(path).startsWith(kind);
        });
    }

    private static Map<String, String> released() {
        Map<String, String> fields = new TreeMap<>();
        List<String> lines;
        try {
            lines = Files.readAllLines(RELEASED);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        lines.forEach(line -> {
            int space = line.lastIndexOf(' ');
            fields.put(line.substring(0, space), line.substring(space + 1));
        });
        return fields;
    }
}
