package io.openclaw.gateway.audit.persistence;

import io.openclaw.gateway.audit.core.AuditQuery;
import io.openclaw.gateway.audit.core.AuditQuery.ChangedName;
import io.openclaw.gateway.audit.core.RecordedEvent;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.text.Shortened;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The record in PostgreSQL. */
public final class AuditStore {
    private static final String NAMED = ":tool in (tool, upstream || '/' || tool, upstream || '__' || tool)";
    /** A changed name cannot be reversed: what it was made of is hashed again. */
    private static final String NAMED_OTHERWISE = "("
            + "starts_with(encode(sha256(convert_to(upstream || '/' || tool, 'UTF8')), 'hex'), :toolHash)"
            + " and (starts_with(regexp_replace(upstream || '__' || tool, '[^A-Za-z0-9_-]', '_', 'g'), :toolStart)"
            + " or starts_with(regexp_replace(tool, '[^A-Za-z0-9_-]', '_', 'g'), :toolStart)))";

    private static final String COLUMNS = "(topic, topic_partition, topic_offset, event_type, call_id, agent, upstream,"
            + " tool, outcome, occurred_at, event, event_length, event_start, event_sha256,"
            + " signed_by, signature_problem)";

    /** Characters of an event that a list shows whole; ordinary ones have a few thousand. */
    private static final int MAX_LISTED_LENGTH = 8_192;

    private final JdbcTemplate template;
    private final JdbcClient jdbc;
    private final String events;

    public AuditStore(Schema schema, JdbcTemplate template) {
        this.template = template;
        this.jdbc = JdbcClient.create(template);
        this.events = schema.name() + ".events";
    }

    /**
     * An event, and its place in the record: later ones have greater ids.
     *
     * @param shortened the beginning of the event, if it is too long for a list; then {@code recorded} has {@code null} for it
     */
    public record Entry(
            long id, RecordedEvent recorded, @Nullable Shortened shortened) {}

    /** Adds events; those that are there already stay as they are. */
    public void add(List<RecordedEvent> batch) {
        if (batch.isEmpty()) {
            return;
        }
        try {
            copy(batch);
        } catch (DuplicateKeyException e) {
            // Some of them were read before, by one that died before it said so.
            insertMissing(batch);
        }
    }

