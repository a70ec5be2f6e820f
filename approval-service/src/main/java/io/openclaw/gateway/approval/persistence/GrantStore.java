package io.openclaw.gateway.approval.persistence;

import io.openclaw.gateway.approval.core.Grant;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Grants in PostgreSQL. */
public final class GrantStore {
    private final JdbcClient jdbc;
    private final String grants;

    public GrantStore(Schema schema, JdbcClient jdbc) {
        this.jdbc = jdbc;
        this.grants = schema.name() + ".grants";
    }

    /** Keeps a new grant. */
    public void insert(Grant grant) {
        jdbc.sql(
                        "insert into " + grants + " (id, agent, upstream, tool, digest, fixed, free, context, rules,"
                                + " policy_version, shown, max_uses, created_by, created_at, expires_at, from_call)"
                                + " values (?, ?, ?, ?, ?, cast(? as json), ?::text[], ?, ?::text[], ?, cast(? as json), ?, ?, ?, ?, ?)")
                .param(grant.id())
                .param(grant.agent())
                .param(grant.upstream())
                .param(grant.tool())
                .param(grant.digest())
                .param(RawJson.from(new TreeMap<>(grant.fixed())).text())
                .param(grant.free().toArray(String[]::new))
                .param(grant.context())
                .param(grant.rules() == null ? null : grant.rules().toArray(String[]::new))
                .param(grant.policyVersion())
                .param(grant.shown().text())
                .param(grant.maxUses())
                .param(grant.createdBy())
                .param(Timestamp.from(grant.createdAt()))
                .param(Timestamp.from(grant.expiresAt()))
                .param(grant.fromCall())
                .update();
    }

    /** Returns the grants that may cover a call of an agent's tool, those that are used up or revoked not; at most 1,000. */
    public List<Grant> good(String agent, String upstream, String tool, Instant now) {
        return jdbc.sql(
                        "select * from " + grants + " where agent = ? and upstream = ? and tool = ? and expires_at > ?"
                                + " and revoked_at is null and (max_uses is null or uses < max_uses) order by created_at limit 1000")
                .param(agent)
                .param(upstream)
                .param(tool)
                .param(Timestamp.from(now))
                .query((row, n) -> grant(row))
                .list();
    }

    /** Returns grants, the newest first; those that follow one in the list. */
    public List<Grant> list(@Nullable UUID before, int limit) {
        return jdbc.sql("select * from " + grants
                        + (before == null
                                ? ""
                                : " where (created_at, id) < (select created_at, id from " + grants
                                        + " where id = :before)")
                        + " order by created_at desc, id desc limit :limit")
                .param("before", before)
                .param("limit", limit)
                .query((row, n) -> grant(row))
                .list();
    }

    /** Returns a grant. */
    public Optional<Grant> find(UUID id) {
        return jdbc.sql("select * from " + grants + " where id = ?")
                .param(id)
                .query((row, n) -> grant(row))
                .optional();
    }

    /** Revokes a grant; returns false if it is revoked already or is not there. */
    public boolean revoke(UUID id, String person, Instant now) {
        return jdbc.sql("update " + grants + " set revoked_at = ?, revoked_by = ? where id = ? and revoked_at is null")
                        .param(Timestamp.from(now))
                        .param(person)
                        .param(id)
                        .update()
                == 1;
    }

    private static Grant grant(ResultSet row) throws SQLException {
        Map<String, String> fixed = new TreeMap<>();
        RawJson.of(row.getString("fixed"))
                .as(JsonNode.class)
                .properties()
                .forEach(field -> fixed.put(field.getKey(), field.getValue().asString()));
        Set<String> rules = texts(row, "rules");
        Set<String> free = texts(row, "free");
        return new Grant(
                row.getObject("id", UUID.class),
                row.getString("agent"),
                row.getString("upstream"),
                row.getString("tool"),
                row.getString("digest"),
                fixed,
                free == null ? Set.of() : free,
                row.getString("context"),
                rules,
                row.getString("policy_version"),
                RawJson.of(row.getString("shown")),
                row.getObject("max_uses", Integer.class),
                row.getInt("uses"),
                row.getString("created_by"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("expires_at").toInstant(),
                row.getObject("from_call", UUID.class),
                row.getTimestamp("revoked_at") == null
                        ? null
                        : row.getTimestamp("revoked_at").toInstant(),
                row.getString("revoked_by"));
    }

    private static @Nullable Set<String> texts(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        return array == null ? null : Set.of((String[]) array.getArray());
    }
}
