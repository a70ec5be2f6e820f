package io.openclaw.gateway.executor.persistence;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.persistence.Schema;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Claims in PostgreSQL. The primary key decides who claimed a call first. A claimer is one start of a process: a name that
 * no other start has. A claim without an outcome is an unfinished call.
 */
public final class ClaimStore {
    /** How long a claimer lives after it renewed its lease. */
    public static final Duration LEASE = Duration.ofSeconds(10);

    /** Stands in the place of the claimer of a call that another stage has ended. */
    private static final String ENDED_ELSEWHERE = "another stage";
    /** Stands in the place of the claimer of a call that was given back. */
    private static final String NOBODY = "nobody";

    private static final int MAX_TAKEN_OVER = 100;

    private final JdbcClient jdbc;
    private final String claims;
    private final String instances;

    public ClaimStore(Schema schema, JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.claims = schema.name() + ".claims";
        this.instances = schema.name() + ".instances";
    }

    /** A call that waits to be claimed, and where it is in {@code calls.cleared}. */
    public record Position(UUID callId, int partition, long offset) {}

    /**
     * An unfinished call that was taken over.
     *
     * @param withdrawn whether the agent no longer wants it
     * @param givenBack whether its claimer said that it did not start it
     */
    public record Unfinished(Position position, boolean withdrawn, boolean givenBack) {}

    /**
     * Claims calls, and returns those whose claim is now the claimer's and has no outcome. Those that it claimed before are
     * among them, since their claim may have been committed while the answer to that was lost; those that it took over are not.
     */
    public Set<UUID> claim(Collection<Position> calls, String claimer) {
        String[] ids = calls.stream().map(call -> call.callId().toString()).toArray(String[]::new);
        Set<UUID> mine = new HashSet<>(jdbc.sql("insert into " + claims
                        + " (call_id, claimed_by, cleared_partition, cleared_offset) select distinct on (c) c, ?, p, o"
                        + " from unnest(?::uuid[], ?::int[], ?::bigint[]) as t(c, p, o) on conflict do nothing"
                        + " returning call_id")
                .param(claimer)
                .param(ids)
                .param(calls.stream()
                        .map(call -> Integer.toString(call.partition()))
                        .toArray(String[]::new))
                .param(calls.stream().map(call -> Long.toString(call.offset())).toArray(String[]::new))
                .query(UUID.class)
                .list());
        if (mine.size() < calls.stream().map(Position::callId).distinct().count()) {
            mine.addAll(jdbc.sql("select call_id from " + claims
                            + " where call_id = any(?::uuid[]) and claimed_by = ? and outcome is null and not"
                            + " taken_over")
                    .param(ids)
                    .param(claimer)
                    .query(UUID.class)
                    .list());
        }
        return Set.copyOf(mine);
    }

