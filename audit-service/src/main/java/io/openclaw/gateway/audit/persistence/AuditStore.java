package io.openclaw.gateway.audit.persistence;

import io.openclaw.gateway.audit.core.AuditQuery;
import io.openclaw.gateway.audit.core.AuditQuery.ChangedName;
import io.openclaw.gateway.audit.core.RecordedEvent;
import io.openclaw.gateway.audit.core.SearchKeys;
import io.openclaw.gateway.audit.core.tree.Leaf;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.text.Shortened;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The record in PostgreSQL. */
public final class AuditStore {
    private static final Logger log = LoggerFactory.getLogger(AuditStore.class);
    private static final String NAMED = ":tool in (tool, upstream || '/' || tool, upstream || '__' || tool)";
    /** A changed name cannot be reversed: what it was made of is hashed again. */
    private static final String NAMED_OTHERWISE = "("
            + "starts_with(encode(sha256(convert_to(upstream || '/' || tool, 'UTF8')), 'hex'), :toolHash)"
            + " and (starts_with(regexp_replace(upstream || '__' || tool, '[^A-Za-z0-9_-]', '_', 'g'), :toolStart)"
            + " or starts_with(regexp_replace(tool, '[^A-Za-z0-9_-]', '_', 'g'), :toolStart)))";

    private static final String COLUMNS =
            "(id, topic, topic_partition, topic_offset, event_type, call_id, agent, upstream,"
                    + " tool, outcome, occurred_at, recorded_at, event, event_length, event_start, event_sha256,"
                    + " signed_by, signature_problem)";

    private static final int ADOPTED_AT_ONCE = 2_000;

    /** Characters of an event that a list shows whole; ordinary ones have a few thousand. */
    static final int MAX_LISTED_LENGTH = 8_192;

    private final JdbcTemplate writer;
    private final TransactionTemplate transaction;
    private final JdbcClient jdbc;
    private final TreeStore tree;
    private final String events;
    private final String search;

    public AuditStore(Schema schema, JdbcTemplate template) {
        this(schema, template, template);
    }

    /**
     * @param template reads
     * @param writer adds; it may be a role that can do nothing else
     */
    public AuditStore(Schema schema, JdbcTemplate template, JdbcTemplate writer) {
        this.writer = writer;
        this.transaction = new TransactionTemplate(
                new JdbcTransactionManager(Objects.requireNonNull(writer.getDataSource(), "a data source")));
        this.tree = new TreeStore(schema, writer);
        this.jdbc = JdbcClient.create(template);
        this.events = schema.name() + ".events";
        this.search = schema.name() + ".search";
    }

    /**
     * An event, and its place in the record: later ones have greater ids.
     *
     * @param shortened the beginning of the event, if it is too long for a list; then {@code recorded} has {@code null} for it
     */
    public record Entry(
            long id, RecordedEvent recorded, @Nullable Shortened shortened) {}

    /**
     * Adds events and their leaves; those that are there already stay as they are. Both are there, or neither is, whenever the
     * process ends.
     */
    public void add(List<RecordedEvent> batch) {
        if (batch.isEmpty()) {
            return;
        }
        try {
            transaction.executeWithoutResult(status -> append(batch));
        } catch (DuplicateKeyException e) {
            // Some of them were read before, by one that died before it said so.
            transaction.executeWithoutResult(status -> append(missing(batch)));
        }
    }

    private void append(List<RecordedEvent> batch) {
        TreeStore.Locked locked = tree.lock();
        if (locked.lastId() < locked.adoptUntil()) {
            throw new IllegalStateException(
                    "the events of before there was a tree have to be its first leaves, and are not yet");
        }
        long[] ids = tree.newIds(batch.size());
        byte[][] hashes = new byte[ids.length][];
        var leaf = new Leaf();
        for (int i = 0; i < ids.length; i++) {
            hashes[i] = Leaves.of(leaf, ids[i], batch.get(i), locked.now()).hash();
        }
        copy(batch, ids, locked.now());
        tree.append(locked, ids, hashes);
    }

