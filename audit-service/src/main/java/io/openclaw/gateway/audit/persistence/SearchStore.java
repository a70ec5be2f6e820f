package io.openclaw.gateway.audit.persistence;

import io.openclaw.gateway.audit.core.SearchKeys;
import io.openclaw.gateway.common.persistence.Schema;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What the record is searched by, and how much is in it by the hour: made of the events, in their order, after them. */
public final class SearchStore {
    private static final int AT_ONCE = 1_000;

    private final JdbcTemplate template;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final String schema;

    public SearchStore(Schema schema, JdbcTemplate template) {
        this.template = template;
        this.jdbc = JdbcClient.create(template);
        this.transaction = new TransactionTemplate(
                new JdbcTransactionManager(Objects.requireNonNull(template.getDataSource(), "a data source")));
        this.schema = schema.name();
    }

    /** How events are counted. */
    private record Slot(Instant hour, String type, String agent, String upstream, String tool, String outcome) {}

    /**
     * Makes the next events, at most {@value #AT_ONCE}, findable. Several processes may do it at once; each event counts once.
     *
     * @return how many there were
     */
    public int indexSome() {
        return Objects.requireNonNullElse(transaction.execute(status -> index()), 0);
    }

    private int index() {
        long last = jdbc.sql("select last_id from " + schema + ".search_state for update")
                .query(Long.class)
                .single();
        List<Object[]> rows = new ArrayList<>();
        Map<Slot, Long> counts = new HashMap<>();
        long[] reached = {last};
        // Ids are given out under the lock of the tree, so that no lower one comes later.
        jdbc.sql("select id, event_type, agent, upstream, tool, outcome, occurred_at, event::text as whole from "
                        + schema + ".events where id > ? order by id limit " + AT_ONCE)
                .param(last)
                .withFetchSize(100)
                .query(row -> {
                    reached[0] = row.getLong("id");
                    String type = row.getString("event_type");
                    long[] keys = SearchKeys.hashes(SearchKeys.of(type, row.getString("whole")));
                    if (keys.length > 0) {
                        rows.add(new Object[] {row.getLong("id"), array(keys)});
                    }
                    counts.merge(
                            new Slot(
                                    row.getTimestamp("occurred_at").toInstant().truncatedTo(ChronoUnit.HOURS),
                                    type,
                                    text(row.getString("agent")),
                                    text(row.getString("upstream")),
                                    text(row.getString("tool")),
                                    text(row.getString("outcome"))),
                            1L,
                            Long::sum);
                });
        if (counts.isEmpty()) {
            return 0;
        }
        template.batchUpdate(
                "insert into " + schema + ".search (id, keys) values (?, ?::bigint[]) on conflict do nothing", rows);
        template.batchUpdate(
                "insert into " + schema + ".stats as s (hour, event_type, agent, upstream, tool, outcome, events)"
                        + " values (?, ?, ?, ?, ?, ?, ?) on conflict (hour, event_type, agent, upstream, tool, outcome)"
                        + " do update set events = s.events + excluded.events",
                counts.entrySet().stream()
                        .map(each -> new Object[] {
                            Timestamp.from(each.getKey().hour()),
                            each.getKey().type(),
                            each.getKey().agent(),
                            each.getKey().upstream(),
                            each.getKey().tool(),
                            each.getKey().outcome(),
                            each.getValue()
                        })
                        .toList());
        jdbc.sql("update " + schema + ".search_state set last_id = ?")
                .param(reached[0])
                .update();
        return Math.toIntExact(
                counts.values().stream().mapToLong(Long::longValue).sum());
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    /** Returns the text form of an array. */
    static String array(long[] values) {
        return Arrays.toString(values).replace('[', '{').replace(']', '}').replace(" ", "");
    }

    /**
     * How many events there were in a part of the time.
     *
     * @param name of what they are counted by
     */
    public record Count(Instant from, String name, long events) {}

    /** What events are counted by. */
    public enum By {
        TYPE("event_type"),
        OUTCOME("outcome"),
        AGENT("agent"),
        UPSTREAM("upstream"),
        TOOL("case when tool = '' then '' else upstream || '/' || tool end");

        private final String sql;

        By(String sql) {
            this.sql = sql;
        }
    }

    /**
     * Counts events.
     *
     * @param part a number of whole hours
     * @param types the kinds of event that count; all, if there are none
     */
    public List<Count> count(By by, Instant since, Duration part, List<String> types) {
        return jdbc.sql("select date_bin(cast(:part as interval), hour, :origin) as slice, " + by.sql
                        + " as name, sum(events) as events from " + schema + ".stats where hour >= :since"
                        + (types.isEmpty() ? "" : " and event_type = any(:types)") + " and " + by.sql
                        + " <> '' group by 1, 2 order by 1, 3 desc, 2 limit 20000")
                .param("part", part.toHours() + " hours")
                .param("origin", Timestamp.from(Instant.EPOCH))
                .param("since", Timestamp.from(since.truncatedTo(ChronoUnit.HOURS)))
                .param("types", types.toArray(String[]::new))
                .query((row, n) ->
                        new Count(row.getTimestamp("slice").toInstant(), row.getString("name"), row.getLong("events")))
                .list();
    }
}
