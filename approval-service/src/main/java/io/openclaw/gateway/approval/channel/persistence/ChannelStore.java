package io.openclaw.gateway.approval.channel.persistence;

import io.openclaw.gateway.approval.channel.core.Action;
import io.openclaw.gateway.approval.channel.core.Answer;
import io.openclaw.gateway.approval.channel.core.Channel.Receipt;
import io.openclaw.gateway.approval.channel.core.Delivery;
import io.openclaw.gateway.approval.channel.core.DeliveryStatus;
import io.openclaw.gateway.approval.channel.core.Message;
import io.openclaw.gateway.approval.channel.core.Press;
import io.openclaw.gateway.common.persistence.Schema;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The outbox of messages, the tokens of their buttons, and what people answered, in PostgreSQL. Several instances may use it at once:
 * what one claims, no other gets until the claim has run out.
 */
public final class ChannelStore {
    private static final int MAX_LISTED = 200;
    /** A question that the vendor has from before stays one: then it is the reminder that was not sent. */
    private static final String IS_WITH_THE_VENDOR =
            "(kind = 'ASK' and reminders > 0 and receipt is not null and not exists (select from @deliveries d where"
                    + " d.channel = @messages.channel and d.receipt = @messages.receipt and d.status = 'failed'))";

    private final JdbcClient jdbc;
    private final String schema;

    public ChannelStore(Schema schema, JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.schema = schema.name() + ".";
    }

    private JdbcClient.StatementSpec sql(String sql) {
        return jdbc.sql(sql.replace("@", schema));
    }

    // Whom to ask

    /** Begins to ask about calls that wait and about which nobody was asked, at most 500 at a time. */
    public void begin(Instant now) {
        sql("insert into @outreach (call_id, started_at, next_at) select call_id,"
                        + " cast(:now as timestamptz), cast(:now as timestamptz) from @approvals a"
                        + " where status = 'PENDING' and expires_at > :now"
                        + " and not exists (select 1 from @outreach o where o.call_id = a.call_id)"
                        + " order by expires_at limit 500 on conflict do nothing")
                .param("now", Timestamp.from(now))
                .update();
    }

    /** A call about which people are asked, and since when. */
    public record Started(UUID callId, Instant since) {}

    /** Claims calls for which it is time to look at who is to be asked. */
    public List<Started> due(Instant now, Instant claimedUntil, int limit) {
        return sql("update @outreach set next_at = :until where call_id in (select call_id from @outreach"
                        + " where next_at <= :now order by next_at limit :limit for update skip locked)"
                        + " returning call_id, started_at")
                .param("now", Timestamp.from(now))
                .param("until", Timestamp.from(claimedUntil))
                .param("limit", limit)
                .query((row, n) -> new Started(row.getObject("call_id", UUID.class), instant(row, "started_at")))
                .list();
    }

    /** Keeps when to look again at who is to be asked about a call; never, if absent. */
    public void lookAgain(UUID callId, @Nullable Instant at) {
        sql("update @outreach set next_at = cast(:at as timestamptz) where call_id = :id")
                .param("at", at == null ? null : Timestamp.from(at))
                .param("id", callId)
                .update();
    }

    /** Keeps that nobody can be reached about a call; false if that is known. */
    public boolean unreachable(UUID callId, Instant now) {
        boolean isNew = sql("update @outreach set unreachable_at = :now where call_id = :id and unreachable_at is null")
                        .param("now", Timestamp.from(now))
                        .param("id", callId)
                        .update()
                == 1;
        if (isNew) {
            touch(callId);
        }
        return isNew;
    }

    /** Returns since when it is known that nobody can be reached about a call. */
    public Optional<Instant> unreachableSince(UUID callId) {
        return sql("select unreachable_at from @outreach where call_id = ? and unreachable_at is not null")
                .param(callId)
                .query((row, n) -> instant(row, "unreachable_at"))
                .optional();
    }

    /** Tells whether a question about a call was sent to somebody, or may be yet. */
    public boolean mayReach(UUID callId) {
        return sql("select exists (select 1 from @messages where call_id = ? and kind = 'ASK'"
                        + " and state in ('QUEUED', 'SENDING', 'SENT'))")
                .param(callId)
                .query(Boolean.class)
                .single();
    }

    // The outbox

