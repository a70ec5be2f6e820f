package io.openclaw.gateway.approval.persistence;

import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.core.Gist;
import io.openclaw.gateway.approval.core.ListedApproval;
import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.policy.PlanApproval;
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
    private static final int RECENT_CHANGES = 1_000;
    /** Characters of a text that a list shows whole. */
    private static final int MAX_LISTED_LENGTH = 2_048;

    private static final List<Reason> TOO_LONG_TO_LIST = List.of(new Reason(
            "approval/reasons", "the reasons are too long for a list; the approval itself has them", Severity.INFO));

    private final JdbcClient jdbc;
    private final String approvals;
    private final String grants;

    public ApprovalStore(Schema schema, JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.approvals = schema.name() + ".approvals";
        this.grants = schema.name() + ".grants";
    }

    /** An approval, and where its call is in {@code calls.escalated}. */
    public record Stored(Approval approval, int partition, long offset) {}

    private static final String INSERTED =
            " (call_id, agent, upstream, tool, digest, arguments, context, intent, reading, reasons, status,"
                    + " requested_at, expires_at, terms, changed_at, decided_by, reason, channel, on_behalf_of, gist,"
                    + " likeness, escalated_partition, escalated_offset, arguments_start, arguments_length,"
                    + " arguments_sha256, votes, vote_count)";
    private static final String VALUES = " :id, :agent, :upstream, :tool, :digest, cast(:arguments as json),"
            + " cast(:context as json), :intent, :reading, cast(:reasons as json), :status, cast(:requestedAt as"
            + " timestamptz), cast(:expiresAt as timestamptz), cast(:terms as json), cast(:changedAt as timestamptz),"
            + " :decidedBy, :reason, :channel, :onBehalfOf, :gist, :likeness, cast(:partition as integer), cast(:offset as"
            + " bigint), :start, cast(:length as integer), :sha256, cast(:votes as json), :voteCount";

    /** Keeps a new approval; one that is there already stays as it is. */
    public void insert(Stored stored) {
        inserting("insert into " + approvals + INSERTED + " values (" + VALUES + ") on conflict do nothing", stored)
                .update();
    }

    /**
     * Keeps a new approval that a grant covers, and uses the grant up by one: both, or neither.
     *
     * @return false if the grant cannot be used any more, or the call has an approval already
     */
    public boolean insertGranted(Stored stored, UUID grant, Instant now) {
        return inserting(
                                "with used as (update " + grants + " set uses = uses + 1 where id = :grant"
                                        + " and revoked_at is null and expires_at > :now"
                                        + " and (max_uses is null or uses < max_uses)"
                                        + " and not exists (select 1 from " + approvals + " where call_id = :id)"
                                        + " returning id) insert into " + approvals + INSERTED + " select" + VALUES
                                        + " from used on conflict do nothing",
                                stored)
                        .param("grant", grant)
                        .param("now", Timestamp.from(now))
                        .update()
                == 1;
    }

    private JdbcClient.StatementSpec inserting(String sql, Stored stored) {
        Approval approval = stored.approval();
        Shortened shortened = Shortened.of(approval.arguments().text(), MAX_LISTED_LENGTH);
        Gist gist = Gist.of(
                approval.agent(), approval.upstream(), approval.tool(), approval.arguments(), approval.reasons());
        return jdbc.sql(sql)
                .param("id", approval.id())
                .param("agent", approval.agent())
                .param("upstream", approval.upstream())
                .param("tool", approval.tool())
                .param("digest", approval.digest())
                .param("arguments", approval.arguments().text())
                .param(
                        "context",
                        approval.context() == null ? null : approval.context().text())
                .param("intent", approval.intent())
                .param("reading", approval.reading())
                .param("reasons", RawJson.from(approval.reasons()).text())
                .param("status", approval.status().name())
                .param("requestedAt", Timestamp.from(approval.requestedAt()))
                .param("expiresAt", Timestamp.from(approval.expiresAt()))
                .param(
                        "terms",
                        approval.terms() == null
                                ? null
                                : RawJson.from(approval.terms()).text())
                .param("changedAt", Timestamp.from(approval.changedAt()))
                .param("decidedBy", approval.decidedBy())
                .param("reason", approval.reason())
                .param("channel", approval.channel())
                .param("votes", RawJson.from(approval.votes()).text())
                .param("voteCount", approval.votes().size())
                .param("onBehalfOf", approval.onBehalfOf())
                .param("gist", gist.line())
                .param("likeness", gist.likeness())
                .param("partition", stored.partition())
                .param("offset", stored.offset())
                .param("start", shortened == null ? null : shortened.start())
                .param("length", shortened == null ? null : shortened.characters())
                .param("sha256", shortened == null ? null : shortened.sha256());
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
                                + " votes = cast(? as json), vote_count = ?, channel = ?, edited = cast(? as json)"
                                + " where call_id = ? and status = 'PENDING' and vote_count = ? and expires_at > ?")
                        .param(after.status().name())
                        .param(after.decidedBy())
                        .param(after.reason())
                        .param(Timestamp.from(after.changedAt()))
                        .param(after.status().name())
                        .param(RawJson.from(after.votes()).text())
                        .param(after.votes().size())
                        .param(after.channel())
                        .param(after.edited() == null ? null : after.edited().text())
                        .param(before.id())
                        .param(before.votes().size())
                        .param(Timestamp.from(now))
                        .update()
                == 1;
    }

    /**
     * Has a later call make use of an approval, which only one does.
     *
     * @return false if it was not approved, has expired, or another call made use of it
     */
    public boolean use(UUID id, UUID by, Instant now) {
        return jdbc.sql("update " + approvals + " set used_by = ? where call_id = ? and status = 'APPROVED'"
                                + " and expires_at > ? and (used_by is null or used_by = ?)")
                        .param(by)
                        .param(id)
                        .param(Timestamp.from(now))
                        .param(by)
                        .update()
                == 1;
    }

    /** Keeps that somebody who may approve saw some pending approvals. */
    public void seen(List<UUID> ids, Instant now) {
        if (!ids.isEmpty()) {
            jdbc.sql("update " + approvals + " set seen_at = :now where call_id = any(:ids) and seen_at is null"
                            + " and status = 'PENDING'")
                    .param("now", Timestamp.from(now))
                    .param("ids", ids.toArray(UUID[]::new))
                    .update();
        }
    }

    /**
     * Calls that wait and are alike, in the place of the one that expires first.
     *
     * @param first the one that expires first; its arguments are left out
     * @param calls how many there are
     */
    public record Alike(Approval first, @Nullable String gist, String likeness, long calls) {}

    /**
     * Returns what waits for a person, calls that are alike together, the soonest to expire first.
     *
     * @param text only those in whose agent, tool or gist it stands
     * @param after only those that follow this one
     */
    public List<Alike> waiting(@Nullable String text, @Nullable UUID after, int limit) {
        return jdbc.sql("select a.call_id, a.agent, a.upstream, a.tool, a.digest, '{}' as arguments, null as context,"
                        + " left(a.intent, 500) as intent, null as reading, case when length(a.reasons::text) <= 4 * :longest then"
                        + " a.reasons::text end as reasons, a.status, a.requested_at, a.expires_at, a.terms, a.votes,"
                        + " a.changed_at, a.decided_by, a.reason, a.channel, a.on_behalf_of, a.unreached, null as edited, a.gist,"
                        + " a.likeness, w.calls from (select call_id, expires_at, count(*) over (partition by likeness) as calls,"
                        + " row_number() over (partition by likeness order by expires_at, call_id) as place from "
                        + approvals
                        + " where status = 'PENDING'"
                        + (text == null
                                ? ""
                                : " and position(lower(:text) in lower(agent || ' ' || upstream || '/' || tool || ' '"
                                        + " || coalesce(gist, ''))) > 0")
                        + ") w join " + approvals + " a using (call_id) where w.place = 1"
                        + (after == null
                                ? ""
                                : " and (a.expires_at, a.call_id) > (select expires_at, call_id from " + approvals
                                        + " where call_id = :after)")
                        + " order by a.expires_at, a.call_id limit :limit")
                .param("longest", MAX_LISTED_LENGTH)
                .param("text", text)
                .param("after", after)
                .param("limit", limit)
                .query((row, n) -> new Alike(
                        approval(row, RawJson.EMPTY_OBJECT, listedReasons(row)),
                        row.getString("gist"),
                        row.getString("likeness"),
                        row.getLong("calls")))
                .list();
    }

    /** One of some calls that are alike. */
    public record Member(UUID id, @Nullable String gist, Instant expiresAt) {}

    /** Returns the calls that wait and are alike, the soonest to expire first, at most 500. */
    public List<Member> alike(String likeness) {
        return jdbc.sql("select call_id, gist, expires_at from " + approvals
                        + " where status = 'PENDING' and likeness = ? order by expires_at, call_id limit 500")
                .param(likeness)
                .query((row, n) -> new Member(
                        row.getObject("call_id", UUID.class),
                        row.getString("gist"),
                        row.getTimestamp("expires_at").toInstant()))
                .list();
    }

    /** Returns the likeness of a call that has an approval. */
    public Optional<String> likeness(UUID id) {
        return jdbc.sql("select likeness from " + approvals + " where call_id = ?")
                .param(id)
                .query(String.class)
                .optional();
    }

    /** Returns the masked arguments of an agent's calls of a tool since a time, the newest first, at most 1,000. */
    public List<RawJson> pastArguments(String agent, String upstream, String tool, Instant since) {
        return jdbc.sql("select arguments::text as arguments from " + approvals + " where agent = ? and upstream = ?"
                        + " and tool = ? and requested_at >= ? and coalesce(arguments_length, 0) <= 20000"
                        + " order by requested_at desc limit 1000")
                .param(agent)
                .param(upstream)
                .param(tool)
                .param(Timestamp.from(since))
                .query((row, n) -> RawJson.of(row.getString("arguments")))
                .list();
    }

    /**
     * Returns a number that is greater after each change that people can see. It is a sum over the latest changes, and not the
     * latest alone: of two transactions, the one that took the lower revision may commit last.
     */
    public long revision() {
        return jdbc.sql("select coalesce(sum(revision), 0)::bigint from (select revision from " + approvals
                        + " where revision is not null order by revision desc nulls last limit " + RECENT_CHANGES
                        + ") r")
                .query(Long.class)
                .single();
    }

    /**
     * What became of calls of one kind.
     *
     * @param name the rule, tool, agent or person
     * @param medianSeconds how long people took, in the middle; absent if none decided
     */
    public record Share(
            String name,
            long asked,
            long approved,
            long denied,
            long expired,
            @Nullable Double medianSeconds,
            @Nullable Double p95Seconds) {
        /** Returns how many of a hundred decisions were yes; absent if there was none. */
        public @Nullable Long percentApproved() {
            return approved + denied == 0 ? null : Math.round(100.0 * approved / (approved + denied));
        }
    }

    /** By what {@link #shares} are told apart. */
    public enum By {
        ALL("'all'"),
        RULE("rule"),
        TOOL("upstream || '/' || tool"),
        AGENT("agent"),
        PERSON("coalesce(decided_by, '')");

        private final String sql;

        By(String sql) {
            this.sql = sql;
        }
    }

    /** Returns what became of the calls since a time, the kind that was asked about most first, at most 20 kinds. */
    public List<Share> shares(By by, Instant since) {
        return jdbc.sql("select " + by.sql
                        + " as name, count(*) as asked, count(*) filter (where status = 'APPROVED') as approved,"
                        + " count(*) filter (where status = 'DENIED') as denied, count(*) filter (where status ="
                        + " 'EXPIRED') as expired, percentile_cont(0.5) within group (order by extract(epoch from"
                        + " changed_at - requested_at)) filter (where status in ('APPROVED', 'DENIED') and"
                        + " coalesce(channel, '') <> 'grant') as median, percentile_cont(0.95) within group (order by"
                        + " extract(epoch from changed_at - requested_at)) filter (where status in ('APPROVED',"
                        + " 'DENIED') and coalesce(channel, '') <> 'grant') as p95 from " + approvals
                        + (by == By.RULE
                                ? " cross join lateral (select distinct value ->> 'ruleId' as rule from"
                                        + " json_array_elements(reasons)) r"
                                : "")
                        + " where requested_at >= ?"
                        + (by == By.PERSON ? " and decided_by is not null" : "")
                        + " group by 1 order by asked desc, name limit 20")
                .param(Timestamp.from(since))
                .query((row, n) -> new Share(
                        row.getString("name"),
                        row.getLong("asked"),
                        row.getLong("approved"),
                        row.getLong("denied"),
                        row.getLong("expired"),
                        row.getObject("median", Double.class),
                        row.getObject("p95", Double.class)))
                .list();
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
        jdbc.sql("update " + approvals + " set status = 'EXPIRED', changed_at = ?, told = false,"
                        + " unreached = (seen_at is null and vote_count = 0)"
                        + " where status = 'PENDING' and expires_at <= ?")
                .param(Timestamp.from(now))
                .param(Timestamp.from(now))
                .update();
    }

    /** Lets the time of an approval that nobody saw be over now: it ends like any other that nobody saw in time. */
    public boolean endUnseen(UUID id, Instant now) {
        return jdbc.sql("update " + approvals + " set expires_at = ? where call_id = ? and status = 'PENDING'"
                                + " and expires_at > ? and seen_at is null and vote_count = 0")
                        .param(Timestamp.from(now))
                        .param(id)
                        .param(Timestamp.from(now))
                        .update()
                == 1;
    }

    /**
     * Returns the approvals whose status the pipeline has not been told of, oldest first, at most 100; without their arguments,
     * which would take hundreds of megabytes.
     */
    public List<Stored> unpublished() {
        return jdbc.sql("select call_id, agent, upstream, tool, digest, '{}' as arguments, context, intent, reading,"
                        + " reasons, status, requested_at, expires_at, terms, votes, changed_at, decided_by,"
                        + " reason, channel, on_behalf_of, unreached, edited, escalated_partition,"
                        + " escalated_offset from " + approvals
                        + " where not told order by changed_at limit 100")
                .query((row, n) -> stored(row))
                .list();
    }

    /**
     * Claims the publishing of a change, so that of all threads and instances one publishes it.
     *
     * @param until when another may, if it is not marked as published by then
     * @return false if it is published, or somebody else has claimed that
     */
    public boolean claimPublishing(UUID id, Status status, Instant now, Instant until) {
        return jdbc.sql("update " + approvals
                                + " set publishing_until = ? where call_id = ? and status = ? and not told"
                                + " and (publishing_until is null or publishing_until <= ?)")
                        .param(Timestamp.from(until))
                        .param(id)
                        .param(status.name())
                        .param(Timestamp.from(now))
                        .update()
                == 1;
    }

    /** Gives a claim back, since the change could not be published. */
    public void releasePublishing(UUID id) {
        jdbc.sql("update " + approvals + " set publishing_until = null where call_id = ?")
                .param(id)
                .update();
    }

    /** Keeps that the pipeline has been told of a status. */
    public void markPublished(UUID id, Status status) {
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
                        + " case when length(reasons::text) <= 4 * :longest then reasons::text end as reasons, status,"
                        + " requested_at, expires_at, terms, votes, changed_at, decided_by, reason, channel, on_behalf_of,"
                        + " unreached, edited, arguments_start, arguments_length, arguments_sha256, case when"
                        + " arguments_length is null then arguments::text end as arguments_whole from "
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

    /** Returns the plans of an agent that people approved since an instant, newest first, at most 100. */
    public List<Approval> approvedPlans(String agent, Instant since) {
        return jdbc.sql("select * from " + approvals
                        + " where agent = ? and upstream = ? and tool = ? and status = 'APPROVED' and changed_at > ?"
                        + " order by changed_at desc limit 100")
                .param(agent)
                .param(PlanApproval.UPSTREAM)
                .param(PlanApproval.TOOL)
                .param(Timestamp.from(since))
                .query((row, n) -> stored(row).approval())
                .list();
    }

    /** Counts the calls like one that were approved with a plan. */
    public long approvedWithPlan(String agent, String digest, UUID planId) {
        return jdbc.sql("select count(*) from " + approvals
                        + " where agent = ? and digest = ? and status = 'APPROVED' and reason like ?")
                .param(agent)
                .param(digest)
                .param("%" + Approval.ofPlan(planId) + "%")
                .query(Long.class)
                .single();
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

    /** Returns since when the call waits that waits for a person longest; empty if none does. */
    public Optional<Instant> oldestPending() {
        return jdbc.sql("select requested_at from " + approvals
                        + " where status = 'PENDING' order by requested_at limit 1")
                .query(Timestamp.class)
                .optional()
                .map(Timestamp::toInstant);
    }

    private static Stored stored(ResultSet row) throws SQLException {
        return new Stored(
                approval(row, RawJson.of(row.getString("arguments")), reasons(row.getString("reasons"))),
                row.getInt("escalated_partition"),
                row.getLong("escalated_offset"));
    }

    private static ListedApproval listed(ResultSet row) throws SQLException {
        String whole = row.getString("arguments_whole");
        return new ListedApproval(
                approval(row, RawJson.of(whole == null ? "null" : whole), listedReasons(row)),
                whole != null
                        ? null
                        : new Shortened(
                                row.getString("arguments_start"),
                                row.getLong("arguments_length"),
                                row.getString("arguments_sha256")));
    }

    private static List<Reason> listedReasons(ResultSet row) throws SQLException {
        String reasons = row.getString("reasons");
        return reasons == null ? TOO_LONG_TO_LIST : reasons(reasons);
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
                row.getString("reason"),
                row.getString("channel"),
                row.getString("on_behalf_of"),
                row.getBoolean("unreached"),
                row.getString("edited") == null ? null : RawJson.of(row.getString("edited")));
    }
}
