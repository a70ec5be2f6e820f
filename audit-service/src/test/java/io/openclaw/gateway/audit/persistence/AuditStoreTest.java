package io.openclaw.gateway.audit.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.audit.core.AuditQuery;
import io.openclaw.gateway.audit.core.RecordedEvent;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

class AuditStoreTest {
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
                RawJson.of(json));
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
        var odd =
                new RecordedEvent(topic, 0, 1, "call.requested", callId, name, name, name, name, NOW, RawJson.of("{}"));
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
