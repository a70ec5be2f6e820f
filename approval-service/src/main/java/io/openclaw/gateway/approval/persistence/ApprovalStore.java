package io.openclaw.gateway.approval.persistence;

import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Approvals in PostgreSQL. A status changes once, from {@code PENDING} to another; the database decides who was first. */
public final class ApprovalStore {
    private final JdbcClient jdbc;
    private final String approvals;

    public ApprovalStore(Schema schema, JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.approvals = schema.name() + ".approvals";
    }

    /** An approval, and where its call is in {@code calls.escalated}. */
    public record Stored(Approval approval, int partition, long offset) {}

    /** Keeps a new approval; one that is there already stays as it is. */
    public void insert(Stored stored) {
        Approval approval = stored.approval();
        jdbc.sql("insert into " + approvals + " (call_id, agent, upstream, tool, digest, arguments, intent, reading, reasons,"
                        + " status, requested_at, expires_at, terms, changed_at, escalated_partition, escalated_offset)"
                        + " values (?, ?, ?, ?, ?, cast(? as json), ?, ?, cast(? as json), ?, ?, ?, cast(? as json), ?, ?, ?)"
                        + " on conflict do nothing")
                .param(approval.id())
                .param(approval.agent())
                .param(approval.upstream())
                .param(approval.tool())
                .param(approval.digest())
                .param(approval.arguments().text())
                .param(approval.intent())
                .param(approval.reading())
                .param(RawJson.from(approval.reasons()).text())
                .param(approval.status().name())
                .param(Timestamp.from(approval.requestedAt()))
                .param(Timestamp.from(approval.expiresAt()))
                .param(
                        approval.terms() == null
                                ? null
                                : RawJson.from(approval.terms()).text())
                .param(Timestamp.from(approval.changedAt()))
                .param(stored.partition())
                .param(stored.offset())
                .update();
    }

    /**
     * Keeps what a person said about a pending approval.
     *
     * @param before the approval that the person saw
     * @param after what it is now
     * @return false if it is not as the person saw it any more, or has expired
     */
    public boolean decide(Approval before, Approval after, Instant now) {
        return jdbc.sql("update " + approvals
                                + " set status = ?, decided_by = ?, reason = ?, changed_at = ?, told = (? = 'PENDING'),"
                                + " votes = cast(? as json), vote_count = ?"
                                + " where call_id = ? and status = 'PENDING' and vote_count = ? and expires_at > ?")
                        .param(after.status().name())
                        .param(after.decidedBy())
                        .param(after.reason())
                        .param(Timestamp.from(after.changedAt()))
                        .param(after.status().name())
                        .param(RawJson.from(after.votes()).text())
                        .param(after.votes().size())
                        .param(before.id())
                        .param(before.votes().size())
                        .param(Timestamp.from(now))
                        .update()
                == 1;
    }

    /** Withdraws a pending approval. */
    public void cancel(UUID id, Instant now) {
        jdbc.sql("update " + approvals + " set status = 'CANCELLED', changed_at = ?, told = false"
                        + " where call_id = ? and status = 'PENDING'")
                .param(Timestamp.from(now))
                .param(id)
                .update();
    }

    /** Ends the approvals that nobody decided in time. */
    public void expire(Instant now) {
        jdbc.sql("update " + approvals + " set status = 'EXPIRED', changed_at = ?, told = false"
                        + " where status = 'PENDING' and expires_at <= ?")
                .param(Timestamp.from(now))
                .param(Timestamp.from(now))
                .update();
    }

    /** Returns the approvals whose status the pipeline has not been told of, oldest first, at most 100. */
    public List<Stored> untold() {
        return jdbc.sql("select * from " + approvals + " where not told order by changed_at limit 100")
                .query((row, n) -> stored(row))
                .list();
    }

    /** Keeps that the pipeline has been told of a status. */
    public void markTold(UUID id, Status status) {
        jdbc.sql("update " + approvals + " set told = true where call_id = ? and status = ?")
                .param(id)
                .param(status.name())
                .update();
    }

    public Optional<Stored> find(UUID id) {
        return jdbc.sql("select * from " + approvals + " where call_id = ?")
                .param(id)
                .query((row, n) -> stored(row))
                .optional();
    }

    /** Returns approvals, newest first. */
    public List<Approval> list(@Nullable Status status, int limit) {
        String sql = "select * from " + approvals + (status == null ? "" : " where status = :status")
                + " order by requested_at desc limit :limit";
        return jdbc.sql(sql)
                .param("status", status == null ? null : status.name())
                .param("limit", limit)
                .query((row, n) -> stored(row).approval())
                .list();
    }

    /** Counts the approvals that wait for a person. */
    public long pending() {
        return jdbc.sql("select count(*) from " + approvals + " where status = 'PENDING'")
                .query(Long.class)
                .single();
    }

    private static Stored stored(ResultSet row) throws SQLException {
        var approval = new Approval(
                row.getObject("call_id", UUID.class),
                row.getString("agent"),
                row.getString("upstream"),
                row.getString("tool"),
                row.getString("digest"),
                RawJson.of(row.getString("arguments")),
                row.getString("intent"),
                row.getString("reading"),
                List.of(RawJson.of(row.getString("reasons")).as(Reason[].class)),
                Status.valueOf(row.getString("status")),
                row.getTimestamp("requested_at").toInstant(),
                row.getTimestamp("expires_at").toInstant(),
                row.getString("terms") == null
                        ? null
                        : RawJson.of(row.getString("terms")).as(ApprovalTerms.class),
                List.of(RawJson.of(row.getString("votes")).as(Approval.Vote[].class)),
                row.getTimestamp("changed_at").toInstant(),
                row.getString("decided_by"),
                row.getString("reason"));
        return new Stored(approval, row.getInt("escalated_partition"), row.getLong("escalated_offset"));
    }
}