    /** Puts a question into the outbox, unless that person was asked through that channel or the call does not wait any more. */
    public boolean ask(UUID callId, String approver, String channel, String address, Instant now) {
        boolean isNew =
                sql("insert into @messages (id, call_id, approver, channel, kind, address, digest, likeness, state,"
                                        + " not_before, changed_at) select gen_random_uuid(), call_id, :approver, :channel, 'ASK',"
                                        + " :address, digest, likeness, 'QUEUED', cast(:now as timestamptz), cast(:now as timestamptz)"
                                        + " from @approvals where call_id = :id and status = 'PENDING' on conflict do nothing")
                                .param("approver", approver)
                                .param("channel", channel)
                                .param("address", address)
                                .param("now", Timestamp.from(now))
                                .param("id", callId)
                                .update()
                        == 1;
        if (isNew) {
            touch(callId);
        }
        return isNew;
    }

    /**
     * Puts questions about a call into the outbox once more.
     *
     * @param sentUntil those that were sent until then
     * @param max those that were repeated less often
     * @param approvers those who may approve now
     * @param except those who have answered
     */
    public void remind(
            UUID callId,
            Instant sentUntil,
            int max,
            Collection<String> approvers,
            Collection<String> except,
            Instant now) {
        sql("update @messages set state = 'QUEUED', attempts = 0, reminders = reminders + 1, not_before = :now,"
                        + " changed_at = :now where call_id = :id and kind = 'ASK' and state = 'SENT' and not ended"
                        + " and sent_at <= :sent and reminders < :max and approver = any(:approvers)"
                        + " and approver <> all(:except)")
                .param("approvers", approvers.toArray(String[]::new))
                .param("now", Timestamp.from(now))
                .param("id", callId)
                .param("sent", Timestamp.from(sentUntil))
                .param("max", max)
                .param("except", except.toArray(String[]::new))
                .update();
    }

    /** Puts the answer to a press into the outbox, once for each press. */
    public void reply(@Nullable UUID callId, String approver, Press press, String text, Instant now) {
        sql("insert into @messages (id, call_id, approver, channel, kind, address, text, in_reply_to, press, state,"
                        + " not_before, changed_at) values (gen_random_uuid(), cast(:call as uuid), :approver, :channel, 'REPLY',"
                        + " :address, :text, cast(:to as text), :press, 'QUEUED', :now, :now) on conflict do nothing")
                .param("call", callId == null ? null : callId.toString())
                .param("approver", approver)
                .param("channel", press.channel())
                .param("address", press.sender())
                .param("text", text)
                .param("to", press.inReplyTo())
                .param("press", press.id())
                .param("now", Timestamp.from(now))
                .update();
    }

    /**
     * Ends questions about calls that do not wait any more: those that were not sent are too late, and for those that were, a change
     * is put into the outbox.
     *
     * @param updating the channels that change what they sent
     */
    public void end(Collection<String> updating, Instant now) {
        sql("with over as (update @messages m set ended = true,"
                        + " state = case when m.state = 'QUEUED' and (m.reminders = 0 or m.receipt is null) then 'TOO_LATE'"
                        + " when m.state = 'QUEUED' then 'SENT' else m.state end,"
                        + " problem = case when m.state = 'QUEUED' then 'the call was ' || lower(a.status)"
                        + " || ' before this could be sent' || coalesce(' (' || m.problem || ')', '') else m.problem end,"
                        + " changed_at = case when m.state = 'QUEUED' then :now else m.changed_at end"
                        + " from @approvals a where a.call_id = m.call_id and m.kind = 'ASK' and not m.ended"
                        + " and m.state <> 'SENDING' and a.status <> 'PENDING'"
                        + " returning m.call_id, m.approver, m.channel, m.address, m.digest, m.likeness,"
                        + " array_append(m.earlier_receipts, m.receipt) as receipts, m.state)"
                        + " insert into @messages (id, call_id, approver, channel, kind, address, digest, likeness, in_reply_to,"
                        + " state, not_before, changed_at) select gen_random_uuid(), call_id, approver, channel, 'UPDATE', address,"
                        + " digest, likeness, receipt, 'QUEUED', cast(:now as timestamptz), cast(:now as timestamptz) from over,"
                        + " unnest(receipts) as receipt where state = 'SENT' and receipt is not null and channel = any(:updating)")
                .param("now", Timestamp.from(now))
                .param("updating", updating.toArray(String[]::new))
                .update();
    }

    /** Claims messages of a channel that are to be sent now; each counts as tried once more. */
    public List<Message> claim(String channel, Instant now, Instant claimedUntil, int limit) {
        return sql("update @messages set state = 'SENDING', attempts = attempts + 1, claimed_until = :until,"
                        + " changed_at = :now where id in (select id from @messages where channel = :channel"
                        + " and ((state = 'QUEUED' and not_before <= :now) or (state = 'SENDING' and claimed_until <= :now))"
                        + " order by not_before limit :limit for update skip locked) returning *")
                .param("until", Timestamp.from(claimedUntil))
                .param("now", Timestamp.from(now))
                .param("channel", channel)
                .param("limit", limit)
                .query((row, n) -> message(row))
                .list();
    }

