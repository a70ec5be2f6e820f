package io.openclaw.gateway.ingress.core.mcp;

import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The sessions of MCP clients of the older revisions; every instance sees the same. */
public interface Sessions {

    /**
     * A session.
     *
     * @param version the revision that was agreed on
     * @param clientInfo name and version of the client
     * @param capabilities which kinds of input the client can give
     * @param logLevel the lowest level of log messages that the client wants; absent if it has not said
     * @param subscriptions URIs of resources whose changes it wants to know
     */
    record Session(
            UUID id,
            String agent,
            String version,
            @Nullable RawJson clientInfo,
            @Nullable RawJson capabilities,
            @Nullable String logLevel,
            List<String> subscriptions,
            Instant seenAt) {}

    /** Begins a session; if the agent has too many then, its least recently used ones end. */
    Session begin(String agent, String version, @Nullable RawJson clientInfo, @Nullable RawJson capabilities);

    /** Returns a session of an agent that has not ended. */
    Optional<Session> find(UUID id, String agent);

    /** Sets the lowest level of log messages that the client wants. */
    void setLogLevel(UUID id, String level);

    /** Adds a resource whose changes the client wants to know; a thousand at most, the oldest make room. */
    void subscribe(UUID id, String uri);

    /** Removes a resource whose changes the client no longer wants to know. */
    void unsubscribe(UUID id, String uri);

    /** Ends a session and deletes it. */
    void end(UUID id);

    /** Deletes the sessions that were not used for a week. */
    void forgetTheOld();
}
