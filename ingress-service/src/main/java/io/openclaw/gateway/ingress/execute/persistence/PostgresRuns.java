package io.openclaw.gateway.ingress.execute.persistence;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.ingress.execute.RunSignals;
import io.openclaw.gateway.ingress.execute.core.Plan;
import io.openclaw.gateway.ingress.execute.core.Run;
import io.openclaw.gateway.ingress.execute.core.RunRules;
import io.openclaw.gateway.ingress.execute.core.RunState;
import io.openclaw.gateway.ingress.execute.core.RunStore;
import io.openclaw.gateway.ingress.execute.core.Spending;
import io.openclaw.gateway.ingress.execute.core.Step;
import io.openclaw.gateway.ingress.execute.core.Turn;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.core.type.TypeReference;

/** Runs in the schema of ingress. A change is stored if nobody else has changed the run since it was read. */
public final class PostgresRuns implements RunStore {
    /** How long after a call's deadline its end may still come. */
    private static final Duration GRACE = Duration.ofMinutes(10);

    private static final TypeReference<List<Turn>> TURNS = new TypeReference<>() {};
    private static final TypeReference<List<Step>> STEPS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final RunSignals signals;
    private final String runs;
    private final String turns;
    private final String steps;
    private final String spending;
    private final String calls;

    public PostgresRuns(Schema schema, JdbcClient jdbc, TransactionOperations transactions, RunSignals signals) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.signals = signals;
        this.runs = schema.name() + ".runs";
        this.turns = schema.name() + ".run_turns";
        this.steps = schema.name() + ".run_steps";
        this.spending = schema.name() + ".run_spending";
        this.calls = schema.name() + ".calls";
    }

    /** What is stored of a run beside its turns and steps. */
    private record Document(Run.Asked asked, Run.Status status, Spending spent, List<Plan> plans) {
        private Document {
            plans = plans == null ? List.of() : List.copyOf(plans);
        }

        static String of(Run run) {
            return RawJson.from(new Document(run.asked(), run.status(), run.spent(), run.plans()))
                    .text();
        }
    }

    @Override
    public boolean create(Run run, @Nullable String owner, @Nullable Instant leaseUntil, int maxOpen) {
        String agent = run.asked().agent();
        return Boolean.TRUE.equals(transactions.execute(transaction -> {
            // Two requests at once must not both see the last free one.
            jdbc.sql("select pg_advisory_xact_lock(hashtextextended(?, 0))")
                    .param("openclaw.runs." + agent)
                    .query((row, n) -> n)
                    .list();
            long open = jdbc.sql("select count(*) from " + runs + " where agent = ? and ended_at is null")
                    .param(agent)
                    .query(Long.class)
                    .single();
            if (open >= maxOpen) {
                return false;
            }
            jdbc.sql("insert into " + runs + " (run_id, agent, state, version, document, started_at, lease_owner,"
                            + " lease_until) values (?, ?, ?, ?, cast(? as json), ?, ?, ?)")
                    .param(run.runId())
                    .param(agent)
                    .param(run.state().name())
                    .param(run.version())
                    .param(Document.of(run))
                    .param(Timestamp.from(run.asked().startedAt()))
                    .param(owner)
                    .param(timestamp(leaseUntil))
                    .update();
            return true;
        }));
    }

    @Override
    public Optional<Run> find(UUID runId) {
        // One statement, so that the run, its turns and its steps are those of one moment.
        return jdbc.sql("select document, version, (select json_agg(document order by number) from " + turns
                        + " t where t.run_id = r.run_id) as turns, (select json_agg(document order by number) from "
                        + steps + " s where s.run_id = r.run_id) as steps from " + runs + " r where run_id = ?")
                .param(runId)
                .query((row, n) -> {
                    Document document = RawJson.of(row.getString("document")).as(Document.class);
                    return new Run(
                            document.asked(),
                            document.status(),
                            document.spent(),
                            row.getInt("version"),
                            list(row.getString("turns"), TURNS),
                            list(row.getString("steps"), STEPS),
                            document.plans());
                })
                .optional();
    }

    private static <T> List<T> list(@Nullable String json, TypeReference<List<T>> type) {
        return json == null ? List.of() : Json.MAPPER.readValue(json, type);
    }

    @Override
    public int versionOf(UUID runId) {
        return jdbc.sql("select version from " + runs + " where run_id = ?")
                .param(runId)
                .query(Integer.class)
                .optional()
                .orElse(-1);
    }

    @Override
    public Optional<Run> claimNext(String owner, Instant now, Instant leaseUntil) {
        return jdbc.sql("update " + runs + " set lease_owner = ?, lease_until = ? where run_id = (select run_id from "
                        + runs + " r where ended_at is null and (lease_until is null or lease_until < ?)"
                        + " and (state = 'RUNNING' or cancel_requested or due_at < ?"
                        + " or (state = 'WAITING_FOR_APPROVAL' and exists (select 1 from " + steps + " s left join "
                        + calls + " c on c.call_id = s.call_id where s.run_id = r.run_id"
                        + " and s.state in ('CHOSEN', 'ASKED', 'WAITING_FOR_APPROVAL')"
                        + " and (c.outcome is not null or s.deadline < ?))))"
                        + " order by lease_until nulls first limit 1 for update skip locked) returning run_id")
                .param(owner)
                .param(Timestamp.from(leaseUntil))
                .param(Timestamp.from(now))
                .param(Timestamp.from(now))
                .param(Timestamp.from(now.minus(GRACE)))
                .query(UUID.class)
                .optional()
                .flatMap(this::find);
    }

    @Override
    public boolean claim(Run run, String owner, Instant now, Instant leaseUntil) {
        return jdbc.sql("update " + runs + " set lease_owner = ?, lease_until = ? where run_id = ? and version = ?"
                                + " and ended_at is null and (lease_until is null or lease_until < ?)")
                        .param(owner)
                        .param(Timestamp.from(leaseUntil))
                        .param(run.runId())
                        .param(run.version())
                        .param(Timestamp.from(now))
                        .update()
                == 1;
    }

    @Override
    public void renew(Collection<UUID> held, String owner, Instant leaseUntil) {
        jdbc.sql("update " + runs
                        + " set lease_until = ? where run_id = any(?) and lease_owner = ? and ended_at is null")
                .param(Timestamp.from(leaseUntil))
                .param(held.toArray(UUID[]::new))
                .param(owner)
                .update();
    }

    @Override
    public int interrupted(UUID runId, String owner, Instant retryAt) {
        return jdbc.sql("update " + runs + " set interruptions = interruptions + 1, lease_until = ?"
                        + " where run_id = ? and lease_owner = ? and ended_at is null returning interruptions")
                .param(Timestamp.from(retryAt))
                .param(runId)
                .param(owner)
                .query(Integer.class)
                .optional()
                .orElse(0);
    }

    @Override
    public void release(UUID runId, String owner) {
        jdbc.sql("update " + runs + " set lease_owner = null, lease_until = null where run_id = ? and lease_owner = ?")
                .params(runId, owner)
                .update();
    }

    @Override
    public void requestCancel(UUID runId) {
        jdbc.sql("update " + runs + " set cancel_requested = true where run_id = ? and ended_at is null")
                .param(runId)
                .update();
    }

    @Override
    public boolean isCancelRequested(UUID runId) {
        return jdbc.sql("select cancel_requested from " + runs + " where run_id = ?")
                .param(runId)
                .query(Boolean.class)
                .optional()
                .orElse(true);
    }

    @Override
    public Run save(String owner, Run run, List<Turn> newTurns, List<Step> changed, Spending spent, Instant now)
            throws LeaseLostException {
        boolean stays = run.state() == RunState.RUNNING;
        Boolean stored = transactions.execute(transaction -> {
            int rows = jdbc.sql("update " + runs + " set state = ?, version = version + 1, document = cast(? as json),"
                            + " ended_at = ?, due_at = ?, lease_owner = case when ? then lease_owner end,"
                            + " lease_until = case when ? then lease_until end,"
                            + " interruptions = case when ? then interruptions else 0 end"
                            + " where run_id = ? and version = ? and lease_owner = ?")
                    .param(run.state().name())
                    .param(Document.of(run))
                    .param(timestamp(run.status().endedAt()))
                    .param(timestamp(dueAt(run)))
                    .param(stays)
                    .param(stays)
                    .param(stays && newTurns.isEmpty())
                    .param(run.runId())
                    .param(run.version())
                    .param(owner)
                    .update();
            if (rows == 0) {
                return false;
            }
            newTurns.forEach(turn -> insert(run.runId(), turn));
            changed.forEach(step -> upsert(run.runId(), step));
            if (!spent.equals(Spending.NONE)) {
                spend(run.asked().agent(), spent, now);
            }
            return true;
        });
        signals.changed(run.runId());
        if (!Boolean.TRUE.equals(stored)) {
            throw new LeaseLostException(run.runId());
        }
        return run.stored(run.version() + 1);
    }

    private static @Nullable Instant dueAt(Run run) {
        Instant since = run.status().waitingSince();
        return run.state() == RunState.PLANNED && since != null ? since.plus(RunRules.PLAN_EXPIRES) : null;
    }

    private void insert(UUID runId, Turn turn) {
        jdbc.sql("insert into " + turns + " (run_id, number, document) values (?, ?, cast(? as json))")
                .param(runId)
                .param(turn.number())
                .param(RawJson.from(turn).text())
                .update();
    }

    private void upsert(UUID runId, Step step) {
        jdbc.sql("insert into " + steps + " (run_id, number, state, call_id, deadline, document)"
                        + " values (?, ?, ?, ?, ?, cast(? as json)) on conflict (run_id, number) do update set"
                        + " state = excluded.state, call_id = excluded.call_id, deadline = excluded.deadline,"
                        + " document = excluded.document")
                .param(runId)
                .param(step.number())
                .param(step.state().name())
                .param(step.callId())
                .param(timestamp(step.deadline()))
                .param(RawJson.from(step).text())
                .update();
    }

    private void spend(String agent, Spending spent, Instant now) {
        jdbc.sql("insert into " + spending
                        + " (agent, day, input_tokens, output_tokens, cost_usd) values (?, ?, ?, ?, ?)"
                        + " on conflict (agent, day) do update set"
                        + " input_tokens = run_spending.input_tokens + excluded.input_tokens,"
                        + " output_tokens = run_spending.output_tokens + excluded.output_tokens,"
                        + " cost_usd = run_spending.cost_usd + excluded.cost_usd")
                .param(agent)
                .param(Date.valueOf(day(now)))
                .param(spent.inputTokens())
                .param(spent.outputTokens())
                .param(spent.costUsd())
                .update();
    }

    @Override
    public Spending spentToday(String agent, Instant now) {
        return jdbc.sql("select input_tokens, output_tokens, cost_usd from " + spending
                        + " where agent = ? and day = ?")
                .params(agent, Date.valueOf(day(now)))
                .query((row, n) -> new Spending(row.getLong(1), row.getLong(2), row.getDouble(3)))
                .optional()
                .orElse(Spending.NONE);
    }

    @Override
    public void purgeBefore(Instant instant) {
        jdbc.sql("delete from " + runs + " where started_at < ? and ended_at is not null")
                .param(Timestamp.from(instant))
                .update();
        jdbc.sql("delete from " + spending + " where day < ?")
                .param(Date.valueOf(day(instant)))
                .update();
    }

    private static LocalDate day(Instant instant) {
        return LocalDate.ofInstant(instant, ZoneOffset.UTC);
    }

    private static @Nullable Timestamp timestamp(@Nullable Instant instant) {
        return instant == null ? null : Timestamp.from(instant);
    }
}
