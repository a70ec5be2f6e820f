package io.openclaw.gateway.ingress.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.openclaw.gateway.common.health.GaugeTable;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.ingress.core.UpstreamReports;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.scheduling.annotation.Scheduled;

/** Which upstreams of the policy in force answer, as executors report it; an upstream that no policy names any more is not told of. */
public final class UpstreamMeters {
    private final UpstreamReports reports;
    private final KnownAgents agents;
    private final Clock clock;
    private final GaugeTable up;
    private final GaugeTable age;
    private final GaugeTable leftOut;

    public UpstreamMeters(UpstreamReports reports, KnownAgents agents, Clock clock, MeterRegistry meters) {
        this.reports = reports;
        this.agents = agents;
        this.clock = clock;
        this.up = new GaugeTable(
                meters,
                "openclaw.upstream.up",
                "1 if the upstream answered when an executor looked last, else 0",
                null);
        this.age = new GaugeTable(
                meters, "openclaw.upstream.report.age", "How long ago an executor looked last", "seconds");
        this.leftOut = new GaugeTable(
                meters,
                "openclaw.upstream.tools.left.out",
                "How many tools the upstream lists that cannot be used",
                null);
    }

    @Scheduled(fixedDelay = 5_000)
    void look() {
        Set<String> named = new HashSet<>(
                agents.current().map(directory -> directory.upstreams()).orElse(List.of()));
        Map<Tags, Number> ups = new HashMap<>();
        Map<Tags, Number> ages = new HashMap<>();
        Map<Tags, Number> left = new HashMap<>();
        reports.reports().stream()
                .filter(report -> named.contains(report.upstream()))
                .forEach(report -> {
                    Tags tags = Tags.of("upstream", report.upstream());
                    ups.put(tags, report.up() ? 1 : 0);
                    ages.put(
                            tags,
                            Duration.between(report.checkedAt(), clock.instant())
                                    .toSeconds());
                    left.put(tags, reports.leftOut(report.upstream()));
                });
        up.set(ups);
        age.set(ages);
        leftOut.set(left);
    }
}
