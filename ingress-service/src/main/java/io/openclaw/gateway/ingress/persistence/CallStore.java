package io.openclaw.gateway.ingress.persistence;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallReported;
import io.openclaw.gateway.common.event.InputRequested;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.Received;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.ingress.core.KeyedCall;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.type.TypeReference;

/** Which calls there are, and where in Kafka their ends are. */
public final class CallStore {
    private static final TypeReference<Map<String, RawJson>> REQUESTS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final Redactor redactor;
    private final String calls;
    private final String approvals;
    private final String reports;

    public CallStore(Schema schema, JdbcClient jdbc, Redactor redactor) {
        this.jdbc = jdbc;
        this.redactor = redactor;
        this.calls = schema.name() + ".calls";
        this.approvals = schema.name() + ".decision_approvals";
        this.reports = schema.name() + ".decision_reports";
    }

    /** Where a record is in its topic. */
    public record Position(int partition, long offset) {}

    /** A call as the store knows it; {@code call} is there if it was asked for again before it ended. */
    public record StoredCall(
            UUID callId,
            @Nullable ToolCall call,
            @Nullable Instant approvalExpiresAt,
            @Nullable Integer inputRound,
            Map<String, RawJson> input,
            @Nullable Outcome outcome,
            @Nullable Position completed) {}

    /** Makes an idempotency key stand for a call, unless it already stands for one, and returns the call it stands for. */
    public KeyedCall claimKey(ToolCall call, String idempotencyKey) {
        insertPending(call, idempotencyKey, null);
        return jdbc.sql("select call_id, digest, outcome from " + calls + " where agent = ? and idempotency_key = ?")
                .params(call.agent(), idempotencyKey)
                .query((row, n) -> new KeyedCall(
                        idempotencyKey,
                        row.getObject("call_id", UUID.class),
                        row.getString("digest"),
                        row.getString("outcome") != null))
                .single();
    }

    /** Returns the idempotency keys under which calls were asked for; a call without one is left out. */
    public Map<UUID, String> keysOf(Collection<UUID> callIds) {
        Map<UUID, String> keys = new HashMap<>();
        jdbc.sql("select call_id, idempotency_key from " + calls
                        + " where call_id = any(?) and idempotency_key is not null")
                .param(callIds.toArray(UUID[]::new))
                .query(row -> {
                    keys.put(row.getObject("call_id", UUID.class), row.getString("idempotency_key"));
                });
        return keys;
    }

    /** Returns the call that an agent's idempotency key stands for. */
    public Optional<UUID> findByKey(String agent, String idempotencyKey) {
        return jdbc.sql("select call_id from " + calls + " where agent = ? and idempotency_key = ?")
                .params(agent, idempotencyKey)
                .query(UUID.class)
                .optional();
    }

    /** Keeps a call that has not ended, and until when a person may decide about it. */
    public void rememberPending(ToolCall call, @Nullable Instant approvalExpiresAt) {
        if (insertPending(call, null, approvalExpiresAt) == 0) {
            jdbc.sql("update " + calls + " set call = coalesce(call, cast(? as json)),"
                            + " approval_expires_at = coalesce(?, approval_expires_at) where call_id = ?")
                    .param(json(call))
                    .param(timestamp(approvalExpiresAt))
                    .param(call.callId())
                    .update();
        }
    }

    /** Keeps what an upstream asks the client of a call for. */
    public void rememberInput(InputRequested requested) {
        insertPending(requested.call(), null, null);
        jdbc.sql("update " + calls + " set call = coalesce(call, cast(? as json)), input_round = ?,"
                        + " input = cast(? as json) where call_id = ?")
                .param(json(requested.call()))
                .param(requested.round())
                .param(redactor.redact(RawJson.from(requested.requests())).text())
                .param(requested.call().callId())
                .update();
    }

    /** Keeps which request of a client asked for a call. */
    public void rememberClientRequest(UUID callId, String clientRequest) {
        jdbc.sql("update " + calls + " set client_request = ? where call_id = ?")
                .params(clientRequest, callId)
                .update();
    }

