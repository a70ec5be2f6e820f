package io.openclaw.gateway.audit.persistence;

import io.openclaw.gateway.audit.core.tree.Checkpoints;
import io.openclaw.gateway.audit.core.tree.CompactRange;
import io.openclaw.gateway.audit.core.tree.Tiles;
import io.openclaw.gateway.audit.core.tree.TreeHasher;
import io.openclaw.gateway.common.persistence.Schema;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The tree over the record in PostgreSQL. What a proof needs is found by the keys of its tiles. */
public final class TreeStore implements Tiles.Source, Checkpoints.Tree {
    private final JdbcTemplate template;
    private final JdbcClient jdbc;
    private final String tree;
    private final String tiles;
    private final String tail;
    private final String ids;

    public TreeStore(Schema schema, JdbcTemplate template) {
        this.template = template;
        this.jdbc = JdbcClient.create(template);
        this.tree = schema.name() + ".tree";
        this.tiles = schema.name() + ".tiles";
        this.tail = schema.name() + ".tile_tail";
        this.ids = "pg_get_serial_sequence('" + schema.name() + ".events', 'id')";
    }

    /**
     * The tree while nobody else may append to it.
     *
     * @param lastId the event of the last leaf
     * @param adoptUntil the last event of before there was a tree
     * @param now the time of the transaction
     */
    record Locked(CompactRange range, long lastId, long adoptUntil, Instant now) {}

    /** Keeps others from appending until the transaction ends. */
    Locked lock() {
        return jdbc.sql("select size, last_id, edge, adopt_until, now() as now from " + tree + " for update")
                .query((row, n) -> new Locked(
                        CompactRange.of(row.getLong("size"), row.getBytes("edge")),
                        row.getLong("last_id"),
                        row.getLong("adopt_until"),
                        row.getTimestamp("now").toInstant()))
                .single();
    }

    /** Goes on without events of before there was a tree, as those that are left are gone. */
    void adoptNoMore() {
        jdbc.sql("update " + tree + " set adopt_until = last_id").update();
    }

    /** Returns ids for new events, each greater than all before. */
    long[] newIds(int count) {
        return jdbc
                .sql("select nextval(" + ids + ") from generate_series(1, ?)")
                .param(count)
                .query(Long.class)
                .list()
                .stream()
                .mapToLong(Long::longValue)
                .toArray();
    }

    /** Appends the leaves of events that are in the table. */
    void append(Locked locked, long[] eventIds, byte[][] leafHashes) {
        if (eventIds.length == 0) {
            return;
        }
        CompactRange range = locked.range();
        long first = range.size();
        SortedMap<Integer, Growth> above = new TreeMap<>();
        for (byte[] hash : leafHashes) {
            range.append(hash, (height, index, node) -> {
                if (height > 0 && height % Tiles.HEIGHT == 0) {
                    above.computeIfAbsent(height / Tiles.HEIGHT, level -> new Growth(index))
                            .add(node);
                }
            });
        }
        appendLeaves(first, eventIds, leafHashes);
        above.forEach(this::appendNodes);
        jdbc.sql("update " + tree + " set size = ?, last_id = ?, edge = ?")
                .param(range.size())
                .param(eventIds[eventIds.length - 1])
                .param(range.edge())
                .update();
    }

    /** New hashes of one level, side by side. */
    private static final class Growth {
        private final long first;
        private final ByteArrayOutputStream hashes = new ByteArrayOutputStream();

        Growth(long first) {
            this.first = first;
        }

        void add(byte[] hash) {
            hashes.writeBytes(hash);
        }
    }

    private void appendLeaves(long first, long[] eventIds, byte[][] leafHashes) {
        var hashes = new ByteArrayOutputStream();
        var itsIds = new ByteArrayOutputStream();
        int inTail = (int) (first % Tiles.WIDTH);
        long begin = first;
        if (inTail > 0 && inTail + leafHashes.length >= Tiles.WIDTH) {
            begin -= inTail;
            jdbc.sql("with gone as (delete from " + tail + " returning first_leaf, hashes, ids)"
                            + " select hashes, ids from gone order by first_leaf")
                    .query(row -> {
                        hashes.writeBytes(row.getBytes("hashes"));
                        itsIds.writeBytes(row.getBytes("ids"));
                    });
        }
        for (int i = 0; i < leafHashes.length; i++) {
            hashes.writeBytes(leafHashes[i]);
            itsIds.writeBytes(
                    ByteBuffer.allocate(Long.BYTES).putLong(eventIds[i]).array());
        }
        ByteBuffer allHashes = ByteBuffer.wrap(hashes.toByteArray());
        ByteBuffer allIds = ByteBuffer.wrap(itsIds.toByteArray());
        List<Object[]> full = new ArrayList<>();
        while (begin % Tiles.WIDTH == 0 && allIds.remaining() >= Tiles.WIDTH * Long.BYTES) {
            byte[] tileIds = take(allIds, Tiles.WIDTH * Long.BYTES);
            full.add(new Object[] {
                begin / Tiles.WIDTH,
                take(allHashes, Tiles.WIDTH * TreeHasher.BYTES),
                ByteBuffer.wrap(tileIds).getLong(),
                tileIds
            });
            begin += Tiles.WIDTH;
        }
        if (!full.isEmpty()) {
            template.batchUpdate(
                    "insert into " + tiles + " (level, tile, hashes, first_id, ids) values (0, ?, ?, ?, ?)", full);
        }
        if (allIds.hasRemaining()) {
            jdbc.sql("insert into " + tail + " (first_leaf, hashes, ids) values (?, ?, ?)")
                    .param(begin)
                    .param(take(allHashes, allHashes.remaining()))
                    .param(take(allIds, allIds.remaining()))
                    .update();
        }
    }