    /** Returns those that are not there yet, each once. */
    private List<RecordedEvent> missing(List<RecordedEvent> batch) {
        // Nobody else adds one meanwhile.
        tree.lock();
        Set<Place> there = new HashSet<>(JdbcClient.create(writer)
                .sql("select topic, topic_partition, topic_offset, occurred_at from " + events
                        + " join unnest(?::text[], ?::int[], ?::bigint[], ?::timestamptz[]) as p (t, n, o, a)"
                        + " on topic = t and topic_partition = n and topic_offset = o and occurred_at = a")
                .param(array(batch, RecordedEvent::topic))
                .param(array(batch, event -> Integer.toString(event.partition())))
                .param(array(batch, event -> Long.toString(event.offset())))
                .param(array(batch, event -> text(event.occurredAt())))
                .query((row, n) -> new Place(
                        row.getString("topic"),
                        row.getInt("topic_partition"),
                        row.getLong("topic_offset"),
                        Leaves.micros(row.getTimestamp("occurred_at").toInstant())))
                .list());
        return batch.stream().filter(event -> there.add(Place.of(event))).toList();
    }

    private record Place(String topic, int partition, long offset, long micros) {
        static Place of(RecordedEvent event) {
            return new Place(event.topic(), event.partition(), event.offset(), Leaves.micros(event.occurredAt()));
        }
    }

    /** Makes leaves of the events of before there was a tree; it takes as long as reading them. */
    public void adopt() {
        while (Boolean.TRUE.equals(transaction.execute(status -> adoptSome()))) {
            log.info(
                    "the tree now has {} events of before there was one",
                    tree.edge().size());
        }
    }

    private boolean adoptSome() {
        TreeStore.Locked locked = tree.lock();
        if (locked.lastId() >= locked.adoptUntil()) {
            return false;
        }
        List<Long> ids = new ArrayList<>();
        List<byte[]> hashes = new ArrayList<>();
        var leaf = new Leaf();
        JdbcClient.create(writer)
                .sql("select " + Leaves.COLUMNS + " from " + events + " where id > ? and id <= ? order by id limit "
                        + ADOPTED_AT_ONCE)
                .param(locked.lastId())
                .param(locked.adoptUntil())
                .withFetchSize(50)
                .query(row -> {
                    ids.add(row.getLong("id"));
                    hashes.add(Leaves.of(leaf, row).hash());
                });
        if (ids.isEmpty()) {
            // The last of them are gone.
            tree.adoptNoMore();
        }
        tree.append(locked, ids.stream().mapToLong(Long::longValue).toArray(), hashes.toArray(new byte[0][]));
        return true;
    }

    /** Adds events, all or none: it costs the database about half of what an insert costs that looks for what is there. */
    private void copy(List<RecordedEvent> batch, long[] ids, Instant recordedAt) {
        var rows = new CopyText();
        for (int i = 0; i < ids.length; i++) {
            RecordedEvent event = batch.get(i);
            String text = event.event().text();
            Shortened shortened = Shortened.of(text, MAX_LISTED_LENGTH);
            rows.add(ids[i])
                    .add(event.topic())
                    .add(event.partition())
                    .add(event.offset())
                    .add(event.type())
                    .add(event.callId())
                    .add(event.agent())
                    .add(event.upstream())
                    .add(event.tool())
                    .add(event.outcome())
                    .add(text(event.occurredAt()))
                    .add(text(recordedAt))
                    .add(text)
                    .add(text.length())
                    .add(shortened == null ? null : shortened.start())
                    .add(shortened == null ? null : shortened.sha256())
                    .add(event.signedBy())
                    .add(event.signatureProblem())
                    .endRow();
        }
        writer.execute((ConnectionCallback<Long>) connection -> {
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

    /** Cut off to microseconds, as its leaf has it; PostgreSQL would round. */
    private static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.MICROS).toString();
    }

    /** Returns the bytes that an event's leaf covers, as the event stands in the table; absent if there is no such event. */
    public Optional<byte[]> leaf(long id) {
        return jdbc.sql("select " + Leaves.COLUMNS + " from " + events + " where id = ?")
                .param(id)
                .query((row, n) -> Leaves.of(new Leaf(), row).bytes())
                .optional();
    }

    /** Returns the ids of the events of a call, in their order. */
    public List<Long> idsOfCall(UUID callId, int limit) {
        return jdbc.sql("select id from " + events + " where call_id = ? order by id limit ?")
                .param(callId)
                .param(limit)
                .query((row, n) -> row.getLong("id"))
                .list();
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
        append(sql, " and occurred_at < :until", query.until());
        append(
                sql,
                " and id in (select id from " + search + " where keys @> cast(:keys as bigint[]))",
                query.keys().isEmpty() ? null : query.keys());
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
                .param("until", query.until() == null ? null : Timestamp.from(query.until()))
                .param("keys", SearchStore.array(SearchKeys.hashes(query.keys())))
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
