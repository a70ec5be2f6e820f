package io.openclaw.gateway.policy.kafka;

import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.OffersReported;
import io.openclaw.gateway.common.event.Signed;
import io.openclaw.gateway.common.event.ToolsReported;
import io.openclaw.gateway.common.kafka.StateHandler;
import io.openclaw.gateway.common.policy.LeftOut;
import io.openclaw.gateway.policy.core.Reported;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows what upstreams list and the catalogue leaves out, so that an administrator learns of it from any instance. */
public final class LeftOutTools implements StateHandler<GatewayEvent> {
    private static final Logger log = LoggerFactory.getLogger(LeftOutTools.class);

    /** By the key of the report: an upstream has one of its tools, and one of what else it offers. */
    private final Map<String, OfUpstream> byReport = new ConcurrentSkipListMap<>();

    private record OfUpstream(String upstream, List<LeftOut> leftOut) {}

    /** Something that is left out, and whose it is. */
    public record Named(String upstream, String name, String reason) {}

    @Override
    public void accept(Signed<GatewayEvent> signed) {
        switch (signed.event()) {
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
}
