package io.openclaw.gateway.audit.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.audit.core.RecordedEvent;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Prints what the record costs: with {@code -Dopenclaw.figures.calls=100000} for figures that mean something, few by default. It
 * asserts counts, and no times.
 */
class RecordFigures {
    private static final int CALLS = Integer.getInteger("openclaw.figures.calls", 400);
    private static final int EVENTS_OF_A_CALL = 5;
    private static final List<String> TYPES =
            List.of("call.requested", "call.authorized", "call.cleared", "call.completed", "approval.changed");

    private final Random random = new Random(1);
    private long offset;

    /** A call with 1 kB of arguments, which three of its events repeat. */
    private List<RecordedEvent> call() {
        UUID id = new UUID(random.nextLong(), random.nextLong());
        var words = new StringBuilder();
        while (words.length() < 1_000) {
            words.append("word").append(random.nextInt(20_000)).append(' ');
        }
        String head = "{\"call\":{\"callId\":\"" + id + "\",\"agent\":\"agent-" + random.nextInt(50)
                + "\",\"upstream\":\"openclaw\",\"tool\":\"exec\",\"origin\":\"MCP\",\"mode\":\"EXECUTE\",\"requestedAt\":\"2026-11-27T10:00:00Z\","
                + "\"deadline\":\"2026-11-27T10:05:00Z\",\"identity\":{\"roles\":[],\"onBehalfOf\":\"person-"
                + random.nextInt(200)
                + "\",\"proven\":false},\"digest\":\"" + hex(64) + "\",\"seal\":\"" + hex(300) + "\"";
        String verdicts =
                "},\"verdicts\":[{\"stage\":\"POLICY\",\"outcome\":\"ALLOW\",\"reasons\":[{\"ruleId\":\"role/demo\",\"text\":\"may"
                        + " use openclaw/*\",\"severity\":\"INFO\"}],\"decidedBy\":\"policy-1\",\"decidedAt\":\"2026-11-27T10:00:00Z\",\"policyVersion\":\"abc\",\"signature\":\""
                        + hex(200) + "\"}]}";
        List<RecordedEvent> events = new ArrayList<>();
        for (String type : TYPES) {
            boolean hasArguments = events.size() < 3;
            String json = head
                    + (hasArguments ? ",\"arguments\":{\"command\":\"" + words + "\"}" : "")
                    + (events.isEmpty() ? "}}" : verdicts);
            events.add(new RecordedEvent(
                    "openclaw." + type,
                    (int) (offset % 4),
                    offset++,
                    type,
                    id,
                    "agent-" + offset % 50,
                    "openclaw",
                    "exec",
                    type.equals("call.completed") ? "SUCCEEDED" : null,
                    RecordDatabase.NOW.plusMillis(offset),
                    RawJson.of(json),
                    "ingress",
                    null));
        }
        return events;
    }

    private String hex(int length) {
        var text = new StringBuilder();
        while (text.length() < length) {
            text.append(Integer.toHexString(random.nextInt(16)));
        }
        return text.toString();
    }

    private interface Writer {
        void write(List<RecordedEvent> batch);
    }

    private static long lsn(JdbcTemplate jdbc) {
        return Objects.requireNonNull(jdbc.queryForObject("select pg_current_wal_lsn() - '0/0'::pg_lsn", Long.class));
    }

    private static long size(JdbcTemplate jdbc, String relations) {
        return Objects.requireNonNull(jdbc.queryForObject(
                "select sum(pg_total_relation_size(oid)) from pg_class where oid::regclass::text in (" + relations
                        + ")",
                Long.class));
    }

    private void measure(String what, JdbcTemplate jdbc, String relations, int calls, int batch, Writer writer) {
        random.setSeed(7);
        List<RecordedEvent> waiting = new ArrayList<>();
        jdbc.execute("checkpoint");
        long sizeBefore = size(jdbc, relations);
        long walBefore = lsn(jdbc);
        long nanos = 0;
        int events = 0;
        for (int i = 0; i < calls; i++) {
            waiting.addAll(call());
            while (waiting.size() >= batch) {
                List<RecordedEvent> next = new ArrayList<>(waiting.subList(0, batch));
                waiting = new ArrayList<>(waiting.subList(batch, waiting.size()));
                long began = System.nanoTime();
                writer.write(next);
                nanos += System.nanoTime() - began;
                events += next.size();
            }
        }
        System.out.printf(
                "FIGURES %-34s batches of %4d: %8.0f events/s, %6.0f bytes a call in tables and indexes, %6.0f in the"
                        + " log%n",
                what,
                batch,
                events / (nanos / 1e9),
                (double) (size(jdbc, relations) - sizeBefore) / events * EVENTS_OF_A_CALL,
                (double) (lsn(jdbc) - walBefore) / events * EVENTS_OF_A_CALL);
    }

