package io.openclaw.gateway.audit.persistence;

import io.openclaw.gateway.common.persistence.Schema;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the record says about many calls together. */
public final class CallStatistics {
    private final JdbcClient jdbc;
    private final String events;

    public CallStatistics(Schema schema, JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.events = schema.name() + ".events";
    }

    /** How many calls ended so in a part of the time. */
    public record Slice(Instant from, String outcome, long calls) {}

    /** Returns how calls ended since a time, by parts of it. */
    public List<Slice> outcomes(Instant since, Duration part) {
        return jdbc.sql(
                        "select date_bin(cast(? as interval), occurred_at, ?) as slice, outcome, count(*) as calls from "
                                + events
                                + " where occurred_at >= ? and event_type = 'call.completed' and outcome is not null"
                                + " group by 1, 2 order by 1")
                .param(part.toSeconds() + " seconds")
                .param(Timestamp.from(since))
                .param(Timestamp.from(since))
                .query((row, n) -> new Slice(
                        row.getTimestamp("slice").toInstant(), row.getString("outcome"), row.getLong("calls")))
                .list();
    }

    /** A name, and how often it was there. */
    public record Count(String name, long calls, long refused) {}

    /** Returns the agents with most calls since a time, at most 8. */
    public List<Count> agents(Instant since) {
        return counts("agent", since);
    }

    /** Returns the tools that were called most since a time, at most 8. */
    public List<Count> tools(Instant since) {
        return counts("upstream || '/' || tool", since);
    }

    private List<Count> counts(String what, Instant since) {
        return jdbc.sql("select " + what + " as name, count(*) as calls,"
                        + " count(*) filter (where outcome in ('DENIED', 'EXPIRED')) as refused from " + events
                        + " where occurred_at >= ? and event_type = 'call.completed' and agent is not null and tool is not null"
                        + " group by 1 order by calls desc, name limit 8")
                .param(Timestamp.from(since))
                .query((row, n) -> new Count(row.getString("name"), row.getLong("calls"), row.getLong("refused")))
                .list();
    }

    /** Returns the rules that refused most calls since a time, among the last 2,000 refusals; at most 8. */
    public List<Count> rules(Instant since) {
        return jdbc.sql(
                        "select reason ->> 'ruleId' as name, count(*) as calls, count(*) as refused from (select event from "
                                + events
                                + " where occurred_at >= ? and event_type = 'call.completed' and outcome = 'DENIED'"
                                + " and coalesce(event_length, 0) < 20000 order by id desc limit 2000) denied"
                                + " cross join lateral json_array_elements(event -> 'verdicts' -> -1 -> 'reasons') reason"
                                + " where reason ->> 'ruleId' is not null group by 1 order by calls desc, name limit 8")
                .param(Timestamp.from(since))
                .query((row, n) -> new Count(row.getString("name"), row.getLong("calls"), row.getLong("refused")))
                .list();
    }

    /**
     * How long a stage took.
     *
     * @param medianMillis in the middle
     */
    public record Latency(String stage, double medianMillis, double p95Millis, long calls) {}

    /** Returns how long each step took since a time, among the last 20,000 events: from the event before it to its own. */
    public List<Latency> latencies(Instant since) {
        return jdbc.sql("select event_type, count(*) as calls,"
                        + " percentile_cont(0.5) within group (order by took) as median,"
                        + " percentile_cont(0.95) within group (order by took) as p95 from (select event_type,"
                        + " extract(epoch from occurred_at - lag(occurred_at) over (partition by call_id order by id)) * 1000 as took"
                        + " from (select id, event_type, call_id, occurred_at from " + events
                        + " where occurred_at >= ? and call_id is not null and event_type like 'call.%'"
                        + " order by id desc limit 20000) recent) steps where took is not null and took >= 0"
                        + " group by event_type order by event_type")
                .param(Timestamp.from(since))
                .query((row, n) -> new Latency(
                        row.getString("event_type"),
                        row.getDouble("median"),
                        row.getDouble("p95"),
                        row.getLong("calls")))
                .list();
    }

    /** Counts the events of a kind since a time. */
    public long count(String type, Instant since) {
        return jdbc.sql("select count(*) from " + events + " where occurred_at >= ? and event_type = ?")
                .param(Timestamp.from(since))
                .param(type)
                .query(Long.class)
                .single();
    }

    /**
     * A call in a list.
     *
     * @param outcome absent while it is under way
     */
    public record Recent(
            UUID callId,
            @Nullable String agent,
            @Nullable String upstream,
            @Nullable String tool,
            Instant at,
            @Nullable String outcome) {}

    /** Returns the newest calls, at most so many. */
    public List<Recent> recent(@Nullable String agent, @Nullable String tool, @Nullable Instant until, int limit) {
        return jdbc.sql(
                        "select r.call_id, r.agent, r.upstream, r.tool, r.occurred_at, e.outcome from (select call_id, agent,"
                                + " upstream, tool, occurred_at, id from " + events
                                + " where event_type = 'call.requested' and call_id is not null"
                                + (agent == null ? "" : " and agent = :agent")
                                + (tool == null ? "" : " and :tool in (tool, upstream || '/' || tool)")
                                + (until == null ? "" : " and occurred_at < :until")
                                + " order by id desc limit :limit) r left join lateral (select outcome from " + events
                                + " e where e.call_id = r.call_id and e.outcome is not null limit 1) e on true order by r.id desc")
                .param("agent", agent)
                .param("tool", tool)
                .param("until", until == null ? null : Timestamp.from(until))
                .param("limit", limit)
                .query((row, n) -> new Recent(
                        row.getObject("call_id", UUID.class),
                        row.getString("agent"),
                        row.getString("upstream"),
                        row.getString("tool"),
                        row.getTimestamp("occurred_at").toInstant(),
                        row.getString("outcome")))
                .list();
    }

    /** Returns the calls that a call caused within a day, at most 50. */
    public List<UUID> children(UUID parent) {
        // A version 7 UUID begins with the time of the request, in milliseconds.
        Instant asked = Instant.ofEpochMilli(parent.getMostSignificantBits() >>> 16);
        return jdbc.sql(
                        "select call_id from " + events + " where event_type = 'call.requested' and call_id is not null"
                                + " and occurred_at between ? and ? and event -> 'call' ->> 'parentCallId' = ? order by id limit 50")
                .param(Timestamp.from(asked))
                .param(Timestamp.from(asked.plus(Duration.ofDays(1))))
                .param(parent.toString())
                .query((row, n) -> row.getObject("call_id", UUID.class))
                .list();
    }

    /** Returns the greatest id of an event. */
    public long last() {
        return jdbc.sql("select coalesce(max(id), 0) from " + events)
                .query(Long.class)
                .single();
    }
}
