package io.openclaw.gateway.executor.upstream;

import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.retry.RetryRegistry;
import io.github.resilience4j.timelimiter.TimeLimiterConfig;
import io.github.resilience4j.timelimiter.TimeLimiterRegistry;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.Secrets;
import io.openclaw.gateway.common.text.Durations;
import io.openclaw.gateway.executor.upstream.mcp.McpUpstream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The upstreams of the policy in force, and the worker of the settings. One whose description changes is left, and reached
 * anew; the others are not touched.
 */
public final class Upstreams implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Upstreams.class);

    private final BulkheadRegistry bulkheads;
    private final CircuitBreakerRegistry circuitBreakers;
    private final TimeLimiterRegistry timeLimiters;
    private final RetryRegistry retries;
    private final UnaryOperator<String> secrets;
    private final Clock clock;
    private Map<String, OfSettings> ofSettings;
    private Map<PolicyDocument.Upstream, GuardedUpstream> ofPolicy = Map.of();
    private volatile Map<String, GuardedUpstream> byName;
    private volatile McpUpstream.@Nullable News news;

    /**
     * @param ofSettings upstreams that no policy needs to describe
     * @param variables finds a variable of the environment
     */
    public Upstreams(
            Collection<Upstream> ofSettings,
            Function<String, @Nullable String> variables,
            BulkheadRegistry bulkheads,
            CircuitBreakerRegistry circuitBreakers,
            TimeLimiterRegistry timeLimiters,
            RetryRegistry retries,
            Clock clock) {
        this.bulkheads = bulkheads;
        this.circuitBreakers = circuitBreakers;
        this.timeLimiters = timeLimiters;
        this.retries = retries;
        this.secrets = text -> Secrets.resolve(text, variables);
        this.clock = clock;
        this.ofSettings = ofSettings.stream()
                .collect(Collectors.toUnmodifiableMap(
                        Upstream::name, upstream -> new OfSettings(upstream, guarded(upstream, null), null, null)));
        this.byName = guarded(this.ofSettings);
    }

    /** An upstream of the settings, and what the policy says of its calls: how long one may take, and how many run at once. */
    private record OfSettings(
            Upstream upstream,
            GuardedUpstream guarded,
            @Nullable String timeout,
            @Nullable Integer concurrency) {
        boolean isLimitedAs(PolicyDocument.Upstream described) {
            return Objects.equals(timeout, described.timeout()) && Objects.equals(concurrency, described.concurrency());
        }
    }

    private static Map<String, GuardedUpstream> guarded(Map<String, OfSettings> all) {
        return all.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> entry.getValue().guarded()));
    }

    /** Has somebody told of what happens at upstreams. */
    public void tell(McpUpstream.News listener) {
        news = listener;
    }

    /** Returns an upstream. */
    public Optional<GuardedUpstream> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** Returns the names of all. */
    public Set<String> names() {
        return new TreeSet<>(byName.keySet());
    }

    /** Returns all. */
    public Collection<GuardedUpstream> all() {
        return byName.values();
    }

    /** Reaches the upstreams that a policy describes, and leaves those that it no longer does. */
    public synchronized void use(List<PolicyDocument.Upstream> described) {
        Map<PolicyDocument.Upstream, GuardedUpstream> next = new HashMap<>();
        for (PolicyDocument.Upstream each : described) {
            GuardedUpstream known = ofPolicy.get(connectionOf(each));
            if (known != null) {
                next.put(connectionOf(each), known);
            } else if (saysHowItIsReached(each)) {
                try {
                    next.put(connectionOf(each), guarded(made(each), each));
                } catch (RuntimeException e) {
                    log.error("the upstream {} cannot be reached: {}", each.name(), e.getMessage());
                }
            }
        }
        Map<PolicyDocument.Upstream, GuardedUpstream> before = ofPolicy;
        ofPolicy = Map.copyOf(next);
        ofSettings = limited(described);
        Map<String, GuardedUpstream> all = new HashMap<>(guarded(ofSettings));
        next.values().forEach(upstream -> all.put(upstream.name(), upstream));
        byName = Map.copyOf(all);
        before.forEach((description, upstream) -> {
            if (next.get(description) != upstream) {
                Thread.ofVirtual().start(upstream::close);
            }
        });
    }

    /** Gives the upstreams of the settings the limits that the policy has for them. */
    private Map<String, OfSettings> limited(List<PolicyDocument.Upstream> described) {
        Map<String, OfSettings> limited = new HashMap<>(ofSettings);
        for (PolicyDocument.Upstream each : described) {
            OfSettings now = limited.get(each.name());
            if (now != null && !saysHowItIsReached(each) && !now.isLimitedAs(each)) {
                Upstream upstream = now.upstream();
                limited.put(
                        each.name(),
                        new OfSettings(upstream, guarded(upstream, each), each.timeout(), each.concurrency()));
            }
        }
        return Map.copyOf(limited);
    }

    private static boolean saysHowItIsReached(PolicyDocument.Upstream described) {
        return described.openclaw() != null || described.mcp() != null || described.stdio() != null;
    }

    /** Leaves out what says nothing of how an upstream is reached: labels may change without anything being cut off. */
    private static PolicyDocument.Upstream connectionOf(PolicyDocument.Upstream each) {
        return new PolicyDocument.Upstream(
                each.name(),
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                each.unknownTools(),
                each.openclaw(),
                each.mcp(),
                each.stdio(),
                each.timeout(),
                each.concurrency(),
                List.of());
    }

    private Upstream made(PolicyDocument.Upstream described) {
        PolicyDocument.OpenClaw openclaw = described.openclaw();
        if (openclaw != null) {
            return new OpenClawWorker(
                    described.name(),
                    openclaw.url(),
                    openclaw.token() == null ? null : secrets.apply(openclaw.token()),
                    new WorkerTools(openclaw.tools() == null ? null : Path.of(openclaw.tools())));
        }
        if (described.mcp() != null) {
            return McpUpstream.overHttp(described.name(), described.mcp(), secrets, clock, new Telling());
        }
        if (described.stdio() != null) {
            return McpUpstream.overStdio(described.name(), described.stdio(), secrets, new Telling());
        }
        throw new IllegalStateException("nothing says how it is reached");
    }

    private final class Telling implements McpUpstream.News {
        @Override
        public void changed(Upstream upstream) {
            if (news != null) {
                news.changed(upstream);
            }
        }

        @Override
        public void resourceUpdated(Upstream upstream, String uri) {
            if (news != null) {
                news.resourceUpdated(upstream, uri);
            }
        }
    }

    private GuardedUpstream guarded(Upstream upstream, PolicyDocument.@Nullable Upstream described) {
        String name = upstream.name();
        String timeout = described == null ? null : described.timeout();
        Integer concurrency = described == null ? null : described.concurrency();
        bulkheads.remove(name);
        timeLimiters.remove(name);
        if (concurrency != null) {
            bulkheads.bulkhead(
                    name,
                    BulkheadConfig.from(bulkheads.getDefaultConfig())
                            .maxConcurrentCalls(concurrency)
                            .build());
        }
        if (timeout != null) {
            timeLimiters.timeLimiter(
                    name,
                    TimeLimiterConfig.from(timeLimiters.getDefaultConfig())
                            .timeoutDuration(Durations.read(timeout).orElseThrow())
                            .build());
        }
        return new GuardedUpstream(upstream, bulkheads, circuitBreakers, timeLimiters, retries);
    }

    @Override
    public synchronized void close() {
        byName.values().forEach(GuardedUpstream::close);
    }
}