    /** Keeps that a claimed message was sent. */
    public void sent(Message message, Receipt receipt, Instant now) {
        // A person who is asked once more has two messages with buttons; both are changed when the call is decided.
        sql("update @messages set state = 'SENT', earlier_receipts = case when receipt is null or receipt ="
                        + " cast(:receipt as text) then earlier_receipts else array_append(earlier_receipts, receipt) end,"
                        + " receipt = :receipt, form = :form, problem = null, sent_at = :now, changed_at = :now where id = :id and state = 'SENDING'")
                .param("receipt", kept(receipt.id()))
                .param("form", receipt.form())
                .param("now", Timestamp.from(now))
                .param("id", message.id())
                .update();
        if (receipt.id() != null) {
            settle(message.channel(), String.valueOf(kept(receipt.id())), now);
        }
        touch(message.callId());
    }

    /** Keeps that a claimed message could not be sent now. */
    public void retry(Message message, Instant notBefore, String problem, Instant now) {
        change(message, "QUEUED", notBefore, problem, now);
    }

    /** Puts a claimed message back that was not tried, since its turn has not come. */
    public void hold(Message message, Instant notBefore) {
        sql("update @messages set state = 'QUEUED', attempts = greatest(attempts - 1, 0), not_before = :at"
                        + " where id = :id and state = 'SENDING'")
                .param("at", Timestamp.from(notBefore))
                .param("id", message.id())
                .update();
    }

    /** Keeps that a claimed message will not be sent. */
    public void failed(Message message, String problem, Instant now) {
        change(message, "FAILED", now, problem, now);
    }

    /** Keeps that a claimed message would be sent too late. */
    public void tooLate(Message message, String problem, Instant now) {
        change(message, "TOO_LATE", now, problem, now);
    }

    /** What a vendor says may have a NUL, which PostgreSQL cannot store. */
    private static @Nullable String kept(@Nullable String text) {
        return text == null ? null : text.replace('\0', '\uFFFD');
    }

    private void change(Message message, String state, Instant notBefore, String problem, Instant now) {
        sql("update @messages set state = case when :state in ('FAILED', 'TOO_LATE') and " + IS_WITH_THE_VENDOR
                        + " then 'SENT' else :state end, not_before = :at, problem = :problem, changed_at = :now"
                        + " where id = :id and state = 'SENDING'")
                .param("state", state)
                .param("at", Timestamp.from(notBefore))
                .param("problem", kept(problem))
                .param("now", Timestamp.from(now))
                .param("id", message.id())
                .update();
        touch(message.callId());
    }

    /** Returns how far the questions about a call got, at most 200. */
    public List<Delivery> deliveries(UUID callId) {
        return sql("select m.*, d.status as delivered, d.problem as undelivered from @messages m left join @deliveries d"
                        + " on d.channel = m.channel and d.receipt = m.receipt where m.call_id = ? and m.kind = 'ASK'"
                        + " order by m.approver, m.channel limit " + MAX_LISTED)
                .param(callId)
                .query((row, n) -> new Delivery(
                        row.getString("approver"),
                        row.getString("channel"),
                        Message.State.valueOf(row.getString("state")),
                        row.getString("form"),
                        row.getInt("attempts"),
                        row.getInt("reminders"),
                        instant(row, "not_before"),
                        row.getString("delivered"),
                        row.getString("problem") != null ? row.getString("problem") : row.getString("undelivered"),
                        instant(row, "changed_at")))
                .list();
    }

    /** Counts the messages of a channel that are still to be sent. */
    public long waiting(String channel) {
        return sql("select count(*) from @messages where channel = ? and state in ('QUEUED', 'SENDING')")
                .param(channel)
                .query(Long.class)
                .single();
    }

    // What vendors say

