package io.openclaw.gateway.ingress.inbox.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.core.JsonBody;
import io.openclaw.gateway.testing.Calls;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Holds the schemas of the inbox, which others write by and read by, against what ingress reads and writes. */
class InboxSchemasTest {
    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");

    private static JsonNode schema(String name) {
        return Json.MAPPER.readTree(Path.of("../docs/schemas/" + name).toFile());
    }

    private static boolean isOne(String schema, String text) {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema(schema))
                .validate(text, InputFormat.JSON)
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"inbox.schema.json, InboxBody", "reply.schema.json, InboxReply"})
    void haveEveryFieldThereIsAndNoOther(String file, String type) throws ClassNotFoundException {
        Class<?> record = Class.forName(getClass().getPackageName() + "." + type);
        assertThat(schema(file).get("properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(record.getRecordComponents())
                        .map(RecordComponent::getName)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"tool\":\"clock\"}",
                "{\"tool\":\"files/read\",\"arguments\":{\"path\":\"a\"},\"deadline\":\"2026-11-27T11:00:00Z\",\"session\":\"s\"}",
                "{\"tool\":\"clock\",\"colour\":\"red\"}",
                "{\"tool\":{}}",
                "[]"
            })
    void takeWhatIngressTakes(String body) {
        boolean isTaken;
        try {
            JsonBody.read(body.getBytes(StandardCharsets.UTF_8), InboxBody.class)
                    .request("0123456789abcdef")
                    .toCall(new Caller("crm-bot", Identity.NONE), Origin.KAFKA, List.of("openclaw", "files"), 0, NOW);
            isTaken = true;
        } catch (InvalidRequestException e) {
            // Which upstream an address is of is not for a schema to tell.
            isTaken = String.valueOf(e.getMessage()).contains("'upstream' is missing");
        }
        assertThat(isOne("inbox.schema.json", body)).isEqualTo(isTaken);
    }

    static Stream<InboxReply> replies() {
        CallCompleted end = CallCompleted.of(
                Calls.call("crm-bot", "openclaw", "clock", RawJson.EMPTY_OBJECT, NOW),
                List.of(),
                Outcome.SUCCEEDED,
                RawJson.of("{\"now\":1}"),
                null,
                Stage.EXECUTOR,
                NOW);
        return Stream.of(
                InboxReply.of(end, "0123456789abcdef"),
                InboxReply.of(new RefusedRecordException("too-old", "it is"), "crm-bot", "0123456789abcdef"),
                InboxReply.of(
                        new RefusedRecordException("too-many-calls", "wait", 1, null), "crm-bot", "0123456789abcdef"));
    }

    @ParameterizedTest
    @MethodSource("replies")
    void describeWhatIngressAnswers(InboxReply reply) {
        assertThat(isOne("reply.schema.json", new String(Json.write(reply), StandardCharsets.UTF_8)))
                .isTrue();
    }

    @Test
    void sayNoMoreOfARefusalThanThereIs() {
        assertThat(Json.MAPPER
                        .valueToTree(InboxReply.of(
                                new RefusedRecordException("too-old", "it is"), "crm-bot", "0123456789abcdef"))
                        .propertyNames())
                .containsExactlyInAnyOrder("nonce", "status", "agent", "error");
    }
}
