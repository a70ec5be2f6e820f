package io.openclaw.gateway.ingress.persistence;

import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.ingress.core.mcp.Sessions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The sessions of MCP clients of the older revisions. They are in the database, so that any instance can serve any request of
 * a session; what was read is used for a second, within which a session that ended elsewhere may still be served.
 */
public final class SessionStore implements Sessions {
    private static final Duration FRESH = Duration.ofSeconds(1);
    private static final Duration SEEN_EVERY = Duration.ofMinutes(10);
    private static final Duration FORGOTTEN_AFTER = Duration.ofDays(7);
    private static final int MAX_CACHED = 1_000;
    /** A session whose texts are longer is read each time, so that what is cached stays small. */
    private static final int MAX_CACHED_LENGTH = 32 * 1024;

    private final JdbcClient jdbc;
    private final Clock clock;
    private final int agentMaximum;
    private final String sessions;
    private final Map<UUID, Read> read = new ConcurrentHashMap<>();

    private record Read(Session session, Instant at) {}

    /** @param agentMaximum how many sessions an agent may have */
    public SessionStore(int agentMaximum, Schema schema, JdbcClient jdbc, Clock clock) {
        this.agentMaximum = agentMaximum;
        this.jdbc = jdbc;
        this.clock = clock;
        this.sessions = schema.name() + ".mcp_sessions";
    }

    @Override
    public Session begin(String agent, String version, @Nullable RawJson clientInfo, @Nullable RawJson capabilities) {
        Instant now = clock.instant();
        var session = new Session(UUID.randomUUID(), agent, version, clientInfo, capabilities, null, List.of(), now);
        jdbc.sql("insert into " + sessions
                        + " (session_id, agent, version, client_info, capabilities, created_at, seen_at)"
                        + " values (?, ?, ?, cast(? as json), cast(? as json), ?, ?)")
                .param(session.id())
                .param(agent)
                .param(version)
                .param(clientInfo == null ? null : clientInfo.text())
                .param(capabilities == null ? null : capabilities.text())
                .param(Timestamp.from(now))
                .param(Timestamp.from(now))
                .update();
        jdbc.sql("delete from " + sessions + " where session_id in (select session_id from " + sessions
                        + " where agent = ? order by seen_at desc, created_at desc offset ?)")
                .params(agent, agentMaximum)
                .update();
        return session;
    }

    @Override
    public Optional<Session> find(UUID id, String agent) {
        Instant now = clock.instant();
        Read known = read.get(id);
        if (known == null || known.at().plus(FRESH).isBefore(now)) {
            Optional<Session> session = jdbc.sql(
                            "select * from " + sessions + " where session_id = ? and ended_at is null")
                    .param(id)
                    .query((row, n) -> session(row))
                    .optional();
            if (session.isEmpty()) {
                read.remove(id);
                return Optional.empty();
            }
            if (read.size() >= MAX_CACHED) {
                read.clear();
            }
            known = new Read(session.get(), now);
            if (lengthOf(session.get()) <= MAX_CACHED_LENGTH) {
                read.put(id, known);
            }
            if (known.session().seenAt().plus(SEEN_EVERY).isBefore(now)) {
                jdbc.sql("update " + sessions + " set seen_at = ? where session_id = ?")
                        .param(Timestamp.from(now))
                        .param(id)
                        .update();
            }
        }
        return Optional.of(known.session()).filter(session -> session.agent().equals(agent));
    }

    @Override
    public void setLogLevel(UUID id, String level) {
        jdbc.sql("update " + sessions + " set log_level = ? where session_id = ?")
                .params(level, id)
                .update();
        read.remove(id);
    }

    @Override
    public void subscribe(UUID id, String uri) {
        unsubscribe(id, uri);
        jdbc.sql("update " + sessions + " set subscriptions = (subscriptions || ?)[greatest(1,"
                        + " cardinality(subscriptions) - 998):] where session_id = ?")
                .params(uri, id)
                .update();
        read.remove(id);
    }

    @Override
    public void unsubscribe(UUID id, String uri) {
        jdbc.sql("update " + sessions + " set subscriptions = array_remove(subscriptions, ?) where session_id = ?")
                .params(uri, id)
                .update();
        read.remove(id);
    }

    @Override
    public void end(UUID id) {
        jdbc.sql("delete from " + sessions + " where session_id = ?").param(id).update();
        read.remove(id);
    }

    @Override
    public void forgetTheOld() {
        jdbc.sql("delete from " + sessions + " where seen_at < ?")
                .param(Timestamp.from(clock.instant().minus(FORGOTTEN_AFTER)))
                .update();
    }

    private static int lengthOf(Session session) {
        RawJson clientInfo = session.clientInfo();
        RawJson capabilities = session.capabilities();
        return (clientInfo == null ? 0 : clientInfo.text().length())
                + (capabilities == null ? 0 : capabilities.text().length())
                + session.subscriptions().stream().mapToInt(String::length).sum();
    }

    private static Session session(ResultSet row) throws SQLException {
        String clientInfo = row.getString("client_info");
        String capabilities = row.getString("capabilities");
        return new Session(
                row.getObject("session_id", UUID.class),
                row.getString("agent"),
                row.getString("version"),
                clientInfo == null ? null : RawJson.of(clientInfo),
                capabilities == null ? null : RawJson.of(capabilities),
                row.getString("log_level"),
                Arrays.stream((Object[]) row.getArray("subscriptions").getArray())
                        .map(String::valueOf)
                        .toList(),
                row.getTimestamp("seen_at").toInstant());
    }
}