    /**
     * Keeps what a vendor says became of a message; what it said before, it may say later.
     *
     * @param problem what was wrong, if something was
     * @param isOutside whether it failed because the person had not written for a day: then it is sent in another form
     */
    public void delivered(
            String channel,
            String receipt,
            DeliveryStatus status,
            @Nullable String problem,
            boolean isOutside,
            Instant now) {
        int changed = sql("insert into @deliveries as d (channel, receipt, status, rank, problem, is_outside, at)"
                        + " values (:channel, :receipt, :status, :rank, :problem, :outside, :now)"
                        + " on conflict (channel, receipt) do update set status = excluded.status, rank = excluded.rank,"
                        + " problem = excluded.problem, is_outside = excluded.is_outside, at = excluded.at"
                        + " where d.rank < excluded.rank")
                .param("channel", channel)
                .param("receipt", receipt)
                .param("status", status.label())
                .param("rank", status.rank())
                .param("problem", kept(problem))
                .param("outside", isOutside)
                .param("now", Timestamp.from(now))
                .update();
        if (changed == 1) {
            settle(channel, receipt, now);
            sql("update @approvals set vote_count = vote_count where call_id in (select call_id from @messages"
                            + " where channel = ? and receipt = ?)")
                    .param(channel)
                    .param(receipt)
                    .update();
            if (status == DeliveryStatus.READ) {
                sql("update @approvals set seen_at = ? where seen_at is null and status = 'PENDING' and call_id in"
                                + " (select call_id from @messages where channel = ? and receipt = ? and kind = 'ASK')")
                        .param(Timestamp.from(now))
                        .param(channel)
                        .param(receipt)
                        .update();
            }
        }
    }

    /** What the vendor took and then could not deliver is sent in another form, or has failed. */
    private void settle(String channel, String receipt, Instant now) {
        List<String> closed = sql("update @messages m set was_outside = m.was_outside or d.is_outside,"
                        + " state = case when d.is_outside and m.form <> 'template' then 'QUEUED'"
                        + " when cardinality(m.earlier_receipts) > 0 then 'SENT' else 'FAILED' end,"
                        + " not_before = :now, problem = d.problem, changed_at = :now from @deliveries d"
                        + " where d.channel = :channel and d.receipt = :receipt and d.status = 'failed'"
                        + " and m.channel = d.channel and m.receipt = d.receipt and m.kind = 'ASK' and m.state = 'SENT'"
                        + " and not m.ended returning case when d.is_outside then m.address end as address")
                .param("now", Timestamp.from(now))
                .param("channel", channel)
                .param("receipt", receipt)
                .query((row, n) -> Optional.ofNullable(row.getString("address")))
                .list()
                .stream()
                .flatMap(Optional::stream)
                .toList();
        closed.forEach(address -> sql("delete from @conversations where channel = ? and address = ?")
                .param(channel)
                .param(address)
                .update());
    }

    /** Keeps that somebody wrote or pressed something. */
    public void heard(String channel, String address, Instant at) {
        sql("insert into @conversations as c (channel, address, heard_at) values (?, ?, ?) on conflict (channel, address)"
                        + " do update set heard_at = greatest(c.heard_at, excluded.heard_at)")
                .param(channel)
                .param(address)
                .param(Timestamp.from(at))
                .update();
    }

    /** Tells whether somebody wrote or pressed something since a time. */
    public boolean isHeardSince(String channel, String address, Instant since) {
        return sql("select exists (select 1 from @conversations where channel = ? and address = ? and heard_at > ?)")
                .param(channel)
                .param(address)
                .param(Timestamp.from(since))
                .query(Boolean.class)
                .single();
    }

    // Tokens

    /** Keeps the tokens of a message's buttons. */
    public void issue(UUID message, Map<Action, String> hashes) {
        hashes.forEach((action, hash) -> sql("insert into @tokens (hash, message_id, action) values (?, ?, ?)")
                .param(hash)
                .param(message)
                .param(action.name())
                .update());
    }

    /**
     * A token that was made.
     *
     * @param message the question whose button has it
     */
    public record Issued(Message message, Action action) {}

    /** Returns the token with a hash. */
    public Optional<Issued> token(String hash) {
        return sql("select t.action, m.* from @tokens t join @messages m on m.id = t.message_id where t.hash = ?")
                .param(hash)
                .query((row, n) -> new Issued(message(row), Action.valueOf(row.getString("action"))))
                .optional();
    }

    /** Uses a token up for a press; false if another press used it. */
    public boolean use(String hash, Press press, Instant now) {
        return sql("update @tokens set used_by = :press, used_at = coalesce(used_at, :now)"
                                + " where hash = :hash and (used_by is null or used_by = :press)")
                        .param("press", press.id())
                        .param("now", Timestamp.from(now))
                        .param("hash", hash)
                        .update()
                == 1;
    }

    // Presses

    /** Keeps a press; false if it came before. */
    public boolean receive(Press press, Instant now) {
        return sql("insert into @presses (channel, id, sender, token_hash, in_reply_to, reason, received_at)"
                                + " values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing")
                        .param(press.channel())
                        .param(press.id())
                        .param(press.sender())
                        .param(press.tokenHash())
                        .param(press.inReplyTo())
                        .param(press.reason())
                        .param(Timestamp.from(now))
                        .update()
                == 1;
    }

