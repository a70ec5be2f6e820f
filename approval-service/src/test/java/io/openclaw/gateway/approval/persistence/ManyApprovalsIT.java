package io.openclaw.gateway.approval.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.approval.core.ListedApproval;
import io.openclaw.gateway.approval.persistence.ApprovalStore.Alike;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A million past approvals and ten thousand that wait: lists read a page, not the table. */
class ManyApprovalsIT {
    private static final JdbcClient JDBC =
            JdbcClient.create(TestInfrastructure.database().dataSource());
    private static final ApprovalStore STORE = new ApprovalStore(
            Schema.migrated("approval", TestInfrastructure.database().dataSource()), JDBC);

    @BeforeAll
    static void fill() {
        insert("EXPIRED", "interval '1 day'", 1_000_000);
        insert("PENDING", "-interval '1 day'", 10_000);
        JDBC.sql("analyze approval.approvals").update();
    }

    @AfterAll
    static void empty() {
        JDBC.sql("truncate approval.approvals cascade").update();
    }

    private static void insert(String status, String ago, int rows) {
        JDBC.sql("insert into approval.approvals (call_id, agent, upstream, tool, digest, arguments, reasons, status,"
                        + " requested_at, expires_at, changed_at, escalated_partition, escalated_offset, told, gist, likeness)"
                        + " select gen_random_uuid(), 'many-' || n % 50, 'openclaw', 'exec', 'd', '{}', '[]', ?,"
                        + " now() - n * interval '1 second', now() - " + ago + " + n * interval '1 millisecond',"
                        + " now(), 0, n, true, 'git push ' || n, 'l' || n % 500 from generate_series(1, ?) n")
                .params(status, rows)
                .update();
    }

    @Test
    void pagesOverEverythingWithoutAGapOrADouble() {
        Set<UUID> seen = new HashSet<>();
        UUID before = null;
        for (int page = 0; page < 5; page++) {
            List<ListedApproval> found = STORE.list(Status.EXPIRED, "many-7", before, 100);
            assertThat(found).hasSize(100);
            found.forEach(each -> assertThat(seen.add(each.approval().id())).isTrue());
            before = found.getLast().approval().id();
        }
    }

    @Test
    void showsWhatWaitsInGroupsTheSoonestToExpireFirst() {
        List<Alike> first = STORE.waiting("many-", null, 60);
        assertThat(first).hasSize(60).allMatch(each -> each.calls() == 20);
        assertThat(first)
                .isSortedAccordingTo(
                        java.util.Comparator.comparing(each -> each.first().expiresAt()));
        List<Alike> next = STORE.waiting("many-", first.getLast().first().id(), 60);
        assertThat(next).hasSize(60).doesNotContainAnyElementsOf(first);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select * from approval.approvals order by requested_at desc, call_id desc limit 100",
                "select * from approval.approvals where status = 'EXPIRED' order by requested_at desc, call_id desc limit 100",
                "select * from approval.approvals where agent = 'many-7' order by requested_at desc, call_id desc limit 100",
                "select * from approval.approvals where status = 'EXPIRED' and (requested_at, call_id) <"
                        + " (now() - interval '5000 seconds', gen_random_uuid())"
                        + " order by requested_at desc, call_id desc limit 100",
                "select count(*) from approval.approvals where status = 'PENDING' and agent = 'many-7'",
                "select call_id from approval.approvals where status = 'PENDING' and likeness = 'l7'",
                "select revision from approval.approvals where revision is not null order by revision desc nulls last limit 1000"
            })
    void readsByAnIndexAndSortsNoTable(String sql) {
        String plan = String.join(
                "\n",
                JDBC.sql("explain " + sql).query((row, n) -> row.getString(1)).list());
        assertThat(plan).contains("Index").doesNotContain("Seq Scan", "Sort Key");
    }
}
