package io.openclaw.gateway.audit.persistence;

import io.openclaw.gateway.audit.core.RecordedEvent;
import io.openclaw.gateway.audit.core.tree.Checkpoint;
import io.openclaw.gateway.audit.core.tree.Verification.Report;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** A record of its own, in a database of its own, so that one can be tampered with. */
public final class RecordDatabase {
    public static final Instant NOW = Instant.parse("2026-11-27T10:00:00.123456Z");

    /** A record with nothing in it, which others are copies of: migrating takes longer than copying. */
    private static final String TEMPLATE = migrated(newDatabase("template0"));

    private final PGSimpleDataSource source;
    private final JdbcTemplate jdbc;
    private final AuditStore store;
    private final TreeStore tree;
    private long nextOffset;

    private RecordDatabase(PGSimpleDataSource source) {
        this.source = source;
        this.jdbc = new JdbcTemplate(source);
        this.store = new AuditStore(new Schema("audit"), jdbc);
        this.tree = new TreeStore(new Schema("audit"), jdbc);
    }

    public static RecordDatabase create() {
        return new RecordDatabase(source(newDatabase(TEMPLATE)));
    }

    private static String migrated(String name) {
        Schema.migrated("audit", source(name));
        return name;
    }

    /** Returns a database with nothing in it. */
    static PGSimpleDataSource emptyDatabase() {
        return source(newDatabase("template0"));
    }

    private static String newDatabase(String template) {
        String name = "record_" + UUID.randomUUID().toString().replace("-", "");
        new JdbcTemplate(TestInfrastructure.database().dataSource())
                .execute("create database " + name + " template " + template);
        return name;
    }

    private static PGSimpleDataSource source(String name) {
        TestInfrastructure.Database server = TestInfrastructure.database();
        var source = new PGSimpleDataSource();
        source.setUrl(server.jdbcUrl());
        source.setUser(server.user());
        source.setPassword(server.password());
        source.setDatabaseName(name);
        return source;
    }

    public PGSimpleDataSource source() {
        return source;
    }

    public JdbcTemplate jdbc() {
        return jdbc;
    }

    public AuditStore store() {
        return store;
    }

    public TreeStore tree() {
        return tree;
    }

    public RecordedEvent event(@Nullable UUID call, String json) {
        long offset = nextOffset++;
        return new RecordedEvent(
                "openclaw.calls.requested",
                0,
                offset,
                "call.requested",
                call,
                "demo",
                "openclaw",
                "exec",
                null,
                NOW.plusMillis(offset),
                RawJson.of(json),
                "ingress",
                null);
    }

    /** Adds events in batches of this size. */
    public void add(int count, int batch) {
        for (int done = 0; done < count; done += batch) {
            List<RecordedEvent> events = new ArrayList<>();
            for (int i = 0; i < Math.min(batch, count - done); i++) {
                events.add(event(UUID.randomUUID(), "{\"n\" : " + (done + i) + ", \"text\":\"ä😀\\u0000\"}"));
            }
            store.add(events);
        }
    }

    /** Returns what the tree is now. */
    public Checkpoint checkpoint() {
        var edge = tree.edge();
        return new Checkpoint("log.example", edge.size(), edge.root());
    }

    public Report verify(Checkpoint... checkpoints) throws SQLException {
        return verifyFrom(null, checkpoints);
    }

    public Report verifyFrom(@Nullable Checkpoint start, Checkpoint... checkpoints) throws SQLException {
        return new RecordScan(new Schema("audit"), source).verify(start, List.of(checkpoints), count -> {});
    }

    /** Does as the owner of the table what its trigger would refuse. */
    public void tamper(String... statements) {
        jdbc.execute("alter table audit.events disable trigger events_append_only");
        for (String statement : statements) {
            jdbc.execute(statement);
        }
        jdbc.execute("alter table audit.events enable trigger events_append_only");
    }
}
