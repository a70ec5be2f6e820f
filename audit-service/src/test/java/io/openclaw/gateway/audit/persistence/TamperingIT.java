package io.openclaw.gateway.audit.persistence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.audit.core.tree.Checkpoint;
import io.openclaw.gateway.audit.core.tree.Checkpoints;
import io.openclaw.gateway.audit.core.tree.NoteKey;
import io.openclaw.gateway.audit.core.tree.RewrittenTreeException;
import io.openclaw.gateway.audit.core.tree.SignedNote;
import io.openclaw.gateway.audit.core.tree.Verification.Finding;
import io.openclaw.gateway.audit.core.tree.Verification.Kind;
import io.openclaw.gateway.audit.core.tree.Verification.Report;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an owner of the table and a superuser can do to the record, and that it shows. Ids begin with 1, positions with 0. */
class TamperingIT {
    private RecordDatabase record;
    private Checkpoint earlier;
    private Checkpoint last;

    @BeforeEach
    void fill() {
        record = RecordDatabase.create();
        record.add(300, 60);
        earlier = record.checkpoint();
        record.add(300, 60);
        last = record.checkpoint();
    }

    private Finding first() throws SQLException {
        Report report = record.verify(earlier, last);
        assertThat(report.isGood()).isFalse();
        return report.findings().getFirst();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "topic = 'other'",
                "topic_partition = 7",
                "topic_offset = 777777",
                "event_type = 'call.completed'",
                "call_id = gen_random_uuid()",
                "call_id = null",
                "agent = 'other'",
                "agent = null",
                "upstream = 'other'",
                "tool = 'other'",
                "outcome = 'SUCCEEDED'",
                "outcome = ''",
                "occurred_at = occurred_at + interval '1 microsecond'",
                "occurred_at = 'infinity'",
                "recorded_at = recorded_at - interval '1 day'",
                "signed_by = null",
                "signed_by = 'executor'",
                "signature_problem = 'none'",
                "event = '{}'",
                "event = (event::text || ' ')::json"
            })
    void aChangeOfAnyColumnShows(String change) throws SQLException {
        record.tamper("update audit.events set " + change + " where id = 43");
        assertThat(first().kind()).isEqualTo(Kind.CHANGED);
        assertThat(first().position()).isEqualTo(42);
        assertThat(first().words()).contains("event 43 was changed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "event_length = 1",
                "event_start = '{}'",
                "event_sha256 = 'ab'",
                "event_length = null, event_start = 'a'"
            })
    void aChangeOfAColumnThatFollowsFromOthersShows(String change) throws SQLException {
        record.tamper("update audit.events set " + change + " where id = 43");
        assertThat(first().kind()).isEqualTo(Kind.DERIVED);
        assertThat(first().position()).isEqualTo(42);
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "43, 42", "300, 299", "600, 599"})
    void aRemovedEventShows(long id, long position) throws SQLException {
        record.tamper("delete from audit.events where id = " + id);
        assertThat(first())
                .isEqualTo(
                        new Finding(Kind.REMOVED, position, "event " + id + " was removed: its leaf is in the tree"));
        assertThat(record.verify(earlier, last).problems()).isEqualTo(1);
    }

    private static String copyOf(long id, String as) {
        return "insert into audit.events (id, topic, topic_partition, topic_offset, event_type, occurred_at, event)"
                + " overriding system value select " + as + ", topic, 1, topic_offset + 10000 + " + as
                + ", event_type, occurred_at, event"
                + " from audit.events where id = " + id;
    }

    @Test
    void anInsertedEventShowsWherever() throws SQLException {
        record.tamper(copyOf(43, "601"));
        assertThat(first().kind()).isEqualTo(Kind.INSERTED);
        assertThat(first().position()).isEqualTo(600);
        record.tamper(copyOf(43, "-5"));
        assertThat(first().position()).isZero();
        assertThat(first().words()).contains("event -5 was inserted");
    }

    @Test
    void anEventInTheGapOfAnotherShows() throws SQLException {
        record.tamper("delete from audit.events where id = 43", copyOf(44, "43"));
        assertThat(first().kind()).isEqualTo(Kind.CHANGED);
        assertThat(first().position()).isEqualTo(42);
    }

    /** The contents of two events, exchanged: each column is a true one, in the wrong place. */
    @Test
    void twoEventsThatWereSwappedShow() throws SQLException {
        record.tamper(
                "alter table audit.events alter column id set generated by default",
                "update audit.events set id = id + 1000000 where id in (43, 500)",
                "update audit.events set id = 500 where id = 1000043",
                "update audit.events set id = 43 where id = 1000500");
        assertThat(first().kind()).isEqualTo(Kind.REORDERED);
        assertThat(first().position()).isEqualTo(42);
        assertThat(first().words()).contains("contents of the leaf at position 499");
    }

    @Test
    void anEventThatWasMovedToTheEndShows() throws SQLException {
        record.tamper(
                "alter table audit.events alter column id set generated by default",
                "update audit.events set id = 5000 where id = 43");
        Report report = record.verify(earlier, last);
        assertThat(report.findings()).extracting(Finding::kind).containsExactly(Kind.REMOVED, Kind.REORDERED);
        assertThat(report.findings()).extracting(Finding::position).containsExactly(42L, 600L);
    }

    @Test
    void anEndThatWasCutOffShows() throws SQLException {
        record.tamper("delete from audit.events where id > 550");
        assertThat(first().kind()).isEqualTo(Kind.REMOVED);
        assertThat(first().position()).isEqualTo(550);
    }

    @Test
    void everythingTruncatedShows() throws SQLException {
        record.tamper("truncate audit.events");
        assertThat(first().position()).isZero();
        assertThat(record.verify(earlier, last).problems()).isEqualTo(600);
    }

    /** Who can write all tables makes a tree of their own over the changed events, which is whole in itself. */
    private void recomputeTheTree() {
        record.jdbc().execute("truncate audit.tiles, audit.tile_tail");
        record.jdbc()
                .execute("update audit.tree set size = 0, last_id = 0, edge = '', adopt_until ="
                        + " (select coalesce(max(id), 0) from audit.events)");
        record.store().adopt();
    }

    @Test
    void anEndThatWasCutOffWithItsLeavesShowsAgainstACheckpoint() throws SQLException {
        record.tamper("delete from audit.events where id > 550");
        recomputeTheTree();
        assertThat(record.verify().isGood()).as("whole in itself").isTrue();
        assertThat(first().kind()).isEqualTo(Kind.CUT);
        assertThat(first().position()).isEqualTo(550);
        assertThat(first().words()).contains("a checkpoint has 600 events");
    }

    @ParameterizedTest
    @CsvSource({"43, 0, 299", "443, 300, 599"})
    void aRecordThatWasRewrittenWithItsLeavesShowsAgainstACheckpoint(long id, long from, long to) throws SQLException {
        record.tamper("update audit.events set agent = 'other' where id = " + id);
        recomputeTheTree();
        assertThat(record.verify().isGood()).as("whole in itself").isTrue();
        assertThat(first().kind()).isEqualTo(Kind.REWRITTEN);
        assertThat(first().position()).isEqualTo(from);
        assertThat(first().words()).contains("from position " + from + " to " + to);
    }

    @Test
    void anEventRemovedOrInsertedWithTheTreeRewrittenShowsAgainstAnEarlierCheckpoint() throws SQLException {
        record.tamper("delete from audit.events where id = 43", copyOf(44, "700"));
        recomputeTheTree();
        assertThat(record.verify().isGood()).isTrue();
        assertThat(record.verify(earlier).findings().getFirst().kind()).isEqualTo(Kind.REWRITTEN);
    }

    /** A rewritten record that grew further is not signed as if nothing had been. */
    @Test
    void aRewrittenRecordIsNotSignedAgain() {
        NoteKey key = NoteKey.ofPrivate("log.example", NoteKey.generate());
        var signed = new Checkpoints.SignedCheckpoint(
                last, SignedNote.sign(last.text(), List.of(key)).format(), RecordDatabase.NOW);
        record.tamper("update audit.events set agent = 'other' where id = 43");
        recomputeTheTree();
        record.add(100, 10);
        var checkpoints = new Checkpoints(
                "log.example", List.of(key), record.tree(), Optional.of(signed), List.of(), Clock.systemUTC());
        assertThatThrownBy(checkpoints::renew).isInstanceOf(RewrittenTreeException.class);
    }

    @Test
    void aVerificationFromACheckpointOnSeesWhatCameAfterItAndWhetherTheBeginningIsStillTheSame() throws SQLException {
        record.tamper("update audit.events set agent = 'other' where id = 443");
        assertThat(record.verifyFrom(earlier, last).findings())
                .extracting(Finding::position)
                .containsExactly(442L);
        recomputeTheTree();
        assertThat(record.verifyFrom(earlier, last).findings().getFirst().kind())
                .isEqualTo(Kind.REWRITTEN);
        record.tamper("update audit.events set agent = 'other' where id = 43");
        recomputeTheTree();
        assertThat(record.verifyFrom(earlier).findings().getFirst().words()).contains("Begin before it");
        record.tamper("delete from audit.events where id > 100");
        recomputeTheTree();
        assertThat(record.verifyFrom(earlier).findings().getFirst().kind()).isEqualTo(Kind.CUT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update audit.tiles set hashes = overlay(hashes placing '\\x00'::bytea from 41) where level = 0 and"
                        + " tile = 1",
                "update audit.tiles set hashes = overlay(hashes placing '\\x00'::bytea from 1) where level = 1",
                "delete from audit.tiles where level = 0 and tile = 1",
                "delete from audit.tile_tail",
                "update audit.tree set size = size - 1",
                "update audit.tree set edge = overlay(edge placing '\\x00'::bytea from 1)"
            })
    void aChangeOfTheTreeShows(String statement) throws SQLException {
        if (statement.contains("size - 1")) {
            record.jdbc().execute("update audit.tree set size = 599, edge = substring(edge from 1 for 192)");
        } else {
            record.jdbc().execute(statement);
        }
        assertThat(record.verify(earlier, last).isGood()).isFalse();
    }

    /** The trigger keeps honest programs from mistakes; a superuser goes around it without touching it. */
    @Test
    void aSuperuserGoesAroundTheTriggerAndIsSeen() throws SQLException {
        record.jdbc()
                .execute("set session_replication_role = replica; update audit.events set tool = 'rm' where id = 43");
        assertThat(first().kind()).isEqualTo(Kind.CHANGED);
        assertThat(first().position()).isEqualTo(42);
    }
}
