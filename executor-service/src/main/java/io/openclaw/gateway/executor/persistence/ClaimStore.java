package io.openclaw.gateway.executor.persistence;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.persistence.Schema;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Claims in PostgreSQL. The primary key decides who claimed a call first. */
public final class ClaimStore {
    private static final Duration LEASE = Duration.ofSeconds(10);

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

    /** Claims calls for an instance, and returns those that nobody had claimed before. */
    public Set<UUID> claim(List<Position> calls, String instance) {
        return Set.copyOf(jdbc.sql("insert into " + claims + " (call_id, claimed_by, cleared_partition, cleared_offset)"
                        + " select distinct on (c) c, ?, p, o from unnest(?::uuid[], ?::int[], ?::bigint[]) as t(c, p, o)"
                        + " on conflict do nothing returning call_id")
                .param(instance)
                .param(calls.stream().map(call -> call.callId().toString()).toArray(String[]::new))
                .param(calls.stream()
                        .map(call -> Integer.toString(call.partition()))
                        .toArray(String[]::new))
                .param(calls.stream().map(call -> Long.toString(call.offset())).toArray(String[]::new))
                .query(UUID.class)
                .list());
    }

    /**
     * Claims a call so that nobody runs it.
     *
     * @return true if nobody had claimed it, or it had been cancelled before
     */
    public boolean cancel(UUID callId, String instance) {
        jdbc.sql("insert into " + claims
                        + " (call_id, claimed_by, outcome) values (?, ?, 'CANCELLED') on conflict do nothing")
                .param(callId)
                .param(instance)
                .update();
        return jdbc.sql("select outcome from " + claims + " where call_id = ? and outcome = 'CANCELLED'")
                .param(callId)
                .query(String.class)
                .optional()
                .isPresent();
    }

    /** Keeps that the ends of calls have been published. */
    public void markEnded(Map<UUID, Outcome> ends) {
        jdbc.sql("update " + claims
                        + " set outcome = t.o from unnest(?::uuid[], ?::text[]) as t(c, o) where call_id = t.c")
                .param(ends.keySet().stream().map(UUID::toString).toArray(String[]::new))
                .param(ends.values().stream().map(Outcome::name).toArray(String[]::new))
                .update();
    }

    /** Keeps that an instance lives, for the next ten seconds. */
    public void renew(String instance) {
        jdbc.sql("insert into " + instances + " (instance, alive_until) values (?, now() + ? * interval '1 ms')"
                        + " on conflict (instance) do update set alive_until = excluded.alive_until")
                .param(instance)
                .param(LEASE.toMillis())
                .update();
    }

    /** Takes over unfinished calls of instances that no longer live, at most 100, and returns where they are. */
    public List<Position> takeOver(String instance) {
        return jdbc.sql("update " + claims + " set claimed_by = ? where call_id in (select call_id from " + claims
                        + " where outcome is null and claimed_by not in (select instance from " + instances
                        + " where alive_until > now()) limit 100 for update skip locked)"
                        + " returning call_id, cleared_partition, cleared_offset")
                .param(instance)
                .query((row, n) -> new Position(
                        row.getObject("call_id", UUID.class),
                        row.getInt("cleared_partition"),
                        row.getLong("cleared_offset")))
                .list();
    }

    /** Forgets claims that are older than any record of their calls, and instances that are long gone. */
    public void forgetOlderThan(Duration age) {
        jdbc.sql("delete from " + claims + " where claimed_at < now() - ? * interval '1 s'")
                .param(age.toSeconds())
                .update();
        jdbc.sql("delete from " + instances + " where alive_until < now() - interval '1 day'")
                .update();
    }
}
