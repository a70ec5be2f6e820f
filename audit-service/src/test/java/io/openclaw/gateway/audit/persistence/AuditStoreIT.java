package io.openclaw.gateway.audit.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.audit.core.AuditQuery;
import io.openclaw.gateway.audit.core.RecordedEvent;
import io.openclaw.gateway.audit.web.AuditController;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.text.Shortened;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

class AuditStoreIT {
    private static final JdbcClient JDBC =
            JdbcClient.create(TestInfrastructure.database().dataSource());
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00.123456Z");

    private final AuditStore store = new AuditStore(
            Schema.migrated("audit", TestInfrastructure.database().dataSource()),
            new JdbcTemplate(TestInfrastructure.database().dataSource()));
    private final UUID callId = UUID.randomUUID();
    private final String topic = "t-" + callId;

    private RecordedEvent event(long offset, String json) {
        return event(offset, json, NOW);
    }

    private RecordedEvent event(long offset, String json, Instant occurredAt) {
        return new RecordedEvent(
                topic,
                0,
                offset,
                "call.requested",
                callId,
                "demo",
                "openclaw",
                "exec",
                null,
                occurredAt,
                RawJson.of(json),
                "ingress",
                null);
    }

    private List<AuditStore.Entry> find(Map<String, String> parameters) {
        return store.find(AuditQuery.of(parameters, NOW));
    }

    @Test
    void aRecordThatIsReadTwiceIsKeptOnce() {
        store.add(List.of(event(1, "{}"), event(2, "{}")));
        store.add(List.of(event(2, "{}"), event(3, "{}")));
        assertThat(find(Map.of("callId", callId.toString())))
                .extracting(entry -> entry.recorded().offset())
                .containsExactly(3L, 2L, 1L);
    }

    /** As it does after a broker lost its disk: its topics are made anew, and count from 0 again. */
    @Test
    void anotherRecordAtTheSamePlaceIsKeptToo() {
        store.add(List.of(event(1, "{}"), event(2, "{}")));
        store.add(List.of(event(1, "{\"n\":2}", NOW.plusSeconds(1))));
        assertThat(find(Map.of("callId", callId.toString())))
                .extracting(AuditStore.Entry::recorded)
                .containsExactly(event(1, "{\"n\":2}", NOW.plusSeconds(1)), event(2, "{}"), event(1, "{}"));
    }

    @Test
    void theOldestComeFirstIfThatIsAskedForPageByPage() {
        store.add(List.of(event(1, "{}"), event(2, "{}"), event(3, "{}")));
        Map<String, String> asked =
                Map.of("callId", callId.toString(), "order", "oldest", "limit", "2", "type", "call.requested");
        List<AuditStore.Entry> first = find(asked);
        assertThat(first).extracting(entry -> entry.recorded().offset()).containsExactly(1L, 2L);
        Map<String, String> rest = new HashMap<>(asked);
        rest.put("cursor", Long.toString(first.getLast().id()));
        assertThat(find(rest)).extracting(entry -> entry.recorded().offset()).containsExactly(3L);
        rest.put("type", "call.completed");
        assertThat(find(rest)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"exec", "openclaw/exec", "openclaw__exec"})
    void aToolIsFoundWithAndWithoutItsUpstream(String tool) {
        store.add(List.of(event(1, "{}")));
        assertThat(find(Map.of("callId", callId.toString(), "tool", tool))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"other/exec", "openclaw_exec", "openclaw/exe", "xec", "%"})
    void anotherToolIsNotFound(String tool) {
        store.add(List.of(event(1, "{}")));
        assertThat(find(Map.of("callId", callId.toString(), "tool", tool))).isEmpty();
    }

    private RecordedEvent callOf(long offset, String upstream, String tool) {
        return new RecordedEvent(
                topic,
                0,
                offset,
                "call.requested",
                callId,
                "demo",
                upstream,
                tool,
                null,
                NOW,
                RawJson.of("{}"),
                null,
                "refused: it is not signed");
    }

