package io.openclaw.gateway.ingress.persistence;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.InputRequested;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.EventListeners.Received;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.ingress.core.KeyedCall;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
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

    public CallStore(Schema schema, JdbcClient jdbc, Redactor redactor) {
        this.jdbc = jdbc;
        this.redactor = redactor;
        this.calls = schema.name() + ".calls";
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

    /** Forgets the calls that were requested before an instant. */
    public void forgetBefore(Instant instant) {
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
