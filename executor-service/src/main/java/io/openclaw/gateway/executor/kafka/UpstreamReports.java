package io.openclaw.gateway.executor.kafka;

import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.event.OffersReported;
import io.openclaw.gateway.common.event.ResourceUpdated;
import io.openclaw.gateway.common.event.ToolsReported;
import io.openclaw.gateway.common.event.UpstreamReported;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.policy.LeftOut;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.executor.upstream.GuardedUpstream;
import io.openclaw.gateway.executor.upstream.Upstream;
import io.openclaw.gateway.executor.upstream.Upstreams;
import io.openclaw.gateway.executor.upstream.mcp.McpUpstream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports which upstreams answer, and what they have. */
final class UpstreamReports implements McpUpstream.News {
    private static final Logger log = LoggerFactory.getLogger(UpstreamReports.class);
    private static final Duration REPORT_EVERY = Duration.ofSeconds(12);
    private static final Duration LOOK_TIMEOUT = Duration.ofSeconds(10);

    private final Upstreams upstreams;
    private final EventPublisher publisher;
    private final String instance;
    private final Clock clock;
    private final Map<String, UpstreamReported> reports = new ConcurrentHashMap<>();
    private final Map<String, Tools> reportedTools = new ConcurrentHashMap<>();
    private final Map<String, Upstream.Offers> reportedOffers = new ConcurrentHashMap<>();

    /** What an upstream lists as tools. */
    private record Tools(List<ToolDefinition> usable, List<LeftOut> leftOut) {
        static final Tools NONE = new Tools(List.of(), List.of());

        static Tools of(Upstream upstream) {
            return new Tools(upstream.tools(), upstream.leftOut());
        }

        static Tools of(GuardedUpstream upstream) {
            return new Tools(upstream.tools(), upstream.leftOut());
        }
    }

    UpstreamReports(Upstreams upstreams, EventPublisher publisher, String instance, Clock clock) {
        this.upstreams = upstreams;
        this.publisher = publisher;
        this.instance = instance;
        this.clock = clock;
    }

    @Override
    public void changed(Upstream upstream) {
        reportTools(upstream.name(), Tools.of(upstream), upstream.offers(), true);
    }

    @Override
    public void resourceUpdated(Upstream upstream, String uri) {
        publish(new ResourceUpdated(upstream.name(), uri, clock.instant(), instance, Map.of()));
    }

    /** Looks at the upstreams, and says what it saw when that is new, or was last said a while ago. */
    void report() {
        // Looking may take seconds where nobody answers, and the others are not to wait for that.
        List<Thread> looks = upstreams.all().stream()
                .map(upstream -> Thread.ofVirtual().start(() -> report(upstream)))
                .toList();
        try {
            for (Thread look : looks) {
                look.join(LOOK_TIMEOUT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void report(GuardedUpstream upstream) {
        reportTools(upstream.name(), Tools.of(upstream), upstream.offers(), false);
        Upstream.Reachability seen = upstream.look();
        UpstreamReported last = reports.get(upstream.name());
        Instant now = clock.instant();
        if (last != null
                && last.up() == seen.up()
                && last.why().equals(seen.why())
                && now.isBefore(last.checkedAt().plus(REPORT_EVERY))) {
            return;
        }
        var report = new UpstreamReported(upstream.name(), seen.up(), seen.why(), now, instance, Map.of());
        if (publish(report)) {
            reports.put(upstream.name(), report);
        }
    }

    /**
     * Reports what an upstream has.
     *
     * @param anyway also if it is what was reported before: the upstream says that something changed
     */
    private void reportTools(String upstream, Tools tools, Upstream.Offers offers, boolean anyway) {
        if (!tools.equals(Tools.NONE) && (anyway || !tools.equals(reportedTools.get(upstream)))) {
            if (publish(new ToolsReported(
                    upstream, tools.usable(), tools.leftOut(), clock.instant(), instance, Map.of()))) {
                reportedTools.put(upstream, tools);
            }
        }
        boolean offersNothing = offers.equals(Upstream.Offers.NONE) && !reportedOffers.containsKey(upstream);
        if (!offersNothing && (anyway || !offers.equals(reportedOffers.get(upstream)))) {
            if (publish(new OffersReported(
                    upstream,
                    offers.prompts(),
                    offers.resources(),
                    offers.resourceTemplates(),
                    clock.instant(),
                    instance,
                    Map.of()))) {
                reportedOffers.put(upstream, offers);
            }
        }
    }

    private boolean publish(GatewayEvent report) {
        try {
            publisher.publish(report).join();
            return true;
        } catch (RuntimeException e) {
            log.warn("{} could not be reported: {}", report.key(), e.toString());
            return false;
        }
    }
}
