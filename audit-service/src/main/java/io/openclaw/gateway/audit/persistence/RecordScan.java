package io.openclaw.gateway.audit.persistence;

import io.openclaw.gateway.audit.core.tree.Checkpoint;
import io.openclaw.gateway.audit.core.tree.CompactRange;
import io.openclaw.gateway.audit.core.tree.IncompleteTreeException;
import io.openclaw.gateway.audit.core.tree.Leaf;
import io.openclaw.gateway.audit.core.tree.Leaf.Member;
import io.openclaw.gateway.audit.core.tree.Tiles;
import io.openclaw.gateway.audit.core.tree.TreeHasher;
import io.openclaw.gateway.audit.core.tree.Verification;
import io.openclaw.gateway.audit.core.tree.Verification.Expected;
import io.openclaw.gateway.audit.core.tree.Verification.Finding;
import io.openclaw.gateway.audit.core.tree.Verification.Kind;
import io.openclaw.gateway.audit.core.tree.Verification.Report;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.text.Shortened;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.LongConsumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;
import org.springframework.dao.EmptyResultDataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Reads all of the record and holds it against its tree, in one state of the database, while others write. */
public final class RecordScan {
    private static final int TILES_AT_ONCE = 64;
    private static final int REPORT_EVERY = 50_000;
    /** PostgreSQL counts microseconds from 2000-01-01. */
    private static final long EPOCH_2000_MICROS = 946_684_800_000_000L;
    /** The signature, the flags and the length of the extension ("COPY", section "Binary Format"). */
    private static final int COPY_HEADER = 19;

    private static final String COLUMNS =
            "id, topic, topic_partition, topic_offset, event_type, call_id, agent, upstream, tool, outcome,"
                    + " occurred_at, recorded_at, signed_by, signature_problem, event, event_length, event_start,"
                    + " event_sha256";

    private final Schema schema;
    private final DataSource dataSource;

    public RecordScan(Schema schema, DataSource dataSource) {
        this.schema = schema;
        this.dataSource = dataSource;
    }

    /**
     * Verifies the record.
     *
     * @param start the checkpoint to begin after, whose events are believed; {@code null} to begin at the first event
     * @param checkpoints signed ones, in any order
     * @param progress is told of the number of events that were read, now and then
     * @throws SQLException if the database cannot be read
     */
    public Report verify(@Nullable Checkpoint start, List<Checkpoint> checkpoints, LongConsumer progress)
            throws SQLException {
        try (Connection events = dataSource.getConnection();
                Connection tree = dataSource.getConnection()) {
            inOneState(events, tree);
            var store = new TreeStore(schema, new JdbcTemplate(new SingleConnectionDataSource(tree, true)));
            CompactRange stored = edge(store);
            long from = start == null ? 0 : start.size();
            CompactRange range;
            try {
                range = CompactRange.of(from, store.tiles());
            } catch (IncompleteTreeException e) {
                return only(
                        Kind.CUT,
                        stored.size(),
                        "the checkpoint to begin at has " + from + " events, and the tree does not: " + e.getMessage());
            }
            if (start != null && !Arrays.equals(range.root(), start.root())) {
                return only(
                        Kind.REWRITTEN,
                        0,
                        "the first " + from
                                + " events are not those that were signed: the checkpoint to begin at has another"
                                + " root. Begin before it to see where");
            }
            long afterId = from == 0 ? Long.MIN_VALUE : store.eventOf(from - 1).orElse(Long.MIN_VALUE);
            List<Checkpoint> later = checkpoints.stream()
                    .filter(each -> each.size() > from)
                    .sorted(Comparator.comparingLong(Checkpoint::size))
                    .toList();
            var verification = new Verification(range, new StoredLeaves(schema, tree, from), later);
            scan(events, afterId, verification, progress);
            return verification.finish(stored, store);
        }
    }

