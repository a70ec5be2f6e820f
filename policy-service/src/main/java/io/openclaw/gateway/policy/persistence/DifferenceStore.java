package io.openclaw.gateway.policy.persistence;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.policy.core.Difference;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Where a candidate would have decided otherwise. */
public final class DifferenceStore {
    private static final String SEPARATOR = "\n";

    private final JdbcClient jdbc;
    private final String differences;

    public DifferenceStore(Schema schema, JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.differences = schema.name() + ".differences";
    }

    /** Adds differences. */
    public void add(List<Difference> batch) {
        if (batch.isEmpty()) {
            return;
        }
        jdbc.sql("insert into " + differences
                        + " (candidate, call_id, agent, address, at, active_outcome, active_rules,"
                        + " candidate_outcome, candidate_rules) select * from unnest(?::text[], ?::uuid[], ?::text[],"
                        + " ?::text[], ?::timestamptz[], ?::text[], ?::text[], ?::text[], ?::text[])")
                .param(array(batch, Difference::candidate))
                .param(array(batch, difference -> difference.callId().toString()))
                .param(array(batch, Difference::agent))
                .param(array(batch, Difference::address))
                .param(array(batch, difference -> difference.at().toString()))
                .param(array(batch, difference -> difference.activeOutcome().name()))
                .param(array(batch, difference -> String.join(SEPARATOR, difference.activeRules())))
                .param(array(batch, difference -> difference.candidateOutcome().name()))
                .param(array(batch, difference -> String.join(SEPARATOR, difference.candidateRules())))
                .update();
    }

    /** Returns the last differences of a candidate, newest first. */
    public List<Difference> list(String candidate, int limit) {
        return jdbc.sql("select * from " + differences + " where candidate = ? order by id desc limit ?")
                .param(candidate)
                .param(limit)
                .query((row, n) -> new Difference(
                        row.getString("candidate"),
                        row.getObject("call_id", UUID.class),
                        row.getString("agent"),
                        row.getString("address"),
                        row.getTimestamp("at").toInstant(),
                        Decision.valueOf(row.getString("active_outcome")),
                        List.of(row.getString("active_rules").split(SEPARATOR, -1)),
                        Decision.valueOf(row.getString("candidate_outcome")),
                        List.of(row.getString("candidate_rules").split(SEPARATOR, -1))))
                .list();
    }

    /** Forgets all but the newest. */
    public void keepNewest(int number) {
        jdbc.sql("delete from " + differences + " where id <= (select max(id) - ? from " + differences + ")")
                .param(number)
                .update();
    }

    private static String[] array(List<Difference> batch, Function<Difference, String> field) {
        return batch.stream().map(field).toArray(String[]::new);
    }
}
