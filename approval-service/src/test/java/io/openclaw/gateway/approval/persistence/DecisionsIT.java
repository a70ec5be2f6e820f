package io.openclaw.gateway.approval.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.core.Person;
import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.ApprovalTerms.Requirement;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.testing.TestInfrastructure;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A status changes once, whoever is first: a person, a withdrawal or the time. */
class DecisionsIT {
    private static final JdbcClient JDBC =
            JdbcClient.create(TestInfrastructure.database().dataSource());
    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final Instant EXPIRES = NOW.plusSeconds(900);
    private static final Person ALICE = new Person("alice", List.of("leads"));

    private final ApprovalStore store = new ApprovalStore(
            Schema.migrated("approval", TestInfrastructure.database().dataSource()), JDBC);
    private final Approval pending = pending(1);

    /** Rows that other classes left unpublished would be found first. */
    @BeforeAll
    static void empty() {
        JDBC.sql("truncate approval.approvals cascade").update();
    }

    private Approval pending(int quorum) {
        var approval = new Approval(
                UUID.randomUUID(),
                "agent-" + UUID.randomUUID(),
                "openclaw",
                "exec",
                "d1",
                RawJson.EMPTY_OBJECT,
                RawJson.of("{\"sessionKey\":\"main\"}"),
                "an intent",
                "rm -r build",
                List.of(),
                Status.PENDING,
                NOW,
                EXPIRES,
                new ApprovalTerms(List.of(new Requirement(null, quorum)), 900L),
                List.of(),
                NOW,
                null,
                null);
        store.insert(new ApprovalStore.Stored(approval, 2, 77));
        return approval;
    }

    private Approval found(Approval approval) {
        return store.find(approval.id()).orElseThrow().approval();
    }

    private boolean approve(Approval seen, Person person, Instant at) {
        return store.decide(seen, seen.after(Status.APPROVED, person, "fine", at), at);
    }

    private boolean isUnpublished(Approval approval) {
        return store.unpublished().stream()
                .anyMatch(each -> each.approval().id().equals(approval.id()));
    }

    @Test
    void isReadAsItWasStored() {
        assertThat(found(pending)).isEqualTo(pending);
        assertThat(store.find(pending.id()).orElseThrow().partition()).isEqualTo(2);
        assertThat(store.find(pending.id()).orElseThrow().offset()).isEqualTo(77);
        assertThat(store.find(UUID.randomUUID())).isEmpty();
    }

    /** A record of Kafka may be read twice; the second time it must not undo a decision. */
    @Test
    void isStoredOnce() {
        approve(pending, ALICE, NOW);
        store.insert(new ApprovalStore.Stored(pending, 2, 77));
        assertThat(found(pending).status()).isEqualTo(Status.APPROVED);
    }

    @Nested
    class APerson {
        @Test
        void decidesOnce() {
            assertThat(approve(pending, ALICE, NOW)).isTrue();
            Approval approved = found(pending);
            assertThat(approved.status()).isEqualTo(Status.APPROVED);
            assertThat(approved.decidedBy()).isEqualTo("alice");
            assertThat(approved.votes()).hasSize(1);
            assertThat(store.decide(pending, pending.after(Status.DENIED, ALICE, "no", NOW), NOW))
                    .isFalse();
            assertThat(found(pending)).isEqualTo(approved);
        }

        @Test
        void comesTooLateOnceItHasExpired() {
            assertThat(approve(pending, ALICE, EXPIRES)).isFalse();
            assertThat(approve(pending, ALICE, EXPIRES.minusSeconds(1))).isTrue();
        }

        @Test
        void comesTooLateOnceItWasWithdrawn() {
            store.cancel(pending.id(), NOW);
            assertThat(approve(pending, ALICE, NOW)).isFalse();
            assertThat(found(pending).status()).isEqualTo(Status.CANCELLED);
        }

        /** Two who saw the same approval: the second has to look again, so that no vote overwrites another. */
        @Test
        void doesNotOverwriteTheVoteOfAnother() {
            Approval two = pending(2);
            assertThat(approve(two, ALICE, NOW)).isTrue();
            assertThat(approve(two, new Person("bob", List.of()), NOW)).isFalse();
            assertThat(approve(found(two), new Person("bob", List.of()), NOW)).isTrue();
            assertThat(found(two).status()).isEqualTo(Status.APPROVED);
            assertThat(found(two).decidedBy()).isEqualTo("alice, bob");
        }

        @Test
        void isOneOfManyWhoDecideAtOnce() {
            List<CompletableFuture<Boolean>> all = IntStream.range(0, 8)
                    .mapToObj(i ->
                            CompletableFuture.supplyAsync(() -> approve(pending, new Person("p" + i, List.of()), NOW)))
                    .toList();
            assertThat(all.stream().filter(CompletableFuture::join)).hasSize(1);
            assertThat(found(pending).votes()).hasSize(1);
        }
    }

    @Nested
    class TheTime {
        @Test
        void endsWhatNobodyDecided() {
            store.expire(EXPIRES.minusMillis(1));
            assertThat(found(pending).status()).isEqualTo(Status.PENDING);
            store.expire(EXPIRES);
            assertThat(found(pending).status()).isEqualTo(Status.EXPIRED);
            assertThat(found(pending).changedAt()).isEqualTo(EXPIRES);
        }

        @Test
        void endsNothingThatWasDecided() {
            approve(pending, ALICE, NOW);
            store.expire(EXPIRES);
            assertThat(found(pending).status()).isEqualTo(Status.APPROVED);
        }

        @Test
        void endsNothingThatWasWithdrawn() {
            store.cancel(pending.id(), NOW);
            store.expire(EXPIRES);
            assertThat(found(pending).status()).isEqualTo(Status.CANCELLED);
        }
    }

    @Nested
    class WhatThePipelineIsTold {
        @Test
        void isEveryChangeUntilItWasTold() {
            store.markPublished(pending.id(), Status.PENDING);
            assertThat(isUnpublished(pending)).isFalse();
            approve(pending, ALICE, NOW);
            assertThat(isUnpublished(pending)).isTrue();
            store.markPublished(pending.id(), Status.PENDING);
            assertThat(isUnpublished(pending)).as("an older status was told").isTrue();
            store.markPublished(pending.id(), Status.APPROVED);
            assertThat(isUnpublished(pending)).isFalse();
        }

        @Test
        void isNoVoteThatDecidesNothing() {
            Approval two = pending(2);
            store.markPublished(two.id(), Status.PENDING);
            approve(two, ALICE, NOW);
            assertThat(isUnpublished(two)).isFalse();
        }

        @Test
        void isAWithdrawal() {
            store.markPublished(pending.id(), Status.PENDING);
            store.cancel(pending.id(), NOW);
            assertThat(isUnpublished(pending)).isTrue();
        }
    }

    @Test
    void aListShowsTheStatusThatIsAskedFor() {
        approve(pending, ALICE, NOW);
        assertThat(store.list(Status.APPROVED, pending.agent(), null, 10)).hasSize(1);
        assertThat(store.list(Status.PENDING, pending.agent(), null, 10)).isEmpty();
        assertThat(store.list(null, "nobody", null, 10)).isEmpty();
    }
}