    /** A state that is none counts as the empty tree, which does not follow from any leaves either. */
    private static CompactRange edge(TreeStore store) {
        try {
            return store.edge();
        } catch (IllegalArgumentException | EmptyResultDataAccessException e) {
            return new CompactRange();
        }
    }

    private static Report only(Kind kind, long position, String words) {
        return new Report(0, position, 0, 1, List.of(new Finding(kind, position, words)));
    }

    /** Lets both connections see the same state, however much is written meanwhile. */
    private static void inOneState(Connection first, Connection second) throws SQLException {
        for (Connection each : List.of(first, second)) {
            each.setAutoCommit(false);
            each.setReadOnly(true);
            each.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        }
        try (Statement one = first.createStatement();
                Statement other = second.createStatement();
                var snapshot = one.executeQuery("select pg_export_snapshot()")) {
            snapshot.next();
            other.execute("set transaction snapshot '" + snapshot.getString(1) + "'");
        }
    }

    private void scan(Connection connection, long afterId, Verification verification, LongConsumer progress)
            throws SQLException {
        CopyOut copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("copy (select " + COLUMNS + " from " + schema.name() + ".events where id > " + afterId
                        + " order by id) to stdout (format binary)");
        var row = new Row();
        long count = 0;
        // The server sends a row a message, the header before the first.
        int skipped = COPY_HEADER;
        for (byte[] message = copy.readFromCopy(); message != null; message = copy.readFromCopy()) {
            if (row.read(message, skipped)) {
                verification.event(row.id, row.leaf.hash(), row.leaf::bytes, row.derivedProblem());
                if (++count % REPORT_EVERY == 0) {
                    progress.accept(count);
                }
            }
            skipped = 0;
        }
        progress.accept(count);
    }

    /** One row of a binary COPY. */
    private static final class Row {
        private final Leaf leaf = new Leaf();
        private byte[] bytes = new byte[0];
        private ByteBuffer buffer = ByteBuffer.wrap(bytes);
        private long id;
        private int jsonFrom;
        private int jsonLength;
        private int eventLength;
        private @Nullable String eventStart;
        private @Nullable String eventSha256;

        /** Returns whether the message has a row; the last has none. */
        boolean read(byte[] message, int skipped) {
            bytes = message;
            buffer = ByteBuffer.wrap(message).position(skipped);
            if (buffer.getShort() < 0) {
                return false;
            }
            buffer.getInt();
            id = buffer.getLong();
            leaf.begin(id);
            text(Member.TOPIC);
            buffer.getInt();
            leaf.number(Member.PARTITION, buffer.getInt());
            buffer.getInt();
            leaf.number(Member.OFFSET, buffer.getLong());
            text(Member.TYPE);
            if (buffer.getInt() < 0) {
                leaf.uuid(Member.CALL_ID, null);
            } else {
                leaf.uuid(Member.CALL_ID, buffer.getLong(), buffer.getLong());
            }
            text(Member.AGENT);
            text(Member.UPSTREAM);
            text(Member.TOOL);
            text(Member.OUTCOME);
            buffer.getInt();
            leaf.time(Member.OCCURRED_AT, buffer.getLong() + EPOCH_2000_MICROS);
            buffer.getInt();
            leaf.time(Member.RECORDED_AT, buffer.getLong() + EPOCH_2000_MICROS);
            text(Member.SIGNED_BY);
            text(Member.SIGNATURE_PROBLEM);
            jsonLength = buffer.getInt();
            jsonFrom = buffer.position();
            buffer.position(jsonFrom + jsonLength);
            leaf.event(bytes, jsonFrom, jsonLength);
            eventLength = buffer.getInt() < 0 ? -1 : buffer.getInt();
            eventStart = string();
            eventSha256 = string();
            return true;
        }

        private void text(Member member) {
            int length = buffer.getInt();
            leaf.text(member, bytes, buffer.position(), length);
            buffer.position(buffer.position() + Math.max(0, length));
        }

