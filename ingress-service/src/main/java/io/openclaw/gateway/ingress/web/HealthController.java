package io.openclaw.gateway.ingress.web;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.openclaw.gateway.common.event.UpstreamReported;
import io.openclaw.gateway.common.health.BackgroundWork;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.ingress.core.CallPipeline;
import io.openclaw.gateway.ingress.core.UpstreamReports;
import io.openclaw.gateway.ingress.decide.core.HooksSeen;
import java.security.Principal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Whether a call that comes in now can be expected to get through, and what is in its way if not. */
@RestController
public final class HealthController implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Duration FRESH = Duration.ofSeconds(30);

    private final UpstreamReports upstreams;
    private final HooksSeen hooks;
    private final KnownAgents agents;
    private final CallPipeline calls;
    private final JdbcClient jdbc;
    private final KafkaAdmin kafka;
    private final BackgroundWork work;
    private final Clock clock;
    private @Nullable Admin admin;

    public HealthController(
            UpstreamReports upstreams,
            HooksSeen hooks,
            KnownAgents agents,
            CallPipeline calls,
            JdbcClient jdbc,
            KafkaAdmin kafka,
            BackgroundWork work,
            Clock clock) {
        this.upstreams = upstreams;
        this.hooks = hooks;
        this.agents = agents;
        this.calls = calls;
        this.jdbc = jdbc;
        this.kafka = kafka;
        this.work = work;
        this.clock = clock;
    }

    enum Status {
        UP,
        /** It works, and somebody should look at it. */
        WARNING,
        DOWN
    }

    /**
     * @param why what was seen, and what to do about it when it is down
     * @param seen details such as addresses, for people with the console's login alone
     */
    record Component(Status status, String why, @JsonIgnore String seen) {
        static Component up(String why) {
            return new Component(Status.UP, why, "");
        }

        static Component warning(String why, String seen) {
            return new Component(Status.WARNING, why, seen);
        }

        static Component down(String why) {
            return down(why, "");
        }

        static Component down(String why, String seen) {
            return new Component(Status.DOWN, why, seen);
        }

        Component inDetail() {
            return seen.isEmpty() ? this : new Component(status, why + ": " + seen, "");
        }
    }

    record Health(Status status, Map<String, Component> components) {}

    /** @param person who is logged in at the console; strangers learn no addresses, and no names of upstreams */
    @GetMapping("/health")
    ResponseEntity<Health> health(@Nullable Principal person) {
        var components = new LinkedHashMap<String, Component>();
        components.put("kafka", kafka());
        components.put("postgresql", postgresql());
        components.put("policy", policy());
        components.put("worker", worker());
        components.put("background", background());
        if (!hooks.all().isEmpty()) {
            components.put("hooks", hooks());
        }
        if (person != null) {
            components.replaceAll((name, component) -> component.inDetail());
        }
        boolean up = components.values().stream().noneMatch(component -> component.status() == Status.DOWN);
        return ResponseEntity.status(up ? 200 : 503).body(new Health(up ? Status.UP : Status.DOWN, components));
    }

    private Component kafka() {
        try {
            int brokers = admin().describeCluster()
                    .nodes()
                    .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .size();
            return calls.canBeAnswered()
                    ? Component.up(brokers + " broker(s) answer")
                    : Component.down(
                            "this instance has no partition to be answered on yet; if this goes on, there are more"
                                    + " ingress instances than partitions of calls.completed");
        } catch (ExecutionException | TimeoutException e) {
            return Component.down("no broker answers", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Component.down("interrupted");
        }
    }

    private Component postgresql() {
        try {
            jdbc.sql("select 1").query(Integer.class).single();
            return Component.up("it answers");
        } catch (DataAccessException e) {
            return Component.down(
                    "it does not answer",
                    String.valueOf(e.getMostSpecificCause().getMessage()));
        }
    }

    private Component policy() {
        return agents.current().isPresent()
                ? Component.up("a policy is in force")
                : Component.down("no policy was read yet, so no agent is known; look at the policy service");
    }

    /** Agents run their tools whether their hooks work or not, so a hook that does not is no reason to be down. */
    private Component hooks() {
        int reported = hooks.all().size();
        Map<String, String> warnings = hooks.warnings(clock.instant());
        return warnings.isEmpty()
                ? Component.up(reported + " hook(s) in agents cover what they do, as they report")
                : Component.warning(
                        warnings.size() + " of " + reported + " hook(s) in agents do not cover what their agents do",
                        warnings.entrySet().stream()
                                .map(warning -> warning.getKey() + ": " + warning.getValue())
                                .collect(Collectors.joining("; ")));
    }

    private Component background() {
        Map<String, String> problems = work.problems();
        return problems.isEmpty()
                ? Component.up("all of it works")
                : Component.down(problems.entrySet().stream()
                        .map(problem -> problem.getKey() + ": " + problem.getValue())
                        .collect(Collectors.joining("; ")));
    }

    private Component worker() {
        Instant old = clock.instant().minus(FRESH);
        List<UpstreamReported> fresh = upstreams.reports().stream()
                .filter(report -> report.checkedAt().isAfter(old))
                .sorted(Comparator.comparing(UpstreamReported::upstream))
                .toList();
        if (fresh.isEmpty()) {
            return Component.down("no executor has reported on an upstream for " + FRESH.toSeconds()
                    + " s; look at the executor service");
        }
        String seen = fresh.stream()
                .map(report -> report.upstream() + ": " + report.why() + leftOut(report.upstream()))
                .collect(Collectors.joining("; "));
        long answering = fresh.stream().filter(UpstreamReported::up).count();
        // One that is dead takes down nothing but its own tools.
        return new Component(
                answering > 0 ? Status.UP : Status.DOWN,
                answering + " of " + fresh.size() + " upstream(s) answer",
                seen);
    }

    private String leftOut(String upstream) {
        int count = upstreams.leftOut(upstream);
        return count == 0 ? "" : "; " + count + " of its tools are left out (GET /v1/policy/tools says why)";
    }

    private synchronized Admin admin() {
        if (admin == null) {
            admin = Admin.create(kafka.getConfigurationProperties());
        }
        return admin;
    }

    @Override
    public synchronized void close() {
        if (admin != null) {
            admin.close(Duration.ofSeconds(1));
            admin = null;
        }
    }
}
