package io.openclaw.gateway.ingress.core.mcp;

import io.openclaw.gateway.common.json.RawJson;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Sessions of one process, for tests; {@link SessionsContract} holds for them as for those in the database. */
public final class SessionsInMemory implements Sessions {
    private static final int MAX_SUBSCRIPTIONS = 1_000;

    private final int agentMaximum;
    private final Clock clock;
    private final Map<UUID, Session> sessions = new ConcurrentHashMap<>();

    public SessionsInMemory(int agentMaximum, Clock clock) {
        this.agentMaximum = agentMaximum;
        this.clock = clock;
    }

    @Override
    public Session begin(String agent, String version, @Nullable RawJson clientInfo, @Nullable RawJson capabilities) {
        var session = new Session(
                UUID.randomUUID(), agent, version, clientInfo, capabilities, null, List.of(), clock.instant());
        sessions.put(session.id(), session);
        List<Session> own = sessions.values().stream()
                .filter(each -> each.agent().equals(agent))
                .sorted(Comparator.comparing(Session::seenAt))
                .toList();
        own.stream().limit(Math.max(0, own.size() - agentMaximum)).forEach(each -> sessions.remove(each.id()));
        return session;
    }

    @Override
    public Optional<Session> find(UUID id, String agent) {
        return Optional.ofNullable(sessions.get(id))
                .filter(session -> session.agent().equals(agent));
    }

    private void change(UUID id, UnaryOperator<Session> change) {
        sessions.computeIfPresent(id, (same, session) -> change.apply(session));
    }

    private static Session with(Session session, @Nullable String logLevel, List<String> subscriptions) {
        return new Session(
                session.id(),
                session.agent(),
                session.version(),
                session.clientInfo(),
                session.capabilities(),
                logLevel,
                List.copyOf(subscriptions),
                session.seenAt());
    }

    @Override
    public void setLogLevel(UUID id, String level) {
        change(id, session -> with(session, level, session.subscriptions()));
    }

    @Override
    public void subscribe(UUID id, String uri) {
        change(id, session -> {
            List<String> uris = new ArrayList<>(session.subscriptions());
            uris.remove(uri);
            uris.add(uri);
            return with(
                    session,
                    session.logLevel(),
                    uris.subList(Math.max(0, uris.size() - MAX_SUBSCRIPTIONS), uris.size()));
        });
    }

    @Override
    public void unsubscribe(UUID id, String uri) {
        change(id, session -> {
            List<String> uris = new ArrayList<>(session.subscriptions());
            uris.remove(uri);
            return with(session, session.logLevel(), uris);
        });
    }

    @Override
    public void end(UUID id) {
        sessions.remove(id);
    }

    @Override
    public void forgetTheOld() {
        Instant old = clock.instant().minus(Duration.ofDays(7));
        sessions.values().removeIf(session -> session.seenAt().isBefore(old));
    }
}
