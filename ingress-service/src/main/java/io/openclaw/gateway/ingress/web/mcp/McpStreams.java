package io.openclaw.gateway.ingress.web.mcp;

import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.ingress.core.LimitExceededException;
import io.openclaw.gateway.ingress.core.Shares;
import io.openclaw.gateway.ingress.core.UpstreamReports;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import tools.jackson.databind.node.ObjectNode;

/** The streams on which clients are told of changes. */
final class McpStreams {
    private static final Logger log = LoggerFactory.getLogger(McpStreams.class);
    private static final Duration BEAT = Duration.ofSeconds(15);
    private static final int MOST_WAITING = 200;

    private final Set<BlockingQueue<Change>> open = ConcurrentHashMap.newKeySet();
    private final Shares slots;
    private final int agentMaximum;
    private volatile boolean running = true;
    private Map<String, ToolPinned> pinned = Map.of();

    /** Something changed that clients can be told of. */
    sealed interface Change {
        /** The method of the notification. */
        record List(String method) implements Change {}

        record Resource(String upstream, String uri) implements Change {}

        record Nothing() implements Change {}
    }

    /**
     * @param maximum how many streams may be open at once
     * @param agentMaximum how many of one agent
     */
    McpStreams(int maximum, int agentMaximum, UpstreamReports upstreams) {
        this.slots = new Shares(maximum);
        this.agentMaximum = agentMaximum;
        upstreams.onChange(new UpstreamReports.Listener() {
            @Override
            public void listsChanged(boolean tools) {
                if (tools) {
                    tell(new Change.List("notifications/tools/list_changed"));
                } else {
                    tell(new Change.List("notifications/prompts/list_changed"));
                    tell(new Change.List("notifications/resources/list_changed"));
                }
            }

            @Override
            public void resourceUpdated(String upstream, String uri) {
                tell(new Change.Resource(upstream, uri));
            }
        });
    }

    /** Notifies clients if the pinned tools changed: a tool is listed once it is pinned, a moment after its upstream reported it. */
    synchronized void pinned(Map<String, ToolPinned> now) {
        if (!now.equals(pinned)) {
            pinned = now;
            tell(new Change.List("notifications/tools/list_changed"));
            tell(new Change.List("notifications/prompts/list_changed"));
            tell(new Change.List("notifications/resources/list_changed"));
        }
    }

    private void tell(Change change) {
        // A client that reads so slowly that its queue is full learns of the change by what is queued already.
        open.forEach(queue -> {
            if (!queue.offer(change)) {
                log.debug("a client reads its notifications too slowly");
            }
        });
    }

    /** Makes a notification of what changed; null if the client is not to be told. */
    interface Teller {
        @Nullable
        Notification of(Change change);
    }

    record Notification(String method, ObjectNode params) {
        static Notification of(String method) {
            return new Notification(method, Json.MAPPER.createObjectNode());
        }
    }

    /**
     * Tells a client of changes until it goes away, or the gateway does.
     *
     * @param goesOn asked now and then whether the client may still be told
     * @throws LimitExceededException if there are too many streams, of the agent or of all of them
     */
    void follow(String agent, McpReply reply, Teller teller, BooleanSupplier goesOn) {
        switch (slots.tryTake(agent, 1, agentMaximum)) {
            case GRANTED -> {}
            case AGENT_EXHAUSTED ->
                throw tooMany(
                        "Agent '" + agent + "' has as many streams of notifications open at this instance as it may, "
                                + agentMaximum + " (openclaw.mcp.agent-max-streams). Close some.");
            case EXHAUSTED ->
                throw tooMany("This instance has as many streams of notifications open as it may, " + slots.maximum()
                        + " (openclaw.mcp.max-streams). Try again later.");
        }
        try {
            follow(reply, teller, goesOn);
        } finally {
            slots.giveBack(agent, 1);
        }
    }

    private static LimitExceededException tooMany(String message) {
        return new LimitExceededException("too-many-streams", message, BEAT);
    }

    private void follow(McpReply reply, Teller teller, BooleanSupplier goesOn) {
        BlockingQueue<Change> queue = new LinkedBlockingQueue<>(MOST_WAITING);
        open.add(queue);
        try {
            reply.stream();
            while (running && goesOn.getAsBoolean()) {
                Change change = queue.poll(BEAT.toMillis(), TimeUnit.MILLISECONDS);
                if (change == null) {
                    reply.keepAlive();
                    continue;
                }
                // The same change is often told several times at once.
                Predicate<Change> same = change::equals;
                queue.removeIf(same);
                Notification notification = teller.of(change);
                if (notification != null) {
                    reply.notify(notification.method(), notification.params());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(queue);
        }
    }

    /** Returns how many streams are open. */
    int size() {
        return open.size();
    }

    /** Tells whether every client was notified of what changed until now. */
    boolean isRead() {
        return open.stream().allMatch(BlockingQueue::isEmpty);
    }

    /** Ends the streams, before the server waits for its requests to end. */
    @EventListener(ContextClosedEvent.class)
    void end() {
        running = false;
        tell(new Change.Nothing());
    }
}
