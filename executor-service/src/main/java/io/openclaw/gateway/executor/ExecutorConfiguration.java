package io.openclaw.gateway.executor;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.retry.RetryRegistry;
import io.github.resilience4j.timelimiter.TimeLimiterRegistry;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.executor.kafka.ExecutorWiring;
import io.openclaw.gateway.executor.persistence.ClaimStore;
import io.openclaw.gateway.executor.upstream.GuardedUpstream;
import io.openclaw.gateway.executor.upstream.OpenClawWorker;
import io.openclaw.gateway.executor.upstream.WorkerTools;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.PropertySource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.EnableScheduling;

/** The executor service. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ExecutorConfiguration.Worker.class)
@EnableScheduling
@PropertySource("classpath:executor-defaults.properties")
@Import(ExecutorWiring.class)
public class ExecutorConfiguration {

    /**
     * The OpenClaw worker.
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
        public Worker {
            if (url.isBlank()) {
                throw new IllegalArgumentException(
                        "OPENCLAW_WORKER_URL is not set: the executor has nothing to run calls on."
                                + " Set it to the worker's base URL, such as http://127.0.0.1:18789");
            }
        }
    }

    @Bean
    ClaimStore claimStore(DataSource dataSource, JdbcClient jdbc) {
        return new ClaimStore(Schema.migrated("executor", dataSource), jdbc);
    }

    @Bean
    OpenClawWorker openClawWorker(Worker worker) {
        String tools = worker.tools();
        return new OpenClawWorker(
                worker.name(),
                worker.url(),
                worker.token(),
                new WorkerTools(tools == null || tools.isBlank() ? null : Path.of(tools)));
    }

    @Bean
    GuardedUpstream guardedWorker(
            OpenClawWorker worker,
            BulkheadRegistry bulkheads,
            CircuitBreakerRegistry circuitBreakers,
            TimeLimiterRegistry timeLimiters,
            RetryRegistry retries) {
        return new GuardedUpstream(worker, bulkheads, circuitBreakers, timeLimiters, retries);
    }
}
