package io.openclaw.gateway.policy.persistence;

import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.policy.core.Charge;
import io.openclaw.gateway.policy.core.Usage;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What limits have counted. */
public final class ChargeStore {
    private final JdbcClient jdbc;
    private final String charges;

    public ChargeStore(Schema schema, JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.charges = schema.name() + ".charges";
    }

    /** Adds charges; those that are there already stay as they are. */
    public void add(List<Charge> batch) {
        if (batch.isEmpty()) {
            return;
        }
        jdbc.sql("insert into " + charges + " (limit_id, call_id, agent, at, cost, until) select * from"
                        + " unnest(?::text[], ?::uuid[], ?::text[], ?::timestamptz[], ?::float8[], ?::timestamptz[])"
                        + " on conflict do nothing")
                .param(array(batch, Charge::limit))
                .param(array(batch, charge -> charge.callId().toString()))
                .param(array(batch, Charge::agent))
                .param(array(batch, charge -> charge.at().toString()))
                .param(array(batch, charge -> Double.toString(charge.cost())))
                .param(array(batch, charge -> charge.until().toString()))
                .update();
    }

    /** Returns what an agent was charged with today (UTC), and within the last minutes, and for calls that still run. */
    public Usage usageOf(String agent, Instant now) {
        var usage = new Usage();
        Instant day = now.atOffset(ZoneOffset.UTC).truncatedTo(ChronoUnit.DAYS).toInstant();
        Instant from = day.isBefore(now.minus(10, ChronoUnit.MINUTES)) ? day : now.minus(10, ChronoUnit.MINUTES);
        jdbc.sql("select * from " + charges + " where agent = ? and (at >= ? or (ended_at is null and until > ?))"
                        + " order by at")
                .param(agent)
                .param(Timestamp.from(from))
                .param(Timestamp.from(now))
                .query(row -> {
                    UUID callId = row.getObject("call_id", UUID.class);
                    Timestamp end = row.getTimestamp("ended_at");
                    usage.add(new Charge(
                            row.getString("limit_id"),
                            agent,
                            callId,
                            row.getTimestamp("at").toInstant(),
                            row.getDouble("cost"),
                            row.getTimestamp("until").toInstant()));
                    if (end != null) {
                        usage.end(callId, end.toInstant());
                    }
                });
        return usage;
    }

    /** Notes that calls have ended. */
    public void end(Map<UUID, Instant> ends) {
        if (ends.isEmpty()) {
            return;
        }
        jdbc.sql("update " + charges
                        + " set ended_at = ends.at from unnest(?::uuid[], ?::timestamptz[]) as ends (id, at)"
                        + " where call_id = ends.id and ended_at is null")
                .param(ends.keySet().stream().map(UUID::toString).toArray(String[]::new))
                .param(ends.values().stream().map(Instant::toString).toArray(String[]::new))
                .update();
    }

    /** Returns when the oldest call was requested that has not ended, as far as is known. */
    public Optional<Instant> oldestRunning(Instant now) {
        return jdbc.sql("select min(at) from " + charges + " where ended_at is null and until > ?")
                .param(Timestamp.from(now))
                .query((row, n) -> Optional.ofNullable(row.getTimestamp(1)).map(Timestamp::toInstant))
                .single();
    }

    /** Forgets what no limit counts any more. */
    public void forgetBefore(Instant instant) {
        jdbc.sql("delete from " + charges + " where at < ?")
                .param(Timestamp.from(instant))
                .update();
    }

    private static String[] array(List<Charge> batch, Function<Charge, String> field) {
        return batch.stream().map(field).toArray(String[]::new);
    }
}
