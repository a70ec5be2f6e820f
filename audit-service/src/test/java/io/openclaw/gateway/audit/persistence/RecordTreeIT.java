package io.openclaw.gateway.audit.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.audit.core.RecordedEvent;
import io.openclaw.gateway.audit.core.tree.Checkpoint;
import io.openclaw.gateway.audit.core.tree.Proofs;
import io.openclaw.gateway.audit.core.tree.Tiles;
import io.openclaw.gateway.audit.core.tree.TreeHasher;
import io.openclaw.gateway.audit.core.tree.Verification.Report;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** The tree grows with the events, in the same transactions, whatever comes twice or at once. */
class RecordTreeIT {
    @ParameterizedTest
    @CsvSource({"1, 1", "255, 255", "256, 256", "257, 257", "600, 1", "700, 37", "1100, 1000", "66000, 2000"})
    void verifiesWhatWasWrittenInBatchesOfAnySize(int count, int batch) throws SQLException {
        RecordDatabase record = RecordDatabase.create();
        record.add(count / 2, batch);
        Checkpoint half = record.checkpoint();
        record.add(count - count / 2, batch);
        Checkpoint all = record.checkpoint();
        Report report = record.verify(half, all);
        assertThat(report.findings()).isEmpty();
        assertThat(report.events()).isEqualTo(count);
        assertThat(report.size()).isEqualTo(count);
        assertThat(report.checkpoints()).isEqualTo(half.size() == 0 ? 1 : 2);
        assertThat(record.verifyFrom(half, all).events()).isEqualTo(count - count / 2);
        assertThat(record.verifyFrom(half, all).isGood()).isTrue();
    }

    @Test
    void everyEventIsProvenAgainstEveryLaterTree() {
        RecordDatabase record = RecordDatabase.create();
        record.add(520, 50);
        Checkpoint checkpoint = record.checkpoint();
        record.add(300, 7);
        var hasher = new TreeHasher();
        var proofs = new Proofs(record.tree().tiles());
        List<Long> ids = record.jdbc().query("select id from audit.events order by id", (row, n) -> row.getLong("id"));
        for (int i = 0; i < 520; i += 7) {
            long id = ids.get(i);
            assertThat(record.tree().leafOf(id)).contains((long) i);
            assertThat(record.tree().eventOf(i)).contains(id);
            byte[] leaf = record.store().leaf(id).orElseThrow();
            assertThat(Proofs.includes(
                            hasher.leaf(leaf),
                            i,
                            checkpoint.size(),
                            proofs.inclusion(i, checkpoint.size()),
                            checkpoint.root()))
                    .isTrue();
        }
        assertThat(record.tree().leafOf(Long.MAX_VALUE)).isEmpty();
        assertThat(record.tree().eventOf(820)).isEmpty();
        assertThat(record.store().leaf(Long.MAX_VALUE)).isEmpty();
        assertThat(Proofs.isConsistent(
                        520, checkpoint.root(), 820, record.checkpoint().root(), proofs.consistency(520, 820)))
                .isTrue();
    }

    @Test
    void theLeafIsTheEventAsJson() {
        RecordDatabase record = RecordDatabase.create();
        UUID call = UUID.randomUUID();
        record.store().add(List.of(record.event(call, "{ \"n\" : 1.0 }")));
        long id = record.store().idsOfCall(call, 10).getFirst();
        String leaf = new String(record.store().leaf(id).orElseThrow(), StandardCharsets.UTF_8);
        assertThat(leaf)
                .startsWith("{\"v\":1,\"id\":" + id
                        + ",\"topic\":\"openclaw.calls.requested\",\"partition\":0,\"offset\":0,"
                        + "\"type\":\"call.requested\",\"callId\":\"" + call + "\",\"agent\":\"demo\"")
                .contains("\"occurredAt\":\"2026-11-27T10:00:00.123456Z\",\"recordedAt\":\"20")
                .endsWith(",\"signedBy\":\"ingress\",\"signatureProblem\":null,\"event\":{ \"n\" : 1.0 }}");
    }