    @Test
    void eventsWhoseWriterIsNotProvenAreFound() {
        store.add(List.of(event(1, "{}"), callOf(2, "odd", "A.B")));
        // The second time by the way of those that were read before.
        store.add(List.of(event(1, "{}"), callOf(2, "odd", "A.B"), callOf(3, "odd", "A.B")));
        assertThat(find(Map.of("callId", callId.toString(), "verified", "false")))
                .extracting(entry -> entry.recorded().offset())
                .containsExactly(3L, 2L);
        assertThat(find(Map.of("callId", callId.toString(), "verified", "true")))
                .extracting(entry -> entry.recorded().signedBy())
                .containsExactly("ingress");
    }

    /** Names as MCP clients see them, made by the rule of docs/mcp.md. */
    @ParameterizedTest
    @CsvSource({
        "odd__A_B_d3737b34, 1",
        "A_B_d3737b34, 1",
        "odd__odd__ber_33217125, 2",
        "odd__ber_33217125dc53660d, 2",
        "odd__xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_db160ee7, 3",
        "odd__plain, 4"
    })
    void aToolIsFoundByTheNameThatWasChangedForMcpClients(String name, long offset) {
        store.add(List.of(
                callOf(1, "odd", "A.B"),
                callOf(2, "odd", "odd/über"),
                callOf(3, "odd", "x".repeat(80)),
                callOf(4, "odd", "plain")));
        assertThat(find(Map.of("callId", callId.toString(), "tool", name)))
                .extracting(entry -> entry.recorded().offset())
                .containsExactly(offset);
    }

    @ParameterizedTest
    @ValueSource(strings = {"odd__A_C_d3737b34", "evil_d3737b34", "odd__A_B_00000000"})
    void anotherChangedNameIsNotFound(String name) {
        store.add(List.of(callOf(1, "odd", "A.B"), callOf(2, "odd", "odd/über")));
        assertThat(find(Map.of("callId", callId.toString(), "tool", name))).isEmpty();
    }

    @Test
    void everyTextThatJsonAllowsIsKeptAsItIs() {
        String json = "{\"a\" : \"\\u0000\\ud800 é \\\" \\\\N \\\\. \\t 😀\",\n\t\r\"n\":1.0}";
        store.add(List.of(event(1, json)));
        // The second time by the way of those that were read before.
        store.add(List.of(event(1, json), event(2, json)));
        assertThat(find(Map.of("callId", callId.toString())))
                .extracting(AuditStore.Entry::recorded)
                .containsExactly(event(2, json), event(1, json));
    }

    @Test
    void aNameMayHoldWhateverSeparatesColumnsAndRows() {
        String name = "a\tb\nc\rd\\N\\.";
        var odd = new RecordedEvent(
                topic, 0, 1, "call.requested", callId, name, name, name, name, NOW, RawJson.of("{}"), null, name);
        store.add(List.of(odd, event(2, "{}")));
        assertThat(find(Map.of("callId", callId.toString())))
                .extracting(AuditStore.Entry::recorded)
                .containsExactly(event(2, "{}"), odd);
    }

    @Test
    void whatTheDatabaseRefusesLeavesTheConnectionUsable() {
        assertThatThrownBy(() -> store.add(List.of(event(1, "{}"), event(2, "{"))))
                .isInstanceOf(DataAccessException.class);
        store.add(List.of(event(1, "{}")));
        assertThat(find(Map.of("callId", callId.toString()))).hasSize(1);
    }