        private @Nullable String string() {
            int length = buffer.getInt();
            if (length < 0) {
                return null;
            }
            int from = buffer.position();
            buffer.position(from + length);
            return new String(bytes, from, length, StandardCharsets.UTF_8);
        }

        /** Events that were recorded before their lengths were kept have none. */
        private @Nullable String derivedProblem() {
            if (eventLength < 0) {
                return eventStart == null && eventSha256 == null
                        ? null
                        : "its event_start or event_sha256 is not its own";
            }
            if (eventLength != characters()) {
                return "its event_length is not that of its event";
            }
            if (eventLength <= AuditStore.MAX_LISTED_LENGTH) {
                return eventStart == null && eventSha256 == null
                        ? null
                        : "its event_start or event_sha256 is not its own";
            }
            Shortened own = Shortened.of(
                    new String(bytes, jsonFrom, jsonLength, StandardCharsets.UTF_8), AuditStore.MAX_LISTED_LENGTH);
            return own != null && own.start().equals(eventStart) && own.sha256().equals(eventSha256)
                    ? null
                    : "its event_start or event_sha256 is not that of its event";
        }

        /** Returns the length of the event in UTF-16. */
        private int characters() {
            int count = 0;
            for (int i = jsonFrom; i < jsonFrom + jsonLength; i++) {
                // A byte that begins a character; one of four bytes is two characters.
                if ((bytes[i] & 0xc0) != 0x80) {
                    count += (bytes[i] & 0xf8) == 0xf0 ? 2 : 1;
                }
            }
            return count;
        }
    }

    /** The leaves of the tree, some tiles at a time. */
    private static final class StoredLeaves implements Iterator<Expected> {
        private final JdbcClient jdbc;
        private final String tiles;
        private final String tail;
        private final Deque<Expected> read = new ArrayDeque<>();
        private long nextTile;
        private long next;
        private boolean isTailRead;

        StoredLeaves(Schema schema, Connection connection, long from) {
            this.jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
            this.tiles = schema.name() + ".tiles";
            this.tail = schema.name() + ".tile_tail";
            this.next = from;
            this.nextTile = from / Tiles.WIDTH;
        }

        @Override
        public boolean hasNext() {
            while (read.isEmpty() && !isTailRead) {
                readMore();
            }
            return !read.isEmpty();
        }

        @Override
        public Expected next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return read.removeFirst();
        }

        private void readMore() {
            long found = jdbc
                    .sql("select tile * " + Tiles.WIDTH + " as first, hashes, ids from " + tiles
                            + " where level = 0 and tile >= ? order by tile limit " + TILES_AT_ONCE)
                    .param(nextTile)
                    .query((row, n) -> {
                        add(row.getLong("first"), row.getBytes("hashes"), row.getBytes("ids"));
                        return row.getLong("first") / Tiles.WIDTH;
                    })
                    .list()
                    .stream()
                    .mapToLong(Long::longValue)
                    .max()
                    .orElse(-1);
            if (found >= 0) {
                nextTile = found + 1;
                return;
            }
            isTailRead = true;
            jdbc.sql("select first_leaf, hashes, ids from " + tail + " order by first_leaf")
                    .query(row -> {
                        add(row.getLong("first_leaf"), row.getBytes("hashes"), row.getBytes("ids"));
                    });
        }

        private void add(long first, byte[] hashes, byte[] ids) {
            ByteBuffer itsIds = ByteBuffer.wrap(ids);
            for (int i = 0; itsIds.remaining() >= Long.BYTES && (i + 1) * TreeHasher.BYTES <= hashes.length; i++) {
                long id = itsIds.getLong();
                if (first + i >= next) {
                    read.add(new Expected(
                            next, id, Arrays.copyOfRange(hashes, i * TreeHasher.BYTES, (i + 1) * TreeHasher.BYTES)));
                    next++;
                }
            }
        }
    }
}