    @Test
    void whatIsReadTwiceHasOneLeaf() throws SQLException {
        RecordDatabase record = RecordDatabase.create();
        List<RecordedEvent> events = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            events.add(record.event(null, "{}"));
        }
        record.store().add(events.subList(0, 200));
        record.store().add(events.subList(100, 300));
        record.store().add(events);
        // The same record twice in one batch, as no broker sends it.
        RecordedEvent twice = record.event(null, "{}");
        record.store().add(List.of(twice, twice));
        assertThat(record.tree().edge().size()).isEqualTo(301);
        assertThat(record.verify(record.checkpoint()).isGood()).isTrue();
    }

    @Test
    void whatFailsLeavesNeitherEventsNorLeaves() throws SQLException {
        RecordDatabase record = RecordDatabase.create();
        record.add(3, 3);
        var bad = new RecordedEvent(
                "t", 0, 0, "x", null, null, null, null, null, Instant.EPOCH, RawJson.of("{"), null, null);
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> record.store().add(List.of(record.event(null, "{}"), bad)))
                .isInstanceOf(org.springframework.dao.DataAccessException.class);
        assertThat(record.tree().edge().size()).isEqualTo(3);
        record.add(3, 3);
        assertThat(record.verify(record.checkpoint()).isGood()).isTrue();
    }

    @Test
    void severalWritersMakeOneTree() throws SQLException, InterruptedException, ExecutionException {
        RecordDatabase record = RecordDatabase.create();
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> running = new ArrayList<>();
            for (int writer = 0; writer < 4; writer++) {
                int its = writer;
                var store = new AuditStore(new Schema("audit"), new JdbcTemplate(record.source()));
                running.add(threads.submit(() -> {
                    for (int batch = 0; batch < 25; batch++) {
                        List<RecordedEvent> events = new ArrayList<>();
                        for (int i = 0; i < 13; i++) {
                            events.add(new RecordedEvent(
                                    "t" + its,
                                    0,
                                    batch * 13L + i,
                                    "x",
                                    null,
                                    null,
                                    null,
                                    null,
                                    null,
                                    RecordDatabase.NOW,
                                    RawJson.of("{}"),
                                    null,
                                    null));
                        }
                        store.add(events);
                    }
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
        Report report = record.verify(record.checkpoint());
        assertThat(report.findings()).isEmpty();
        assertThat(report.size()).isEqualTo(4 * 25 * 13);
    }

    /** A record of before there was a tree, with ids that have gaps and columns that were not filled then. */
    @Test
    void eventsOfBeforeThereWasATreeAreItsFirstLeaves() throws SQLException {
        PGSimpleDataSource source = RecordDatabase.emptyDatabase();
        Flyway.configure()
                .dataSource(source)
                .schemas("audit")
                .defaultSchema("audit")
                .locations("classpath:db/audit")
                .target("5")
                .load()
                .migrate();
        var jdbc = new JdbcTemplate(source);
        jdbc.execute("insert into audit.events (topic, topic_partition, topic_offset, event_type, occurred_at, event)"
                + " select 't', 0, n, 'x', now() + n * interval '1 second', json_build_object('n', n)"
                + " from generate_series(1, 4500) n");
        jdbc.execute("alter table audit.events disable trigger events_append_only");
        jdbc.execute("delete from audit.events where id % 7 = 3");
        jdbc.execute("alter table audit.events enable trigger events_append_only");
        var store = new AuditStore(Schema.migrated("audit", source), jdbc);
        store.adopt();
        store.adopt();
        var event = new RecordedEvent(
                "t", 0, 9_999, "x", null, null, null, null, null, RecordDatabase.NOW, RawJson.of("{}"), null, null);
        store.add(List.of(event));
        Report report = new RecordScan(new Schema("audit"), source).verify(null, List.of(), count -> {});
        assertThat(report.findings()).isEmpty();
        assertThat(report.size()).isEqualTo(report.events()).isEqualTo(4_500 - 643 + 1);
    }

    @Test
    void tilesAreServedAsTlogTilesWantsThem() {
        RecordDatabase record = RecordDatabase.create();
        record.add(600, 100);
        assertThat(record.tree().tile(0, 0)).hasSize(Tiles.WIDTH * TreeHasher.BYTES);
        assertThat(record.tree().tile(0, 2)).hasSize(88 * TreeHasher.BYTES);
        assertThat(record.tree().tile(0, 3)).isEmpty();
        assertThat(record.tree().tile(1, 0)).hasSize(2 * TreeHasher.BYTES);
        long first = record.tree().eventOf(0).orElseThrow();
        byte[] leaf = record.store().leaf(first).orElseThrow();
        assertThat(record.tree().tile(0, 0)).startsWith(new TreeHasher().leaf(leaf));
    }
}
