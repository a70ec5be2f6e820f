package io.openclaw.gateway.policy.kafka;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.OffersReported;
import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.event.ToolsReported;
import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.kafka.BatchHandler;
import io.openclaw.gateway.common.kafka.Received;
import io.openclaw.gateway.common.policy.PolicyState;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.policy.ToolName;
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

/**
 * Pins the tools that upstreams have, and what else they offer. One instance reads the reports, in their order; what was seen first of a tool is what
 * is accepted, and anything else waits for an administrator.
 */
public final class ToolPins implements BatchHandler<GatewayEvent> {
    private static final Logger log = LoggerFactory.getLogger(ToolPins.class);

    private final PolicyPublisher publisher;
    private final String instance;
    private final Clock clock;
    /** What this instance has published and the follower may not have read back yet. */
    private final Map<String, ToolPinned> own = new HashMap<>();

    private volatile Map<String, ToolPinned> followed = Map.of();

    public ToolPins(PolicyPublisher publisher, GatewayProperties properties, Clock clock) {
        this.publisher = publisher;
        this.instance = "policy-" + properties.instanceName();
        this.clock = clock;
    }

    /** Goes by a state of policy from now on; no report may be handled before the first. */
    public synchronized void use(PolicyState state) {
        followed = state.tools();
        own.entrySet().removeIf(entry -> {
            ToolPinned read = followed.get(entry.getKey());
            return read != null && !read.changedAt().isBefore(entry.getValue().changedAt());
        });
    }

    @Override
    public synchronized void handle(List<Received<GatewayEvent>> batch) {
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
}