    /** Returns the call that a client's request asked for last. */
    public Optional<UUID> findByClientRequest(String clientRequest) {
        return jdbc.sql("select call_id from " + calls + " where client_request = ? order by requested_at desc limit 1")
                .param(clientRequest)
                .query(UUID.class)
                .optional();
    }

    /** Keeps where the ends of calls are. The first end of a call is its end; what comes after it changes nothing. */
    public void rememberEnds(List<Received<CallCompleted>> ends) {
        Map<UUID, Received<CallCompleted>> first = new LinkedHashMap<>();
        ends.forEach(end -> first.putIfAbsent(end.event().call().callId(), end));
        if (first.isEmpty()) {
            return;
        }
        jdbc.sql("insert into " + calls + " (call_id, agent, digest, requested_at, outcome, completed_at,"
                        + " completed_partition, completed_offset)"
                        + " select * from unnest(?::uuid[], ?::text[], ?::text[], ?::timestamptz[], ?::text[],"
                        + " ?::timestamptz[], ?::int[], ?::bigint[])"
                        + " on conflict (call_id) do update set outcome = excluded.outcome,"
                        + " completed_at = excluded.completed_at, completed_partition = excluded.completed_partition,"
                        + " completed_offset = excluded.completed_offset where calls.outcome is null")
                .params(List.of(
                        array(first, end -> end.event().call().callId().toString()),
                        array(first, end -> end.event().call().agent()),
                        array(first, end -> end.event().call().digest()),
                        array(first, end -> end.event().call().requestedAt().toString()),
                        array(first, end -> end.event().outcome().name()),
                        array(first, end -> end.event().completedAt().toString()),
                        array(first, end -> Integer.toString(end.record().partition())),
                        array(first, end -> Long.toString(end.record().offset()))))
                .update();
    }

    /** Returns a call. */
    public Optional<StoredCall> find(UUID callId) {
        return jdbc.sql("select * from " + calls + " where call_id = ?")
                .param(callId)
                .query((row, n) -> storedCall(row))
                .optional();
    }

    /** Returns those of some calls that are known. */
    public List<StoredCall> findAll(Collection<UUID> callIds) {
        return jdbc.sql("select * from " + calls + " where call_id = any(?)")
                .param(callIds.toArray(UUID[]::new))
                .query((row, n) -> storedCall(row))
                .list();
    }

    /**
     * Keeps that a person approved a call that the gateway does not run, if one did: it is made use of once, by anyone who asked for
     * it or, if nobody waits for it any more, by the next call like it.
     */
    public void keepApproval(CallCompleted end) {
        if (end.verdicts().stream().noneMatch(verdict -> verdict.stage() == Stage.APPROVAL)) {
            return;
        }
        ToolCall call = end.call();
        jdbc.sql("insert into " + approvals + " (call_id, agent, digest, good_until)"
                        + " select ?, ?, ?, coalesce((select approval_expires_at from " + calls
                        + " where call_id = ?), ?) on conflict do nothing")
                .param(call.callId())
                .param(call.agent())
                .param(call.digest())
                .param(call.callId())
                .param(timestamp(call.deadline()))
                .update();
    }

    /** Returns the call like this one whose approval this one makes use of, so that no other does; empty if there is none. */
    public Optional<UUID> takeApproval(ToolCall call, Instant now) {
        return jdbc.sql("update " + approvals + " set used_by = ?, used_at = ? where call_id = (select call_id from "
                        + approvals + " where agent = ? and digest = ? and used_by is null and good_until > ?"
                        + " order by good_until limit 1 for update skip locked) returning call_id")
                .param(call.callId())
                .param(timestamp(now))
                .param(call.agent())
                .param(call.digest())
                .param(timestamp(now))
                .query(UUID.class)
                .optional();
    }

