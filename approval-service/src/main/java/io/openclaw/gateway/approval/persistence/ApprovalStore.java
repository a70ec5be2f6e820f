package io.openclaw.gateway.approval.persistence;

import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.core.ListedApproval;
import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.text.Shortened;
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
    /** Characters of a text that a list shows whole. */
    private static final int MAX_LISTED_LENGTH = 2_048;

    private static final List<Reason> TOO_LONG_TO_LIST = List.of(new Reason(
            "approval/reasons", "the reasons are too long for a list; the approval itself has them", Severity.INFO));

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
        Shortened shortened = Shortened.of(approval.arguments().text(), MAX_LISTED_LENGTH);
        jdbc.sql("insert into " + approvals
                        + " (call_id, agent, upstream, tool, digest, arguments, context, intent, reading, reasons,"
                        + " status, requested_at, expires_at, terms, changed_at, reason, escalated_partition, escalated_offset,"
                        + " arguments_start, arguments_length, arguments_sha256)"
                        + " values (?, ?, ?, ?, ?, cast(? as json), cast(? as json), ?, ?, cast(? as json), ?, ?, ?, cast(? as json), ?, ?, ?, ?, ?, ?, ?)"
                        + " on conflict do nothing")
                .param(approval.id())
                .param(approval.agent())
                .param(approval.upstream())
                .param(approval.tool())
                .param(approval.digest())
                .param(approval.arguments().text())
                .param(approval.context() == null ? null : approval.context().text())
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
                .param(approval.reason())
                .param(stored.partition())
                .param(stored.offset())
                .param(shortened == null ? null : shortened.start())
                .param(shortened == null ? null : shortened.characters())
                .param(shortened == null ? null : shortened.sha256())
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

    /**
     * Returns the approvals whose status the pipeline has not been told of, oldest first, at most 100; without their arguments,
     * which would take hundreds of megabytes.
     */
    public List<Stored> untold() {
        return jdbc.sql(
                        "select call_id, agent, upstream, tool, digest, '{}' as arguments, context, intent, reading, reasons, status,"
                                + " requested_at, expires_at, terms, votes, changed_at, decided_by, reason, escalated_partition,"
                                + " escalated_offset from " + approvals
                                + " where not told order by changed_at limit 100")
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

    /**
     * Returns approvals, newest first. Long texts never leave the database.
     *
     * @param status only those that have it
     * @param agent only those of its calls
     * @param before only those that follow this one in the list
     */
    public List<ListedApproval> list(
            @Nullable Status status, @Nullable String agent, @Nullable UUID before, int limit) {
        String sql =
                "select call_id, agent, upstream, tool, digest, context, left(intent, :longest) as intent, reading,"
                        + " case when length(reasons::text) <= 4 * :longest then reasons::text end as reasons, status, requested_at,"
                        + " expires_at, terms, votes, changed_at, decided_by, reason, arguments_start, arguments_length,"
                        + " arguments_sha256, case when arguments_length is null then arguments::text end as arguments_whole from "
                        + approvals
                        + " where true"
                        + (status == null ? "" : " and status = :status")
                        + (agent == null ? "" : " and agent = :agent")
                        + (before == null
                                ? ""
                                : " and (requested_at, call_id) < (select requested_at, call_id from " + approvals
                                        + " where call_id = :before)")
                        + " order by requested_at desc, call_id desc limit :limit";
        return jdbc.sql(sql)
                .param("longest", MAX_LISTED_LENGTH)
                .param("status", status == null ? null : status.name())
                .param("agent", agent)
                .param("before", before)
                .param("limit", limit)
                .query((row, n) -> listed(row))
                .list();
    }

    /** Counts the approvals of an agent that wait for a person. */
    public long pending(String agent) {
        return jdbc.sql("select count(*) from " + approvals + " where status = 'PENDING' and agent = ?")
                .param(agent)
                .query(Long.class)
                .single();
    }

    /** Counts the approvals that wait for a person. */
    public long pending() {
        return jdbc.sql("select count(*) from " + approvals + " where status = 'PENDING'")
                .query(Long.class)
                .single();
    }

    private static Stored stored(ResultSet row) throws SQLException {
        return new Stored(
                approval(row, RawJson.of(row.getString("arguments")), reasons(row.getString("reasons"))),
                row.getInt("escalated_partition"),
                row.getLong("escalated_offset"));
    }

    private static ListedApproval listed(ResultSet row) throws SQLException {
        String whole = row.getString("arguments_whole");
        String reasons = row.getString("reasons");
        return new ListedApproval(
                approval(
                        row,
                        RawJson.of(whole == null ? "null" : whole),
                        reasons == null ? TOO_LONG_TO_LIST : reasons(reasons)),
                whole != null
                        ? null
                        : new Shortened(
                                row.getString("arguments_start"),
                                row.getLong("arguments_length"),
                                row.getString("arguments_sha256")));
    }

    private static List<Reason> reasons(String json) {
        return List.of(RawJson.of(json).as(Reason[].class));
    }

    private static Approval approval(ResultSet row, RawJson arguments, List<Reason> reasons) throws SQLException {
        return new Approval(
                row.getObject("call_id", UUID.class),
                row.getString("agent"),
                row.getString("upstream"),
                row.getString("tool"),
                row.getString("digest"),
                arguments,
                row.getString("context") == null ? null : RawJson.of(row.getString("context")),
                row.getString("intent"),
                row.getString("reading"),
                reasons,
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
    }
}
