package io.openclaw.gateway.ingress.kafka;

import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.OffersReported;
import io.openclaw.gateway.common.event.ResourceUpdated;
import io.openclaw.gateway.common.event.ToolsReported;
import io.openclaw.gateway.common.event.UpstreamReported;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.PipelineLifecycle;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.topic.Topic;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.springframework.kafka.listener.MessageListenerContainer;

/** Which upstreams answer, and what they have, as executors report it. */
public final class UpstreamStatus implements PipelineLifecycle {
    private final Map<String, UpstreamReported> reports = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> tools = new ConcurrentHashMap<>();
    private final Map<String, OffersReported> offers = new ConcurrentHashMap<>();
    private final Map<String, Integer> leftOut = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();
    private final MessageListenerContainer container;
    private volatile boolean isCaughtUp;

    /** Is told of changes, once what was there before is known. */
    public interface Listener {
        /** An upstream said that its tools, or what else it offers, may have changed. */
        void listsChanged(boolean tools);

        /** A resource changed. */
        void resourceUpdated(String upstream, String uri);
    }

    public UpstreamStatus(EventListeners eventListeners) {
        this.container =
                eventListeners.latest(Topic.UPSTREAMS_STATUS, GatewayEvent.class, this::take, () -> isCaughtUp = true);
    }

    private void take(GatewayEvent event) {
        switch (event) {
            case UpstreamReported report -> reports.put(report.upstream(), report);
            case ToolsReported report -> {
                leftOut.put(report.upstream(), report.leftOut().size());
                tools.put(
                        report.upstream(),
                        report.tools().stream()
                                .map(ToolDefinition::name)
                                .filter(name -> name != null)
                                .collect(Collectors.toUnmodifiableSet()));
                tell(listener -> listener.listsChanged(true));
            }
            case OffersReported report -> {
                offers.put(report.upstream(), report);
                tell(listener -> listener.listsChanged(false));
            }
            case ResourceUpdated updated ->
                tell(listener -> listener.resourceUpdated(updated.upstream(), updated.uri()));
            default -> {
                // Nothing else is told here.
            }
        }
    }

    private void tell(java.util.function.Consumer<Listener> what) {
        if (isCaughtUp) {
            listeners.forEach(what);
        }
    }

    /** Has a listener told of what changes from now on. */
    public void onChange(Listener listener) {
        listeners.add(listener);
    }

    /** Returns what was last reported of each upstream. */
    public Collection<UpstreamReported> reports() {
        return reports.values();
    }

    /** Tells whether an upstream has a tool now, as far as it was reported. */
    public boolean has(String upstream, String tool) {
        return tools.getOrDefault(upstream, Set.of()).contains(tool);
    }

    /** Returns how many of the tools that an upstream lists cannot be used. */
    public int leftOut(String upstream) {
        return leftOut.getOrDefault(upstream, 0);
    }

    /** Returns what an upstream offers beside tools, if it was reported. */
    public Optional<OffersReported> offersOf(String upstream) {
        return Optional.ofNullable(offers.get(upstream));
    }

    @Override
    public void start() {
        container.start();
    }

    @Override
    public void stop() {
        container.stop();
    }

    @Override
    public boolean isRunning() {
        return container.isRunning();
    }
}