    @Test
    void aListHoldsTheBeginningOfLongEventsAndTheWholeIsUnderItsId() {
        String json = "{\"call\":{\"arguments\":{\"text\":\"" + "ä".repeat(300_000) + "\"}}}";
        store.add(List.of(event(1, json)));
        // By the way of those that were read before, too; and as it was added before lengths were kept.
        store.add(List.of(event(1, json), event(2, json), event(3, "{\"n\":1}")));
        JDBC.sql("insert into audit.events (topic, topic_partition, topic_offset, event_type, call_id, agent,"
                        + " upstream, tool, occurred_at, event) select topic, 0, 4, event_type, call_id, agent,"
                        + " upstream, tool, occurred_at, event from audit.events where call_id = ? and"
                        + " topic_offset = 2")
                .params(callId)
                .update();
        List<AuditStore.Entry> found = find(Map.of("callId", callId.toString(), "limit", "1000"));
        assertThat(found).extracting(entry -> entry.recorded().offset()).containsExactly(4L, 3L, 2L, 1L);
        assertThat(found.get(1).recorded()).isEqualTo(event(3, "{\"n\":1}"));
        assertThat(found.get(1).shortened()).isNull();
        for (AuditStore.Entry entry : List.of(found.get(0), found.get(2), found.get(3))) {
            assertThat(entry.recorded().event().text()).isEqualTo("null");
            assertThat(entry.shortened())
                    .isEqualTo(new Shortened(
                            json.substring(0, 2_048),
                            json.length(),
                            Digest.sha256Hex(json.getBytes(StandardCharsets.UTF_8))));
            assertThat(store.find(entry.id()).orElseThrow().recorded().event().text())
                    .isEqualTo(json);
        }
        assertThat(store.find(Long.MAX_VALUE)).isEmpty();
    }

    /** The texts are not read at all for a list, so that thousands of 4 MB cost no more than thousands of others. */
    @Test
    void aListDoesNotReadLongEvents() {
        JDBC.sql("insert into audit.events (topic, topic_partition, topic_offset, event_type, call_id,"
                        + " occurred_at, event, event_length, event_start, event_sha256) select ?, 0, n,"
                        + " 'call.requested', ?, now(), '{\"not\":\"read\"}', 4000000, 'start', 'hash' from"
                        + " generate_series(1, 1000) n")
                .params(topic, callId)
                .update();
        assertThat(find(Map.of("callId", callId.toString(), "limit", "1000")))
                .hasSize(1_000)
                .allSatisfy(
                        entry -> assertThat(entry.shortened()).isEqualTo(new Shortened("start", 4_000_000, "hash")));
    }

    @Test
    void aPageEndsBeforeItHoldsTooMuchAndTheNextGoesOn() {
        String json = "{\"text\":\"" + "x".repeat(8_000) + "\"}";
        JDBC.sql("insert into audit.events (topic, topic_partition, topic_offset, event_type, call_id,"
                        + " occurred_at, event) select ?, 0, n, 'call.requested', ?, now(), ?::json from"
                        + " generate_series(1, 600) n")
                .params(topic, callId, json)
                .update();
        var controller = new AuditController(
                store,
                new SearchStore(
                        new Schema("audit"),
                        new JdbcTemplate(TestInfrastructure.database().dataSource())),
                Clock.fixed(NOW, ZoneOffset.UTC));
        Map<String, String> asked = new HashMap<>(Map.of("callId", callId.toString(), "limit", "1000"));
        Set<String> ids = new HashSet<>();
        int pages = 0;
        for (boolean goesOn = true; goesOn; pages++) {
            RawJson page = RawJson.from(controller.events(asked));
            assertThat(page.text().length()).isLessThan(2_500_000);
            JsonNode read = page.as(JsonNode.class);
            read.get("events")
                    .forEach(event ->
                            assertThat(ids.add(event.get("id").asString())).isTrue());
            goesOn = read.hasNonNull("next");
            if (goesOn) {
                asked.put("cursor", read.get("next").asString());
            }
        }
        assertThat(ids).hasSize(600);
        assertThat(pages).isEqualTo(3);
    }

    @Test
    void whatIsOnRecordCanBeNeitherChangedNorDeleted() {
        store.add(List.of(event(1, "{}")));
        for (String sql : List.of(
                "update audit.events set agent = 'other'", "delete from audit.events", "truncate audit.events")) {
            assertThatThrownBy(() -> JDBC.sql(sql).update())
                    .isInstanceOf(DataAccessException.class)
                    .hasMessageContaining("only ever added to");
        }
    }
}
