package io.openclaw.gateway.executor;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.retry.RetryRegistry;
import io.github.resilience4j.timelimiter.TimeLimiterRegistry;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.executor.kafka.ExecutorWiring;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import io.openclaw.gateway.executor.upstream.OpenClawWorker;
import io.openclaw.gateway.executor.upstream.Upstream;
import io.openclaw.gateway.executor.upstream.Upstreams;
import io.openclaw.gateway.executor.upstream.WorkerTools;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.EnableScheduling;

/** The executor service. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ExecutorConfiguration.Worker.class)
@EnableScheduling
@Import(ExecutorWiring.class)
public class ExecutorConfiguration {

    /**
     * The OpenClaw worker that needs no policy to be known; there may be none, and policy may describe others.
     *
     * @param name its name in tool addresses
     * @param url its base URL; {@code OPENCLAW_WORKER_URL} sets it
     * @param token its {@code gateway.auth.token}; {@code OPENCLAW_WORKER_TOKEN} sets it
     * @param tools a YAML file of tools beside those that every worker has; {@code OPENCLAW_WORKER_TOOLS} sets it
     */
    @ConfigurationProperties("openclaw.worker")
    public record Worker(
            @DefaultValue("openclaw") String name,
            @DefaultValue("") String url,
            @Nullable String token,
            @Nullable String tools) {
        Optional<Upstream> upstream() {
            return url.isBlank()
                    ? Optional.empty()
                    : Optional.of(new OpenClawWorker(
                            name,
                            url,
                            token,
                            new WorkerTools(tools == null || tools.isBlank() ? null : Path.of(tools))));
        }
    }

    @Bean
    ClaimStore claimStore(DataSource dataSource, JdbcClient jdbc) {
        return new ClaimStore(Schema.migrated("executor", dataSource), jdbc);
    }

    @Bean
    Upstreams upstreams(
            Worker worker,
            Environment environment,
            BulkheadRegistry bulkheads,
            CircuitBreakerRegistry circuitBreakers,
            TimeLimiterRegistry timeLimiters,
            RetryRegistry retries,
            Clock clock) {
        return new Upstreams(
                worker.upstream().stream().toList(),
                environment::getProperty,
                bulkheads,
                circuitBreakers,
                timeLimiters,
                retries,
                clock);
    }
}