    private void appendNodes(int level, Growth growth) {
        ByteBuffer hashes = ByteBuffer.wrap(growth.hashes.toByteArray());
        long next = growth.first;
        while (hashes.hasRemaining()) {
            int room = (int) (Tiles.WIDTH - next % Tiles.WIDTH) * TreeHasher.BYTES;
            byte[] part = take(hashes, Math.min(room, hashes.remaining()));
            jdbc.sql("insert into " + tiles + " as t (level, tile, hashes) values (?, ?, ?)"
                            + " on conflict (level, tile) do update set hashes = t.hashes || excluded.hashes")
                    .param(level)
                    .param(next / Tiles.WIDTH)
                    .param(part)
                    .update();
            next += part.length / TreeHasher.BYTES;
        }
    }

    private static byte[] take(ByteBuffer from, int length) {
        byte[] bytes = new byte[length];
        from.get(bytes);
        return bytes;
    }

    @Override
    public CompactRange edge() {
        return jdbc.sql("select size, edge from " + tree)
                .query((row, n) -> CompactRange.of(row.getLong("size"), row.getBytes("edge")))
                .single();
    }

    @Override
    public Tiles tiles() {
        return new Tiles(this);
    }

    @Override
    public byte[] tile(int level, long index) {
        // One statement, so that a tile which becomes full meanwhile is seen in one of the two places.
        return jdbc.sql("select coalesce((select hashes from " + tiles + " where level = :level and tile = :tile),"
                        + " case when :level = 0 then (select string_agg(hashes, ''::bytea order by first_leaf) from "
                        + tail
                        + " where first_leaf >= :first and first_leaf < :end) end, ''::bytea)")
                .param("level", level)
                .param("tile", index)
                .param("first", index * Tiles.WIDTH)
                .param("end", (index + 1) * Tiles.WIDTH)
                .query(byte[].class)
                .single();
    }

    /** Returns the leaf of an event, from 0; empty if it has none. */
    public Optional<Long> leafOf(long eventId) {
        return jdbc
                .sql("(select tile * " + Tiles.WIDTH + " as first, ids from " + tiles
                        + " where level = 0 and first_id <= :id order by first_id desc limit 1)"
                        + " union all (select first_leaf, ids from " + tail + " order by first_leaf)")
                .param("id", eventId)
                .query((row, n) -> leaf(row.getLong("first"), ByteBuffer.wrap(row.getBytes("ids")), eventId))
                .list()
                .stream()
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<Long> leaf(long first, ByteBuffer ids, long eventId) {
        for (int i = 0; ids.hasRemaining(); i++) {
            if (ids.getLong() == eventId) {
                return Optional.of(first + i);
            }
        }
        return Optional.empty();
    }

    /** Returns the event of a leaf; empty if there is no such leaf. */
    public Optional<Long> eventOf(long leaf) {
        return jdbc
                .sql("select tile * " + Tiles.WIDTH + " as first, ids from " + tiles
                        + " where level = 0 and tile = :tile union all select first_leaf, ids from " + tail
                        + " where first_leaf <= :leaf order by first desc limit 1")
                .param("tile", leaf / Tiles.WIDTH)
                .param("leaf", leaf)
                .query((row, n) -> {
                    ByteBuffer found = ByteBuffer.wrap(row.getBytes("ids"));
                    int at = (int) (leaf - row.getLong("first")) * Long.BYTES;
                    return at >= 0 && at < found.limit() ? Optional.of(found.getLong(at)) : Optional.<Long>empty();
                })
                .list()
                .stream()
                .flatMap(Optional::stream)
                .findFirst();
    }
}
