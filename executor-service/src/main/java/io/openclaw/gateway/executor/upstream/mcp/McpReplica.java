package io.openclaw.gateway.executor.upstream.mcp;

import io.openclaw.gateway.common.inspection.InjectionScanner;
import io.openclaw.gateway.common.policy.LeftOut;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.executor.upstream.Upstream.Offers;
import io.openclaw.gateway.executor.upstream.UpstreamUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * One place where an MCP server runs, and the connection to it that is kept open: made again, after a while, whenever it is
 * lost; looked at when nothing was heard of it; and followed for what the server has.
 */
final class McpReplica implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(McpReplica.class);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(10);
    private static final int LOOKS_BEFORE_A_REFRESH = 6;

    private final String name;
    private final Opener opener;
    private final Events events;
    private final Supplier<Set<String>> subscriptions;
    private final LinkedBlockingQueue<Wake> wakes = new LinkedBlockingQueue<>();
    private final Thread keeper;
    private volatile List<McpConnection> connections = List.of();
    private volatile String why = "it is being greeted";
    /** By name; with the first of the connections that lists it. */
    private volatile Map<String, Listed> tools = Map.of();

    private volatile List<LeftOut> leftOut = List.of();
    private volatile Offers offers = Offers.NONE;
    private volatile boolean closed;
    private McpTransport.@Nullable Exchange listening;

    private record Listed(ToolDefinition definition, List<McpConnection> by) {}

    /** Opens a transport to the place. */
    interface Opener {
        McpTransport open(McpTransport.Unowned unowned) throws IOException;
    }

    /** Is told what happens at the place. */
    interface Events {
        /** What it has was looked at: because it is new, or because the server said that it changed. */
        void changed();

        /** A resource changed that was subscribed to. */
        void resourceUpdated(String uri);
    }

    private enum Wake {
        LOST,
        CHANGED,
        SUBSCRIBED,
        DOUBTED
    }

    McpReplica(String name, Opener opener, Events events, Supplier<Set<String>> subscriptions) {
        this.name = name;
        this.opener = opener;
        this.events = events;
        this.subscriptions = subscriptions;
        this.keeper = Thread.ofVirtual().name("mcp-keep-" + name).start(this::keep);
    }

    /** Tells whether calls get through. */
    boolean isReached() {
        return !connections.isEmpty();
    }

    /**
     * Returns the connection for a call: one of the era of its client, unless the tool is only listed in the other.
     *
     * @param legacy whether the client speaks a revision with sessions
     * @return null while there is none
     */
    @Nullable
    McpConnection connectionFor(String tool, boolean legacy) {
        return choose(connections, tool, legacy);
    }

    /** Chooses among connections to the same server. */
    @Nullable
    McpConnection choose(List<McpConnection> among, String tool, boolean legacy) {
        McpConnection chosen = null;
        Listed listed = tools.get(tool);
        for (McpConnection connection : among) {
            boolean lists = listed == null
                    || listed.by().isEmpty()
                    || listed.by().stream().anyMatch(by -> by.isModern() == connection.isModern());
            if (lists && (chosen == null || connection.isModern() != legacy)) {
                chosen = connection;
            }
        }
        return chosen == null && !among.isEmpty() ? among.getFirst() : chosen;
    }

    /** Tells whether the server has a capability, in any era. */
    boolean can(String capability) {
        return connections.stream().anyMatch(connection -> connection.can(capability));
    }

    /** Tells whether the server has a detail of a capability, in any era. */
    boolean can(String capability, String detail) {
        return connections.stream().anyMatch(connection -> connection.can(capability, detail));
    }

    Opener opener() {
        return opener;
    }

    /** Returns what was seen last, for people. */
    String why() {
        return why;
    }

    List<ToolDefinition> tools() {
        return tools.values().stream().map(Listed::definition).toList();
    }

    List<LeftOut> leftOut() {
        return leftOut;
    }

    Offers offers() {
        return offers;
    }

    /** Has the connection looked at: a call did not get through. */
    void doubt() {
        wakes.add(Wake.DOUBTED);
    }

    /** Has the server told of what is subscribed to now. */
    void subscriptionsChanged() {
        wakes.add(Wake.SUBSCRIBED);
    }

    private void keep() {
        Duration pause = SHORTEST_PAUSE;
        while (!closed) {
            wakes.clear();
            List<McpConnection> made = List.of();
            long since = System.nanoTime();
            try {
                made = McpConnection.greet(name, () -> opener.open(new Incoming()));
                connections = made;
                why = "it answers (MCP "
                        + made.stream().map(McpConnection::version).collect(Collectors.joining(" and ")) + ")";
                made.forEach(this::listen);
                refresh(made);
                log.info("{}: {}, and has {} tools", name, why, tools.size());
                stay(made);
            } catch (InterruptedException e) {
                closed = true;
            } catch (IOException | RuntimeException e) {
                // What the server said may be in it; it goes to logs, topics and pages.
                why = new Redactor()
                        .redact(InjectionScanner.mask(e.getMessage() == null ? e.toString() : e.getMessage()));
                log.warn("{} is not reached: {}", name, why);
            }
            connections = List.of();
            made.forEach(McpConnection::close);
            // One that ran for a while and ended is started again at once.
            boolean lasted = System.nanoTime() - since > LONGEST_PAUSE.toNanos();
            pause = lasted ? SHORTEST_PAUSE : pause;
            sleep(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
        }
    }

    private void stay(List<McpConnection> made) throws InterruptedException {
        for (int looks = 1; !closed; looks++) {
            Wake wake = wakes.poll(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
            if (wake == Wake.LOST) {
                return;
            }
            if (wake == Wake.SUBSCRIBED) {
                made.forEach(this::listen);
            } else if (wake == Wake.CHANGED || (wake == null && looks % LOOKS_BEFORE_A_REFRESH == 0)) {
                wakes.removeIf(Wake.CHANGED::equals);
                refresh(made);
            } else {
                made.forEach(McpConnection::ping);
            }
        }
    }

    private void refresh(List<McpConnection> made) {
        Map<String, Listed> seen = new LinkedHashMap<>();
        Offers offered = Offers.NONE;
        List<LeftOut> unusable = new ArrayList<>();
        for (McpConnection connection : made) {
            McpConnection.Listing listing = connection.tools();
            unusable.addAll(listing.leftOut());
            for (ToolDefinition tool : listing.tools().values()) {
                Listed known = seen.get(tool.name());
                var by = new ArrayList<>(known == null ? List.<McpConnection>of() : known.by());
                by.add(connection);
                seen.put(tool.name(), new Listed(known == null ? tool : known.definition(), by));
            }
            offered = offered.and(connection.offers());
        }
        tools = Collections.unmodifiableMap(seen);
        offers = offered;
        leftOut = unusable.stream().distinct().toList();
        events.changed();
    }

    private void listen(McpConnection made) {
        Set<String> uris = subscriptions.get();
        if (!made.isModern()) {
            uris.forEach(made::subscribe);
            return;
        }
        boolean tells = made.can("tools", "listChanged")
                || made.can("prompts", "listChanged")
                || made.can("resources", "listChanged")
                || (made.can("resources", "subscribe") && !uris.isEmpty());
        if (tells) {
            McpTransport.Exchange before = listening;
            listening = made.listen(uris, new Listening());
            if (before != null) {
                before.hangUp();
            }
        }
    }

    private void notified(McpMessage message) {
        switch (String.valueOf(message.method())) {
            case "notifications/tools/list_changed",
                    "notifications/prompts/list_changed",
                    "notifications/resources/list_changed" -> wakes.add(Wake.CHANGED);
            case "notifications/resources/updated" -> {
                if (message.params() != null) {
                    events.resourceUpdated(
                            message.params().as(JsonNode.class).path("uri").asString(""));
                }
            }
            default -> log.debug("{} says {}", name, message.method());
        }
    }

    /** What comes from the server and belongs to no call. */
    private final class Incoming implements McpTransport.Unowned {
        @Override
        public void received(McpMessage message) {
            // Only servers of the older era say anything here; theirs is the last.
            McpConnection now = connections.isEmpty() ? null : connections.getLast();
            if (now == null || !now.handle(message)) {
                notified(message);
            }
        }

        @Override
        public void lost(String reason) {
            why = reason;
            wakes.add(Wake.LOST);
        }
    }

    /** The stream of changes of a server of the newer era. */
    private final class Listening implements McpTransport.Receiver {
        @Override
        public void received(McpMessage message) {
            if (!message.isResponse()) {
                notified(message);
            }
        }

        @Override
        public void failed(UpstreamUnavailableException reason) {
            log.debug("{} no longer tells of changes: {}", name, reason.getMessage());
        }
    }

    private static void sleep(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        keeper.interrupt();
        connections.forEach(McpConnection::close);
    }
}
