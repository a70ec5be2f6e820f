package io.openclaw.gateway.ingress.kafka;

import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.HookReported;
import io.openclaw.gateway.common.event.OffersReported;
import io.openclaw.gateway.common.event.ResourceUpdated;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.event.ToolsReported;
import io.openclaw.gateway.common.event.UpstreamReported;
import io.openclaw.gateway.common.kafka.StateHandler;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.ingress.core.UpstreamReports;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Which upstreams answer, and what they have, as executors report it. */
public final class UpstreamStatus implements UpstreamReports, StateHandler<GatewayEvent> {
    private final Map<String, UpstreamReported> reports = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> tools = new ConcurrentHashMap<>();
    private final Map<String, OffersReported> offers = new ConcurrentHashMap<>();
    private final Map<String, Integer> leftOut = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();
    private final CopyOnWriteArrayList<Consumer<HookReported>> hookListeners = new CopyOnWriteArrayList<>();
    private volatile boolean isCaughtUp;

    @Override
    public void accept(Signed<GatewayEvent> signed) {
        switch (signed.event()) {
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
            case HookReported report -> hookListeners.forEach(listener -> listener.accept(report));
            case ResourceUpdated updated ->
                tell(listener -> listener.resourceUpdated(updated.upstream(), updated.uri()));
            default -> {
                // Nothing else is told here.
            }
        }
    }

    @Override
    public void caughtUp() {
        isCaughtUp = true;
    }

    private void tell(Consumer<Listener> what) {
        if (isCaughtUp) {
            listeners.forEach(what);
        }
    }

    /** Has a listener told of what hooks report, also of those that have reported before reading began. */
    public void onHookReport(Consumer<HookReported> listener) {
        hookListeners.add(listener);
    }

    @Override
    public void onChange(Listener listener) {
        listeners.add(listener);
    }

    @Override
    public Collection<UpstreamReported> reports() {
        return reports.values();
    }

    @Override
    public boolean has(String upstream, String tool) {
        return tools.getOrDefault(upstream, Set.of()).contains(tool);
    }

    @Override
    public int leftOut(String upstream) {
        return leftOut.getOrDefault(upstream, 0);
    }

    @Override
    public Optional<OffersReported> offersOf(String upstream) {
        return Optional.ofNullable(offers.get(upstream));
    }
}