    /** Tells whether a claim is still the claimer's and has no outcome. */
    public boolean isMine(UUID callId, String claimer) {
        return jdbc.sql("select 1 from " + claims + " where call_id = ? and claimed_by = ? and outcome is null")
                .param(callId)
                .param(claimer)
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    /**
     * Ends a call that nobody has claimed, so that nobody runs it.
     *
     * @return true if nobody had claimed it, or it was ended before in this way and with this outcome
     */
    public boolean endUnclaimed(UUID callId, String claimer, Outcome outcome) {
        jdbc.sql("insert into " + claims + " (call_id, claimed_by, outcome) values (?, ?, ?) on conflict do nothing")
                .param(callId)
                .param(claimer)
                .param(outcome.name())
                .update();
        return jdbc.sql("select 1 from " + claims + " where call_id = ? and outcome = ? and cleared_partition is null"
                        + " and claimed_by <> '" + ENDED_ELSEWHERE + "'")
                .param(callId)
                .param(outcome.name())
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    /** Notes that a call is not wanted any more, if it is unfinished. */
    public void markWithdrawn(UUID callId) {
        jdbc.sql("update " + claims + " set withdrawn_at = now() where call_id = ? and outcome is null")
                .param(callId)
                .update();
    }

    /** Keeps which calls other stages have ended, so that nobody runs them; a call that is claimed stays so. */
    public void endedElsewhere(Map<UUID, Outcome> ends) {
        jdbc.sql("insert into " + claims + " (call_id, claimed_by, outcome) select c, '" + ENDED_ELSEWHERE
                        + "', o from unnest(?::uuid[], ?::text[]) as t(c, o) on conflict do nothing")
                .param(ids(ends.keySet()))
                .param(ends.values().stream().map(Outcome::name).toArray(String[]::new))
                .update();
    }

    /** Keeps that the ends of calls have been published. */
    public void markEnded(Map<UUID, Outcome> ends) {
        jdbc.sql("update " + claims
                        + " set outcome = t.o from unnest(?::uuid[], ?::text[]) as t(c, o) where call_id = t.c")
                .param(ids(ends.keySet()))
                .param(ends.values().stream().map(Outcome::name).toArray(String[]::new))
                .update();
    }

    /** Gives back calls that the claimer has not started and will not start. */
    public void giveBack(Collection<UUID> calls, String claimer) {
        jdbc.sql("update " + claims + " set claimed_by = '" + NOBODY + "', given_back = true"
                        + " where call_id = any(?::uuid[]) and claimed_by = ? and outcome is null")
                .param(ids(calls))
                .param(claimer)
                .update();
    }

    /** Keeps that a claimer lives, for the time of {@link #LEASE}. */
    public void renew(String claimer) {
        jdbc.sql("insert into " + instances + " (instance, alive_until) values (?, now() + ? * interval '1 ms')"
                        + " on conflict (instance) do update set alive_until = excluded.alive_until")
                .param(claimer)
                .param(LEASE.toMillis())
                .update();
    }

    /** Takes over unfinished calls of claimers that no longer live, at most 100. */
    public List<Unfinished> takeOver(String claimer) {
        return jdbc.sql("update " + claims + " as c set claimed_by = ?, given_back = false, taken_over = true"
                        + " from (select call_id, given_back from " + claims + " where outcome is null and claimed_by"
                        + " not in (select instance from " + instances + " where alive_until > now())"
                        + " limit " + MAX_TAKEN_OVER + " for update skip locked) as left_over"
                        + " where c.call_id = left_over.call_id"
                        + " returning c.call_id, c.cleared_partition, c.cleared_offset, c.withdrawn_at,"
                        + " left_over.given_back")
                .param(claimer)
                .query(ClaimStore::unfinished)
                .list();
    }

    /** Returns the unfinished calls that a claimer took over; it may not have got the answer when it did. */
    public List<Unfinished> takenOver(String claimer) {
        return jdbc.sql("select call_id, cleared_partition, cleared_offset, withdrawn_at, false as given_back from "
                        + claims + " where claimed_by = ? and outcome is null and taken_over")
                .param(claimer)
                .query(ClaimStore::unfinished)
                .list();
    }

    private static Unfinished unfinished(ResultSet row, int n) throws SQLException {
        return new Unfinished(
                new Position(
                        row.getObject("call_id", UUID.class),
                        row.getInt("cleared_partition"),
                        row.getLong("cleared_offset")),
                row.getObject("withdrawn_at") != null,
                row.getBoolean("given_back"));
    }

    /** Forgets claims that are older than any record of their calls, and claimers that are long gone. */
    public void forgetOlderThan(Duration age) {
        jdbc.sql("delete from " + claims + " where claimed_at < now() - ? * interval '1 s'")
                .param(age.toSeconds())
                .update();
        jdbc.sql("delete from " + instances + " where alive_until < now() - interval '1 day'")
                .update();
    }

    private static String[] ids(Collection<UUID> calls) {
        return calls.stream().map(UUID::toString).toArray(String[]::new);
    }
}
