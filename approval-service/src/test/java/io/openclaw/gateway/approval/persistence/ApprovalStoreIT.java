package io.openclaw.gateway.approval.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.core.ListedApproval;
import io.openclaw.gateway.approval.core.Person;
import io.openclaw.gateway.common.call.Digest;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.text.Shortened;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class ApprovalStoreIT {
    private static final JdbcClient JDBC =
            JdbcClient.create(TestInfrastructure.database().dataSource());
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final List<Reason> REASONS = List.of(new Reason("r1", "a person must say yes", Severity.MEDIUM));

    private final ApprovalStore store = new ApprovalStore(
            Schema.migrated("approval", TestInfrastructure.database().dataSource()), JDBC);
    private final String agent = "agent-" + UUID.randomUUID();

    private Approval approval(String arguments) {
        return new Approval(
                UUID.randomUUID(),
                agent,
                "openclaw",
                "message",
                "d1",
                RawJson.of(arguments),
                null,
                null,
                null,
                REASONS,
                Status.PENDING,
                NOW,
                NOW.plusSeconds(900),
                null,
                List.of(),
                NOW,
                null,
                null);
    }

    private Approval stored(String arguments) {
        Approval approval = approval(arguments);
        store.insert(new ApprovalStore.Stored(approval, 0, 1));
        return approval;
    }

    private void storeMany(int number, String arguments) {
        JDBC.sql(
                        "insert into approval.approvals (call_id, agent, upstream, tool, digest, arguments, intent, reasons, status,"
                                + " requested_at, expires_at, changed_at, escalated_partition, escalated_offset, told)"
                                + " select gen_random_uuid(), ?, 'openclaw', 'message', 'd1', ?::json, repeat('i', 5000), ?::json,"
                                + " 'PENDING', now(), now() + interval '1 hour', now(), 0, n, true from generate_series(1, ?) n")
                .params(agent, arguments, RawJson.from(REASONS).text(), number)
                .update();
    }

    /** Changes one approval in a transaction that is still open when another one has been changed. */
    @Test
    void aChangeThatIsCommittedLateIsSeenToo() throws SQLException {
        Approval late = stored("{}");
        Approval early = stored("{}");
        String touch = "update approval.approvals set vote_count = vote_count where call_id = '";
        try (Connection open = TestInfrastructure.database().dataSource().getConnection()) {
            open.setAutoCommit(false);
            try (Statement statement = open.createStatement()) {
                statement.executeUpdate(touch + late.id() + "'");
                JDBC.sql(touch + early.id() + "'").update();
                long seen = store.revision();
                open.commit();
                assertThat(store.revision()).isGreaterThan(seen);
            }
        }
    }

    @Test
    void ofAllWhoWouldPublishAChangeOneDoes() {
        Approval pending = stored("{}");
        UUID id = pending.id();
        Approval approved = pending.after(Status.APPROVED, new Person("alice", List.of()), "fine", NOW);
        store.decide(pending, approved, NOW);
        Instant until = NOW.plusSeconds(15);
        assertThat(store.claimPublishing(id, Status.APPROVED, NOW, until)).isTrue();
        assertThat(store.claimPublishing(id, Status.APPROVED, NOW, until)).isFalse();
        store.releasePublishing(id);
        assertThat(store.claimPublishing(id, Status.APPROVED, NOW, until))
                .as("it was given back")
                .isTrue();
        assertThat(store.claimPublishing(id, Status.APPROVED, until, until.plusSeconds(15)))
                .as("its time is up")
                .isTrue();
        store.markPublished(id, Status.APPROVED);
        assertThat(store.claimPublishing(id, Status.APPROVED, until.plusSeconds(60), until.plusSeconds(75)))
                .as("it is published")
                .isFalse();
    }

    @Test
    void aListShowsShortArgumentsWhole() {
        Approval approval = stored("{\"text\":\"short\"}");
        assertThat(store.list(null, agent, null, 10)).containsExactly(new ListedApproval(approval, null));
    }

    @Test
    void anApprovalIsMadeUseOfByOneCallWithinItsTime() {
        Approval pending = stored("{}");
        UUID first = UUID.randomUUID();
        assertThat(store.use(pending.id(), first, NOW)).as("nobody approved it").isFalse();

        Approval approved = pending.after(Status.APPROVED, new Person("alice", List.of()), "fine", NOW);
        assertThat(store.decide(pending, approved, NOW)).isTrue();
        assertThat(store.use(pending.id(), first, NOW.plusSeconds(900)))
                .as("expired")
                .isFalse();
        assertThat(store.use(pending.id(), first, NOW)).isTrue();
        assertThat(store.use(pending.id(), first, NOW))
                .as("its record came again")
                .isTrue();
        assertThat(store.use(pending.id(), UUID.randomUUID(), NOW)).isFalse();
    }

    @Test
    void keepsWhoAnsweredAnApprovalThatIsNewAndDecided() {
        Approval pending = stored("{}");
        Approval approved = pending.after(Status.APPROVED, new Person("alice", List.of("leads")), "fine", NOW);
        Approval answered = approval("{}").answeredBy(approved, NOW).orElseThrow();
        store.insert(new ApprovalStore.Stored(answered, 0, 2));
        assertThat(store.find(answered.id()).orElseThrow().approval()).isEqualTo(answered);
    }

    /** The texts of what waits here are hundreds of megabytes; a list does not even read them. */
    @Test
    void aListOfLongArgumentsStaysSmall() {
        String arguments = "{\"text\":\"" + "ä".repeat(300_000) + "\"}";
        Approval approval = stored(arguments);
        JDBC.sql(
                        "insert into approval.approvals (call_id, agent, upstream, tool, digest, arguments, intent, reasons, status,"
                                + " requested_at, expires_at, changed_at, escalated_partition, escalated_offset, told, arguments_start,"
                                + " arguments_length, arguments_sha256) select gen_random_uuid(), agent, upstream, tool, digest, '[1]',"
                                + " repeat('i', 5000), reasons, status, requested_at, expires_at, changed_at, 0, n, true,"
                                + " arguments_start, arguments_length, arguments_sha256 from approval.approvals,"
                                + " generate_series(1, 999) n where call_id = ?")
                .params(approval.id())
                .update();
        List<ListedApproval> listed = store.list(Status.PENDING, agent, null, 1_000);
        assertThat(listed).hasSize(1_000);
        assertThat(RawJson.from(listed).text().length()).isLessThan(1_000 * 6_000);
        assertThat(listed).allSatisfy(each -> {
            assertThat(each.approval().arguments().text()).isEqualTo("null");
            assertThat(each.approval().reasons()).isEqualTo(REASONS);
            assertThat(each.argumentsShortened())
                    .isEqualTo(new Shortened(
                            arguments.substring(0, 2_048),
                            arguments.length(),
                            Digest.sha256Hex(arguments.getBytes(StandardCharsets.UTF_8))));
        });
        assertThat(store.find(approval.id())
                        .orElseThrow()
                        .approval()
                        .arguments()
                        .text())
                .isEqualTo(arguments);
    }

    /** As the migration does with what was there before. */
    @Test
    void theDatabaseShortensAsTheStoreDoes() {
        String arguments = "{\"text\":\"" + "ä".repeat(5_000) + "\"}";
        Approval approval = stored(arguments);
        String same =
                "select left(arguments::text, 2048) = arguments_start and length(arguments::text) = arguments_length"
                        + " and encode(sha256(convert_to(arguments::text, 'UTF8')), 'hex') = arguments_sha256"
                        + " from approval.approvals where call_id = ?";
        assertThat(JDBC.sql(same).param(approval.id()).query(Boolean.class).single())
                .isTrue();
    }

    @Test
    void thePagesOfAListHoldEveryApprovalOnce() {
        storeMany(25, "{}");
        List<UUID> seen = new ArrayList<>();
        List<ListedApproval> page = store.list(null, agent, null, 10);
        while (!page.isEmpty()) {
            page.forEach(each -> seen.add(each.approval().id()));
            page = store.list(null, agent, seen.getLast(), 10);
        }
        assertThat(seen).hasSize(25).doesNotHaveDuplicates();
    }

    @Test
    void countsWhatWaitsOfAnAgentAlone() {
        storeMany(3, "{}");
        assertThat(store.pending(agent)).isEqualTo(3);
        assertThat(store.pending("other of " + agent)).isZero();
        store.cancel(store.list(null, agent, null, 1).getFirst().approval().id(), NOW);
        assertThat(store.pending(agent)).isEqualTo(2);
    }

    @Test
    void whatWasRefusedIsKeptAsDecidedAndWaitsToBePublished() {
        Approval refused = approval("{}").admitted(200, 200);
        store.insert(new ApprovalStore.Stored(refused, 0, 1));
        Approval read = store.find(refused.id()).orElseThrow().approval();
        assertThat(read).isEqualTo(refused);
        assertThat(read.wasRefused()).isTrue();
        assertThat(store.pending(agent)).isZero();
    }

    @Test
    void whatThePipelineIsToBeToldOfIsReadWithoutArguments() {
        Approval approval = stored("{\"text\":\"long\"}");
        store.cancel(approval.id(), Instant.EPOCH);
        assertThat(store.unpublished())
                .filteredOn(each -> each.approval().id().equals(approval.id()))
                .singleElement()
                .satisfies(
                        each -> assertThat(each.approval().arguments().text()).isEqualTo("{}"));
    }

    @Test
    void plansAreFoundWhenTheyAreApprovedAndTheirStepsAreCounted() {
        JDBC.sql("insert into approval.approvals (call_id, agent, upstream, tool, digest, arguments, reasons, status,"
                        + " requested_at, expires_at, changed_at, escalated_partition, escalated_offset, told)"
                        + " select gen_random_uuid(), ?, 'gateway', 'plan.approve', 'd', '{}', '[]', status, now(), now(),"
                        + " ?, 0, 1, true from unnest(array['APPROVED', 'PENDING', 'DENIED']) status")
                .params(agent, Timestamp.from(NOW))
                .update();
        assertThat(store.approvedPlans(agent, NOW.minusSeconds(1))).hasSize(1);
        assertThat(store.approvedPlans(agent, NOW)).isEmpty();
        assertThat(store.approvedPlans("other", NOW.minusSeconds(1))).isEmpty();

        Approval plan = store.approvedPlans(agent, NOW.minusSeconds(1)).getFirst();
        assertThat(store.approvedWithPlan(agent, "d1", plan.id())).isZero();
        Approval step = stored("{}");
        assertThat(store.decide(
                        step,
                        step.after(Status.APPROVED, new Person("alice", List.of()), Approval.ofPlan(plan.id()), NOW),
                        NOW))
                .isTrue();
        assertThat(store.approvedWithPlan(agent, "d1", plan.id())).isEqualTo(1);
        assertThat(store.approvedWithPlan(agent, "d2", plan.id())).isZero();
    }
}
