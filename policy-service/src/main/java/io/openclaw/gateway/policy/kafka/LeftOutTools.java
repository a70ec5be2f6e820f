package io.openclaw.gateway.policy.kafka;

import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.OffersReported;
import io.openclaw.gateway.common.event.ToolsReported;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.PipelineLifecycle;
import io.openclaw.gateway.common.policy.LeftOut;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.policy.core.Reported;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.MessageListenerContainer;

/** Follows what upstreams list and the catalogue leaves out, so that an administrator learns of it from any instance. */
public final class LeftOutTools implements PipelineLifecycle {
    private static final Logger log = LoggerFactory.getLogger(LeftOutTools.class);

    /** By the key of the report: an upstream has one of its tools, and one of what else it offers. */
    private final Map<String, OfUpstream> byReport = new ConcurrentSkipListMap<>();

    private final MessageListenerContainer container;

    private record OfUpstream(String upstream, List<LeftOut> leftOut) {}

    /** Something that is left out, and whose it is. */
    public record Named(String upstream, String name, String reason) {}

    public LeftOutTools(EventListeners listeners) {
        this.container = listeners.latest(Topic.UPSTREAMS_STATUS, GatewayEvent.class, this::take, () -> {});
    }

    private void take(GatewayEvent event) {
        switch (event) {
            case ToolsReported report ->
                take(report.key(), report.upstream(), Reported.of(report).leftOut());
            case OffersReported report ->
                take(report.key(), report.upstream(), Reported.of(report).leftOut());
            default -> {
                // Nothing is left out of the others.
            }
        }
    }

    private void take(String key, String upstream, List<LeftOut> leftOut) {
        OfUpstream before = byReport.put(key, new OfUpstream(upstream, leftOut));
        leftOut.stream()
                .filter(each -> before == null || !before.leftOut().contains(each))
                .forEach(each ->
                        log.warn("'{}' of {} is left out of the catalogue: {}", each.name(), upstream, each.reason()));
    }

    /** Returns everything that is left out, by upstream. */
    public List<Named> all() {
        return byReport.values().stream()
                .flatMap(of -> of.leftOut().stream().map(each -> new Named(of.upstream(), each.name(), each.reason())))
                .toList();
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
