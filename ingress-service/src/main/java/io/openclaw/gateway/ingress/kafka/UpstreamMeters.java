package io.openclaw.gateway.ingress.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.ingress.core.UpstreamReports;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.scheduling.annotation.Scheduled;

/** Which upstreams of the policy in force answer, as executors report it; an upstream that no policy names any more is not told of. */
public final class UpstreamMeters {
    private final UpstreamReports reports;
    private final KnownAgents agents;
    private final Clock clock;
    private final MultiGauge up;
    private final MultiGauge age;
    private final MultiGauge leftOut;

    public UpstreamMeters(UpstreamReports reports, KnownAgents agents, Clock clock, MeterRegistry meters) {
        this.reports = reports;
        this.agents = agents;
        this.clock = clock;
        this.up = MultiGauge.builder("openclaw.upstream.up")
                .description("1 if the upstream answered when an executor looked last, else 0")
                .register(meters);
        this.age = MultiGauge.builder("openclaw.upstream.report.age")
                .description("How long ago an executor looked last")
                .baseUnit("seconds")
                .register(meters);
        this.leftOut = MultiGauge.builder("openclaw.upstream.tools.left.out")
                .description("How many tools the upstream lists that cannot be used")
                .register(meters);
    }

    @Scheduled(fixedDelay = 5_000)
    void look() {
        Set<String> named = new HashSet<>(
                agents.current().map(directory -> directory.upstreams()).orElse(List.of()));
        List<MultiGauge.Row<?>> ups = new ArrayList<>();
        List<MultiGauge.Row<?>> ages = new ArrayList<>();
        List<MultiGauge.Row<?>> left = new ArrayList<>();
        reports.reports().stream()
                .filter(report -> named.contains(report.upstream()))
                .forEach(report -> {
                    Tags tags = Tags.of("upstream", report.upstream());
                    ups.add(MultiGauge.Row.of(tags, report.up() ? 1 : 0));
                    ages.add(MultiGauge.Row.of(
                            tags,
                            Duration.between(report.checkedAt(), clock.instant())
                                    .toSeconds()));
                    left.add(MultiGauge.Row.of(tags, reports.leftOut(report.upstream())));
                });
        up.register(ups, true);
        age.register(ages, true);
        leftOut.register(left, true);
    }
}
