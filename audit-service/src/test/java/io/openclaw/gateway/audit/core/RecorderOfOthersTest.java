package io.openclaw.gateway.audit.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.event.EventCodec.Glance;
import io.openclaw.gateway.common.event.EventCodec.Proof;
import io.openclaw.gateway.common.event.EventType;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.topic.Service;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class RecorderOfOthersTest {
    private static final Proof SIGNED = new Proof(Service.EXECUTOR, null);
    private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");
    private static final Recorder.Origin ORIGIN = new Recorder.Origin("openclaw.calls.completed", 3, 77, NOW);
    private static final UUID CALL = UUID.fromString("0190163d-8694-739b-aea5-966c26f8ad91");

    private final Recorder recorder = new Recorder(new Redactor());

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Nested
    class AnEvent {
        @Test
        void isKeptWithItsPlaceAndWhatItIsAbout() {
            RecordedEvent kept = recorder.event(
                    ORIGIN,
                    new Glance(EventType.CALL_COMPLETED, SIGNED, CALL, "demo", "openclaw", "exec", "SUCCEEDED"),
                    bytes("{\"n\":1.10,\"b\":9007199254740993}"));
            assertThat(kept.topic()).isEqualTo("openclaw.calls.completed");
            assertThat(kept.partition()).isEqualTo(3);
            assertThat(kept.offset()).isEqualTo(77);
            assertThat(kept.type()).isEqualTo(EventType.CALL_COMPLETED.shortName());
            assertThat(kept.callId()).isEqualTo(CALL);
            assertThat(kept.agent()).isEqualTo("demo");
            assertThat(kept.upstream()).isEqualTo("openclaw");
            assertThat(kept.tool()).isEqualTo("exec");
            assertThat(kept.outcome()).isEqualTo("SUCCEEDED");
            assertThat(kept.occurredAt()).isEqualTo(NOW);
            assertThat(kept.event())
                    .as("to the last digit")
                    .isEqualTo(RawJson.of("{\"n\":1.10,\"b\":9007199254740993}"));
        }

        @Test
        void isKeptWithoutWhatItDoesNotHave() {
            RecordedEvent kept = recorder.event(
                    ORIGIN, new Glance(EventType.CALL_COMPLETED, SIGNED, null, null, null, null, null), bytes("{}"));
            assertThat(kept.callId()).isNull();
            assertThat(kept.agent()).isNull();
            assertThat(kept.outcome()).isNull();
        }

        /** Otherwise one forged event would stop the record: PostgreSQL's text cannot hold NUL. */
        @Test
        void isKeptWithAReplacementForNulInAName() {
            RecordedEvent kept = recorder.event(
                    ORIGIN,
                    new Glance(EventType.CALL_COMPLETED, SIGNED, CALL, "de\0mo", "a", "ex\0ec", null),
                    bytes("{}"));
            assertThat(kept.agent()).isEqualTo("de\uFFFDmo");
            assertThat(kept.tool()).isEqualTo("ex\uFFFDec");
        }
    }

    @Nested
    class ARecordThatIsNoEvent {
        @Test
        void isDescribedBySizeAndHashAlone() {
            byte[] value = bytes("password=hunter22");
            RecordedEvent kept =
                    recorder.other(ORIGIN, "unreadable", CALL.toString(), value, Map.of("reason", "no JSON"));
            JsonNode description = kept.event().as(JsonNode.class);
            assertThat(description.path("bytes").asInt()).isEqualTo(value.length);
            assertThat(description.path("sha256").asString()).isEqualTo(Digest.sha256Hex(value));
            assertThat(description.path("reason").asString()).isEqualTo("no JSON");
            assertThat(kept.event().text()).doesNotContain("hunter22");
            assertThat(kept.type()).isEqualTo("unreadable");
            assertThat(kept.callId()).isEqualTo(CALL);
            assertThat(kept.agent()).isNull();
        }

        @Test
        void mayHaveNoContentAndNoKey() {
            RecordedEvent kept = recorder.other(ORIGIN, "dead.letter", null, null, Map.of());
            assertThat(kept.event()).isEqualTo(RawJson.of("{\"bytes\":0}"));
            assertThat(kept.callId()).isNull();
        }

        @Test
        void belongsToNoCallIfItsKeyIsNone() {
            assertThat(recorder.other(ORIGIN, "unreadable", "demo", new byte[0], Map.of())
                            .callId())
                    .isNull();
        }
    }
}