    /** Adds events, all or none: it costs the database about half of what an insert costs that looks for what is there. */
    private void copy(List<RecordedEvent> batch) {
        var rows = new CopyText();
        for (RecordedEvent event : batch) {
            String text = event.event().text();
            Shortened shortened = Shortened.of(text, MAX_LISTED_LENGTH);
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
                    .add(text)
                    .add(text.length())
                    .add(shortened == null ? null : shortened.start())
                    .add(shortened == null ? null : shortened.sha256())
                    .add(event.signedBy())
                    .add(event.signatureProblem())
                    .endRow();
        }
        template.execute((ConnectionCallback<Long>) connection -> {
            CopyManager copying = connection.unwrap(PGConnection.class).getCopyAPI();
            CopyIn copy = copying.copyIn("copy " + events + " " + COLUMNS + " from stdin");
            try {
                byte[] bytes = rows.utf8();
                copy.writeToCopy(bytes, 0, bytes.length);
                return copy.endCopy();
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        });
    }

    private void insertMissing(List<RecordedEvent> batch) {
        jdbc.sql("insert into " + events + " " + COLUMNS + " select * from unnest(?::text[], ?::int[], ?::bigint[],"
                        + " ?::text[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::timestamptz[], ?::json[],"
                        + " ?::int[], ?::text[], ?::text[], ?::text[], ?::text[])"
                        + " on conflict do nothing")
                .param(array(batch, RecordedEvent::topic))
                .param(array(batch, event -> Integer.toString(event.partition())))
                .param(array(batch, event -> Long.toString(event.offset())))
                .param(array(batch, RecordedEvent::type))
                .param(array(batch, event -> Objects.toString(event.callId(), null)))
                .param(array(batch, RecordedEvent::agent))
                .param(array(batch, RecordedEvent::upstream))
                .param(array(batch, RecordedEvent::tool))
                .param(array(batch, RecordedEvent::outcome))
                .param(array(batch, event -> event.occurredAt().toString()))
                .param(array(batch, event -> event.event().text()))
                .param(array(
                        batch, event -> Integer.toString(event.event().text().length())))
                .param(array(
                        batch, event -> shortened(event).map(Shortened::start).orElse(null)))
                .param(array(
                        batch, event -> shortened(event).map(Shortened::sha256).orElse(null)))
                .param(array(batch, RecordedEvent::signedBy))
                .param(array(batch, RecordedEvent::signatureProblem))
                .update();
    }

    /** Returns an event, whole. */
    public Optional<Entry> find(long id) {
        return jdbc.sql("select *, event::text as whole from " + events + " where id = ?")
                .param(id)
                .query((row, n) -> entry(row, null))
                .optional();
    }

    /** Returns events, in the order that is asked for. Of long ones only the beginning leaves the database. */
    public List<Entry> find(AuditQuery query) {
        // Events that were added before their lengths were kept have none.
        String length = "coalesce(event_length, length(event::text))";
        var sql = new StringBuilder(
                "select id, topic, topic_partition, topic_offset, event_type, call_id, agent, upstream,"
                        + " tool, outcome, occurred_at, signed_by, signature_problem, case when " + length
                        + " <= :longest then event::text end as whole,"
                        + " case when " + length
                        + " > :longest then coalesce(event_start, left(event::text, :start)) end as start,"
                        + " case when " + length + " > :longest then coalesce(event_sha256,"
                        + " encode(sha256(convert_to(event::text, 'UTF8')), 'hex')) end as sha256, " + length
                        + " as characters"
                        + " from " + events + " where true");
        append(sql, " and outcome = :outcome", query.outcome());
        append(sql, " and agent = :agent", query.agent());
        ChangedName changed = query.changedName().orElse(null);
        append(sql, " and (" + NAMED + (changed == null ? ")" : " or " + NAMED_OTHERWISE + ")"), query.tool());
        append(sql, " and call_id = :callId", query.callId());
        append(sql, " and occurred_at >= :since", query.since());
        append(
                sql,
                Boolean.TRUE.equals(query.verified())
                        ? " and signed_by is not null"
                        : " and signature_problem is not null",
                query.verified());
        append(sql, " and event_type = any(:types)", query.types().isEmpty() ? null : query.types());
        append(sql, query.oldestFirst() ? " and id > :cursor" : " and id < :cursor", query.cursor());
        sql.append(query.oldestFirst() ? " order by id limit :limit" : " order by id desc limit :limit");
        return jdbc.sql(sql.toString())
                .param("outcome", query.outcome())
                .param("agent", query.agent())
                .param("tool", query.tool())
                .param("toolStart", changed == null ? null : changed.start())
                .param("toolHash", changed == null ? null : changed.hash())
                .param("callId", query.callId())
                .param("since", query.since() == null ? null : Timestamp.from(query.since()))
                .param("types", query.types().toArray(String[]::new))
                .param("cursor", query.cursor())
                .param("limit", query.limit())
                .param("longest", MAX_LISTED_LENGTH)
                .param("start", Shortened.START_LENGTH)
                .query((row, n) -> entry(row, shortened(row)))
                .list();
    }

    private static void append(StringBuilder sql, String condition, @Nullable Object value) {
        if (value != null) {
            sql.append(condition);
        }
    }

    private static @Nullable String[] array(
            List<RecordedEvent> batch, Function<RecordedEvent, @Nullable String> field) {
        @Nullable String[] values = new @Nullable String[batch.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = field.apply(batch.get(i));
        }
        return values;
    }

    private static Optional<Shortened> shortened(RecordedEvent event) {
        return Optional.ofNullable(Shortened.of(event.event().text(), MAX_LISTED_LENGTH));
    }

    private static @Nullable Shortened shortened(ResultSet row) throws SQLException {
        String start = row.getString("start");
        return start == null ? null : new Shortened(start, row.getLong("characters"), row.getString("sha256"));
    }

    private static Entry entry(ResultSet row, @Nullable Shortened shortened) throws SQLException {
        return new Entry(
                row.getLong("id"),
                new RecordedEvent(
                        row.getString("topic"),
                        row.getInt("topic_partition"),
                        row.getLong("topic_offset"),
                        row.getString("event_type"),
                        row.getObject("call_id", UUID.class),
                        row.getString("agent"),
                        row.getString("upstream"),
                        row.getString("tool"),
                        row.getString("outcome"),
                        row.getTimestamp("occurred_at").toInstant(),
                        RawJson.of(shortened == null ? row.getString("whole") : "null"),
                        row.getString("signed_by"),
                        row.getString("signature_problem")),
                shortened);
    }
}
