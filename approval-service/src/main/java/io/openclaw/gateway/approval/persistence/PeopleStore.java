package io.openclaw.gateway.approval.persistence;

import io.openclaw.gateway.common.persistence.Schema;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What people say to each other about calls, and who decides in whose place, in PostgreSQL. */
public final class PeopleStore {
    private final JdbcClient jdbc;
    private final String schema;

    public PeopleStore(Schema schema, JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.schema = schema.name();
    }

    /** What a person said about a call. */
    public record Comment(String person, String said, Instant at) {}

    /** Adds a comment to a call that has an approval. */
    public void comment(UUID call, Comment comment) {
        jdbc.sql("insert into " + schema + ".comments (call_id, person, said, at) values (?, ?, ?, ?)")
                .param(call)
                .param(comment.person())
                .param(comment.said())
                .param(Timestamp.from(comment.at()))
                .update();
        // Open pages fetch anew.
        jdbc.sql("update " + schema + ".approvals set vote_count = vote_count where call_id = ?")
                .param(call)
                .update();
    }

    /** Returns the comments of a call, oldest first, at most 200. */
    public List<Comment> comments(UUID call) {
        return jdbc.sql("select person, said, at from " + schema + ".comments where call_id = ? order by id limit 200")
                .param(call)
                .query((row, n) -> new Comment(
                        row.getString("person"),
                        row.getString("said"),
                        row.getTimestamp("at").toInstant()))
                .list();
    }

    /** One decides in another's place, from a time until a time. */
    public record Delegation(UUID id, String person, String delegate, Instant from, Instant until) {}

    /** Keeps a delegation. */
    public void insert(Delegation delegation, Instant now) {
        jdbc.sql("insert into " + schema + ".delegations (id, person, delegate, from_at, until_at, created_at)"
                        + " values (?, ?, ?, ?, ?, ?)")
                .param(delegation.id())
                .param(delegation.person())
                .param(delegation.delegate())
                .param(Timestamp.from(delegation.from()))
                .param(Timestamp.from(delegation.until()))
                .param(Timestamp.from(now))
                .update();
    }

    /** Ends a person's delegation. */
    public void end(UUID id, String person, Instant now) {
        jdbc.sql("update " + schema + ".delegations set ended_at = ? where id = ? and person = ? and ended_at is null")
                .param(Timestamp.from(now))
                .param(id)
                .param(person)
                .update();
    }

    /** Returns the delegations that hold or will, at most 200. */
    public List<Delegation> current(Instant now) {
        return jdbc.sql("select * from " + schema + ".delegations where until_at > ? and ended_at is null"
                        + " order by from_at limit 200")
                .param(Timestamp.from(now))
                .query((row, n) -> new Delegation(
                        row.getObject("id", UUID.class),
                        row.getString("person"),
                        row.getString("delegate"),
                        row.getTimestamp("from_at").toInstant(),
                        row.getTimestamp("until_at").toInstant()))
                .list();
    }

    /** Returns in whose place somebody decides at a moment. */
    public List<String> delegators(String delegate, Instant now) {
        return jdbc.sql("select distinct person from " + schema + ".delegations where delegate = ? and from_at <= ?"
                        + " and until_at > ? and ended_at is null limit 50")
                .param(delegate)
                .param(Timestamp.from(now))
                .param(Timestamp.from(now))
                .query((row, n) -> row.getString("person"))
                .list();
    }
}
