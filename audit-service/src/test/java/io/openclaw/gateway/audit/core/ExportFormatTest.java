package io.openclaw.gateway.audit.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ExportFormatTest {
    private static final UUID CALL = UUID.fromString("0190163d-8694-739b-aea5-966c26f8ad91");

    private static RecordedEvent event(@Nullable String agent, @Nullable String outcome, String json) {
        return new RecordedEvent(
                "openclaw.calls.completed",
                2,
                7,
                "call.completed",
                CALL,
                agent,
                "openclaw",
                "exec",
                outcome,
                Instant.parse("2026-11-27T10:00:00.123Z"),
                RawJson.of(json),
                "executor",
                null);
    }

    private static String text(ExportFormat format, RecordedEvent event) {
        return new String(format.event(17, event), UTF_8);
    }

    @Test
    void csvQuotesWhatHasToBeQuoted() {
        assertThat(new String(ExportFormat.CSV.head(), UTF_8)).endsWith(",offset,event\r\n");
        assertThat(text(ExportFormat.CSV, event("a \"b\", c\nd", "DENIED", "{\"n\":1,\"m\":2}")))
                .isEqualTo("17,2026-11-27T10:00:00.123Z,call.completed," + CALL
                        + ",\"a \"\"b\"\", c\nd\",openclaw,exec,DENIED,true,executor,,openclaw.calls.completed,2,7,"
                        + "\"{\"\"n\"\":1,\"\"m\"\":2}\"\r\n");
    }

    /** An agent names itself so, and an auditor opens the file. */
    @Test
    void csvHasNoFormulas() {
        assertThat(text(ExportFormat.CSV, event("=cmd|' /C calc'!A0", null, "{}")))
                .contains(",'=cmd|' /C calc'!A0,");
        assertThat(text(ExportFormat.CSV, event("@x", null, "{}"))).contains(",'@x,");
    }

    @Test
    void jsonLinesHaveTheEventAsItIs() {
        String line = text(ExportFormat.JSONL, event("demo", null, "{\"n\": 1.10}"));
        assertThat(line).endsWith("\n").contains("\"event\":{\"n\": 1.10}").doesNotContain("outcome");
        JsonNode read = Json.MAPPER.readTree(line);
        assertThat(read.get("id").asString()).isEqualTo("17");
        assertThat(read.get("verified").asBoolean()).isTrue();
    }

    /** What class API Activity (6003) of OCSF 1.3.0 requires. */
    @Test
    void ocsfHasWhatItsClassRequires() {
        JsonNode read = Json.MAPPER.readTree(text(ExportFormat.OCSF, event("demo", "DENIED", "{}")));
        assertThat(read.get("class_uid").asInt()).isEqualTo(6003);
        assertThat(read.get("category_uid").asInt()).isEqualTo(6);
        assertThat(read.get("activity_id").asInt()).isEqualTo(99);
        assertThat(read.get("type_uid").asInt()).isEqualTo(600_399);
        assertThat(read.get("severity_id").asInt()).isEqualTo(3);
        assertThat(read.get("time").asLong()).isEqualTo(1_795_773_600_123L);
        assertThat(read.at("/metadata/version").asString()).isEqualTo("1.3.0");
        assertThat(read.at("/metadata/product/vendor_name").asString()).isEqualTo("OpenClaw");
        assertThat(read.at("/actor/user/name").asString()).isEqualTo("demo");
        assertThat(read.at("/api/operation").asString()).isEqualTo("exec");
        assertThat(read.at("/src_endpoint/name").asString()).isEqualTo("demo");
        assertThat(read.get("status_id").asInt()).isEqualTo(2);
    }

    @Test
    void namesWhatThereIs() {
        assertThat(ExportFormat.named("OCSF")).isEqualTo(ExportFormat.OCSF);
        assertThatThrownBy(() -> ExportFormat.named("xml")).hasMessageContaining("[jsonl, csv, ocsf]");
    }
}
