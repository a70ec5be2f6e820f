package io.openclaw.gateway.policy.kafka;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.OffersReported;
import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.event.ToolsReported;
import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.EventListeners.Received;
import io.openclaw.gateway.common.kafka.PipelineLifecycle;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.policy.PolicyState;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.policy.ToolName;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.policy.core.DefinitionVetting;
import io.openclaw.gateway.policy.core.Pinning;
import io.openclaw.gateway.policy.core.Reported;
import io.openclaw.gateway.policy.core.ToolCatalogue;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.MessageListenerContainer;

/**
 * Pins the tools that upstreams have, and what else they offer. One instance reads the reports, in their order; what was seen first of a tool is what
 * is accepted, and anything else waits for an administrator.
 */
public final class ToolPins implements PipelineLifecycle {
    private static final Logger log = LoggerFactory.getLogger(ToolPins.class);

    private final MessageListenerContainer container;
    private final PolicyPublisher publisher;
    private final String instance;
    private final Clock clock;
    /** What this instance has published and the follower may not have read back yet. */
    private final Map<String, ToolPinned> own = new HashMap<>();

    private volatile Map<String, ToolPinned> followed = Map.of();
    private boolean started;
    private boolean ready;

    public ToolPins(
            EventListeners listeners,
            PolicyFollower follower,
            PolicyPublisher publisher,
            GatewayProperties properties,
            Clock clock) {
        this.publisher = publisher;
        this.instance = "policy-" + properties.instanceName();
        this.clock = clock;
        this.container =
                listeners.batches("openclaw-policy-tools", Topic.UPSTREAMS_STATUS, GatewayEvent.class, this::handle);
        follower.onChange(this::use);
    }

    private synchronized void use(PolicyState state) {
        followed = state.tools();
        own.entrySet().removeIf(entry -> {
            ToolPinned read = followed.get(entry.getKey());
            return read != null && !read.changedAt().isBefore(entry.getValue().changedAt());
        });
        ready = true;
        startIfReady();
    }

    private synchronized void handle(List<Received<GatewayEvent>> batch) {
        for (Received<GatewayEvent> received : batch) {
            List<ToolPinned> changes = switch (received.event()) {
                case ToolsReported reported -> pinned(reported.upstream(), Reported.of(reported));
                case OffersReported reported -> pinned(reported.upstream(), Reported.of(reported));
                default -> List.of();
            };
            if (!changes.isEmpty()) {
                publisher.publishAll(changes);
                changes.forEach(change -> own.put(change.address(), change));
            }
        }
    }

    private List<ToolPinned> pinned(String upstream, Reported reported) {
        List<ToolPinned> tools = followed.values().stream()
                .filter(pinned -> !ToolName.isReserved(pinned.accepted().name()))
                .toList();
        return reported.definitions().stream()
                .flatMap(seen -> pinned(upstream, seen, tools).stream())
                .toList();
    }

    private Optional<ToolPinned> pinned(String upstream, ToolDefinition seen, List<ToolPinned> tools) {
        try {
            String address = upstream + "/" + seen.name();
            ToolPinned known = own.getOrDefault(address, followed.get(address));
            Optional<ToolPinned> next = Pinning.after(
                    known,
                    upstream,
                    seen,
                    DefinitionVetting.concernsAbout(upstream, seen, tools),
                    instance,
                    clock.instant());
            if (next.isPresent() && next.get().isWithheld()) {
                log.warn(
                        "no agent sees {} until somebody accepts it: {}",
                        address,
                        next.get().concerns());
            } else if (next.isPresent() && next.get().changed() != null) {
                log.warn("the definition of {} changed; its calls escalate until somebody accepts it", address);
            }
            if (next.isPresent() && known == null) {
                ToolCatalogue.notesOn(seen).forEach(note -> log.warn("the schema of {}: {}", address, note));
            }
            return next;
        } catch (InexactJsonException | IllegalArgumentException e) {
            log.error("'{}' of {} cannot be pinned: {}", seen.name(), upstream, e.getMessage());
            return Optional.empty();
        }
    }

    private void startIfReady() {
        if (started && ready && !container.isRunning()) {
            container.start();
        }
    }

    @Override
    public synchronized void start() {
        started = true;
        startIfReady();
    }

    @Override
    public void stop() {
        synchronized (this) {
            started = false;
        }
        container.stop();
    }

    @Override
    public synchronized boolean isRunning() {
        return started;
    }
}