    /** As events were written before there was a tree: one COPY a batch. */
    private static void copyAlone(JdbcTemplate jdbc, List<RecordedEvent> batch) {
        var rows = new CopyText();
        for (RecordedEvent event : batch) {
            rows.add(event.topic())
                    .add(event.partition())
                    .add(event.offset())
                    .add(event.type())
                    .add(event.callId())
                    .add(event.agent())
                    .add(event.upstream())
                    .add(event.tool())
                    .add(event.outcome())
                    .add(event.occurredAt())
                    .add(event.event().text())
                    .add(event.event().text().length())
                    .add(null)
                    .add(null)
                    .add(event.signedBy())
                    .add(event.signatureProblem())
                    .endRow();
        }
        jdbc.execute((ConnectionCallback<Long>) connection -> {
            try (var in = new java.io.ByteArrayInputStream(rows.utf8())) {
                return connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn(
                                "copy audit.events (topic, topic_partition, topic_offset, event_type, call_id, agent,"
                                        + " upstream, tool, outcome, occurred_at, event, event_length, event_start,"
                                        + " event_sha256, signed_by, signature_problem) from stdin",
                                in);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    @Test
    void printsWhatTheRecordCosts() throws SQLException {
        String events = "'audit.events'";
        String withTree = "'audit.events', 'audit.tree', 'audit.tiles', 'audit.tile_tail'";
        RecordDatabase before = RecordDatabase.create();
        RecordDatabase after = RecordDatabase.create();
        for (RecordDatabase each : List.of(before, after)) {
            // What vacuum writes into the log is not counted: it would be that of whatever was written before.
            for (String table : List.of("events", "tree", "tiles", "tile_tail", "search", "stats")) {
                each.jdbc().execute("alter table audit." + table + " set (autovacuum_enabled = off)");
            }
        }
        measure(
                "before (rows alone)",
                before.jdbc(),
                events,
                CALLS,
                2_000 > CALLS * 5 ? 100 : 1_000,
                batch -> copyAlone(before.jdbc(), batch));
        measure(
                "with the tree",
                after.jdbc(),
                withTree,
                CALLS,
                2_000 > CALLS * 5 ? 100 : 1_000,
                batch -> after.store().add(batch));
        measure(
                "before (rows alone)",
                before.jdbc(),
                events,
                Math.min(CALLS, 200),
                1,
                batch -> copyAlone(before.jdbc(), batch));
        measure(
                "with the tree",
                after.jdbc(),
                withTree,
                Math.min(CALLS, 200),
                1,
                batch -> after.store().add(batch));

        long count =
                Objects.requireNonNull(after.jdbc().queryForObject("select count(*) from audit.events", Long.class));
        for (int i = 0; i < 2; i++) {
            long began = System.nanoTime();
            var report = after.verify(after.checkpoint());
            System.out.printf(
                    "FIGURES verify: %.0f events/s (%d events, %d MB of events)%n",
                    report.events() / ((System.nanoTime() - began) / 1e9),
                    report.events(),
                    Objects.requireNonNull(after.jdbc()
                                    .queryForObject("select sum(event_length) from audit.events", Long.class))
                            / 1_000_000);
            assertThat(report.isGood()).isTrue();
            assertThat(report.events()).isEqualTo(count);
        }

        var search = new SearchStore(new Schema("audit"), after.jdbc());
        long walBefore = lsn(after.jdbc());
        long began = System.nanoTime();
        long indexed = 0;
        for (int some = search.indexSome(); some > 0; some = search.indexSome()) {
            indexed += some;
        }
        System.out.printf(
                "FIGURES search: %.0f events/s made findable, %.0f bytes a call in tables and indexes, %.0f in the"
                        + " log%n",
                indexed / ((System.nanoTime() - began) / 1e9),
                (double) size(after.jdbc(), "'audit.search', 'audit.stats'") / indexed * EVENTS_OF_A_CALL,
                (double) (lsn(after.jdbc()) - walBefore) / indexed * EVENTS_OF_A_CALL);
        assertThat(indexed).isEqualTo(count);
        for (var asked : List.of(
                java.util.Map.of("words", "word77 word78"),
                java.util.Map.of("words", "word77"),
                java.util.Map.of("rule", "role/demo"),
                java.util.Map.of("onBehalfOf", "person-7", "limit", "100"),
                java.util.Map.of("agent", "agent-7"),
                java.util.Map.of("severity", "CRITICAL"))) {
            long start = System.nanoTime();
            int found = after.store()
                    .find(io.openclaw.gateway.audit.core.AuditQuery.of(asked, RecordDatabase.NOW))
                    .size();
            System.out.printf(
                    "FIGURES first page of %s: %d events in %.1f ms%n",
                    asked, found, (System.nanoTime() - start) / 1e6);
        }
    }
}