    /** Claims a press that has no answer. */
    public boolean claim(Press press, Instant now, Instant claimedUntil) {
        return sql("update @presses set claimed_until = :until where channel = :channel and id = :id and answer is null"
                                + " and (claimed_until is null or claimed_until <= :now)")
                        .param("until", Timestamp.from(claimedUntil))
                        .param("channel", press.channel())
                        .param("id", press.id())
                        .param("now", Timestamp.from(now))
                        .update()
                == 1;
    }

    /** Returns presses of before a time that nobody works on and that have no answer, oldest first, at most 100. */
    public List<Press> unanswered(Instant before, Instant now) {
        return sql("select * from @presses where answer is null and received_at <= ?"
                        + " and (claimed_until is null or claimed_until <= ?) order by received_at limit 100")
                .param(Timestamp.from(before))
                .param(Timestamp.from(now))
                .query((row, n) -> new Press(
                        row.getString("channel"),
                        row.getString("id"),
                        row.getString("sender"),
                        row.getString("token_hash"),
                        row.getString("in_reply_to"),
                        row.getString("reason")))
                .list();
    }

    /** Keeps what became of a press. */
    public void answered(Press press, @Nullable String person, Answer answer, Instant now) {
        sql("update @presses set person = ?, answer = ?, answer_text = ?, answered_at = ? where channel = ? and id = ?")
                .param(person)
                .param(answer.kind().name())
                .param(answer.text())
                .param(Timestamp.from(now))
                .param(press.channel())
                .param(press.id())
                .update();
    }

    /** Tells whether what came before under an id was this press: the same button of the same sender. */
    public boolean isSame(Press press) {
        return sql("select exists (select 1 from @presses where channel = ? and id = ? and sender = ? and token_hash = ?)")
                .param(press.channel())
                .param(press.id())
                .param(press.sender())
                .param(press.tokenHash())
                .query(Boolean.class)
                .single();
    }

    /** Returns what became of a press; empty if it did not come or has no answer. */
    public Optional<Answer> answer(String channel, String id) {
        return sql("select answer, answer_text from @presses where channel = ? and id = ? and answer is not null")
                .param(channel)
                .param(id)
                .query((row, n) ->
                        new Answer(Answer.Kind.valueOf(row.getString("answer")), row.getString("answer_text")))
                .optional();
    }

    // Paces

    /** Takes the turn of what may happen once in a time; false if it happened within that time. */
    public boolean takeTurn(String name, Duration interval, Instant now) {
        return sql("insert into @paces as p (name, at) values (:name, :now) on conflict (name) do update"
                                + " set at = excluded.at where p.at <= :since")
                        .param("name", name)
                        .param("now", Timestamp.from(now))
                        .param("since", Timestamp.from(now.minus(interval)))
                        .update()
                == 1;
    }

    /** Returns when something last happened that may happen once in a time. */
    public Optional<Instant> lastTurn(String name) {
        return sql("select at from @paces where name = ?")
                .param(name)
                .query((row, n) -> instant(row, "at"))
                .optional();
    }

    /** Gives a turn back in which nothing happened. */
    public void giveBackTurn(String name) {
        sql("delete from @paces where name = ?").param(name).update();
    }

    /** Removes turns and conversations of before a time, which nothing depends on any more. */
    public void purge(Instant before) {
        sql("delete from @paces where at < ?").param(Timestamp.from(before)).update();
        sql("delete from @conversations where heard_at < ?")
                .param(Timestamp.from(before))
                .update();
    }

    /** Open pages of the call fetch anew. */
    private void touch(@Nullable UUID callId) {
        if (callId != null) {
            sql("update @approvals set vote_count = vote_count where call_id = ?")
                    .param(callId)
                    .update();
        }
    }

    private static Message message(ResultSet row) throws SQLException {
        return new Message(
                row.getObject("id", UUID.class),
                row.getObject("call_id", UUID.class),
                row.getString("approver"),
                row.getString("channel"),
                Message.Kind.valueOf(row.getString("kind")),
                row.getString("address"),
                row.getString("digest"),
                row.getString("likeness"),
                row.getString("text"),
                row.getString("in_reply_to"),
                row.getString("receipt"),
                row.getString("form"),
                Message.State.valueOf(row.getString("state")),
                row.getInt("attempts"),
                row.getInt("reminders"),
                row.getBoolean("was_outside"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getTimestamp(column).toInstant();
    }
}