    /**
     * Makes use of a call's own approval. The same call may do so again: its caller may have missed the answer.
     *
     * @return false if another call did
     */
    public boolean useApproval(UUID callId, Instant now) {
        return jdbc.sql("update " + approvals + " set used_by = call_id, used_at = coalesce(used_at, ?)"
                                + " where call_id = ? and (used_by is null or used_by = call_id)")
                        .param(timestamp(now))
                        .param(callId)
                        .update()
                == 1;
    }

    /** A call that was to make use of an earlier one's approval did not get through. */
    public void putBackApproval(UUID earlier, UUID usedBy) {
        jdbc.sql("update " + approvals + " set used_by = null, used_at = null where call_id = ? and used_by = ?")
                .params(earlier, usedBy)
                .update();
    }

    /** The call was not run, so the next one like it may make use of its approval. */
    public void giveBackApproval(UUID callId) {
        jdbc.sql("update " + approvals + " set used_by = null, used_at = null where call_id = ? and used_by = call_id")
                .param(callId)
                .update();
    }

    /** Keeps that something was reported of a call; returns false if something was before. */
    public boolean keepReport(UUID callId, CallReported.Ran outcome, Instant at) {
        return jdbc.sql("insert into " + reports + " (call_id, outcome, reported_at) values (?, ?, ?)"
                                + " on conflict do nothing")
                        .param(callId)
                        .param(outcome.name())
                        .param(timestamp(at))
                        .update()
                == 1;
    }

    /** What was reported of a call did not reach the record, and may be reported again. */
    public void forgetReport(UUID callId) {
        jdbc.sql("delete from " + reports + " where call_id = ?").param(callId).update();
    }

    /** Forgets the calls that were requested before an instant. */
    public void forgetBefore(Instant instant) {
        jdbc.sql("delete from " + approvals + " where good_until < ?")
                .param(timestamp(instant))
                .update();
        jdbc.sql("delete from " + reports + " where reported_at < ?")
                .param(timestamp(instant))
                .update();
        jdbc.sql("delete from " + calls + " where requested_at < ?")
                .param(timestamp(instant))
                .update();
    }

    private int insertPending(ToolCall call, @Nullable String idempotencyKey, @Nullable Instant approvalExpiresAt) {
        return jdbc.sql("insert into " + calls + " (call_id, agent, digest, idempotency_key, requested_at, call,"
                        + " approval_expires_at) values (?, ?, ?, ?, ?, cast(? as json), ?) on conflict do nothing")
                .param(call.callId())
                .param(call.agent())
                .param(call.digest())
                .param(idempotencyKey)
                .param(timestamp(call.requestedAt()))
                .param(json(call))
                .param(timestamp(approvalExpiresAt))
                .update();
    }

    private String json(ToolCall call) {
        return redactor.redact(RawJson.from(call.withoutArguments())).text();
    }

    private static String[] array(
            Map<UUID, Received<CallCompleted>> ends,
            java.util.function.Function<Received<CallCompleted>, String> value) {
        return ends.values().stream().map(value).toArray(String[]::new);
    }

    private static @Nullable Timestamp timestamp(@Nullable Instant instant) {
        return instant == null ? null : Timestamp.from(instant);
    }

    private static StoredCall storedCall(ResultSet row) throws SQLException {
        String call = row.getString("call");
        String outcome = row.getString("outcome");
        Timestamp expires = row.getTimestamp("approval_expires_at");
        String input = row.getString("input");
        return new StoredCall(
                row.getObject("call_id", UUID.class),
                call == null ? null : RawJson.of(call).as(ToolCall.class),
                expires == null ? null : expires.toInstant(),
                input == null ? null : row.getInt("input_round"),
                input == null ? Map.of() : Json.MAPPER.readValue(input, REQUESTS),
                outcome == null ? null : Outcome.valueOf(outcome),
                outcome == null
                        ? null
                        : new Position(row.getInt("completed_partition"), row.getLong("completed_offset")));
    }
}
