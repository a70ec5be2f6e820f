package io.openclaw.gateway.common.boot;

import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** Starts a gateway process with the defaults that all of them share. */
public final class GatewayApplication {
    /** The largest request body, and the largest result of a tool: 4 MiB. */
    public static final int MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;

    /** What a record may weigh: a payload, and a mebibyte for verdicts and names around it. */
    public static final int MAX_RECORD_BYTES = MAX_PAYLOAD_BYTES + 1024 * 1024;

    private GatewayApplication() {}

    /**
     * Starts a process.
     *
     * @param configuration the service's {@code @Configuration} entry
     * @param overrides settings of this kind of process; environment, {@code .env} and command line win over them
     */
    public static ConfigurableApplicationContext start(
            Class<?> configuration, Map<String, ?> overrides, String... args) {
        return start(configuration, overrides, context -> {}, args);
    }

    /**
     * Starts a process.
     *
     * @param configuration the service's {@code @Configuration} entry
     * @param overrides settings of this kind of process; environment, {@code .env} and command line win over them
     * @param before is run when the settings are known, before any bean is made
     */
    public static ConfigurableApplicationContext start(
            Class<?> configuration,
            Map<String, ?> overrides,
            ApplicationContextInitializer<ConfigurableApplicationContext> before,
            String... args) {
        var application = new SpringApplication(AutoConfigured.class, configuration);
        application.setWebApplicationType(WebApplicationType.SERVLET);
        application.setDefaultProperties(defaults(overrides));
        application.addInitializers(before);
        return application.run(args);
    }

    @EnableAutoConfiguration(exclude = UserDetailsServiceAutoConfiguration.class)
    @Configuration(proxyBeanMethods = false)
    static class AutoConfigured {}

    private static Map<String, Object> defaults(Map<String, ?> overrides) {
        Map<String, Object> defaults = new HashMap<>();
        defaults.put("server.port", "${PORT:8000}");
        defaults.put("server.address", "${BIND_ADDRESS:127.0.0.1}");
        defaults.put("server.shutdown", "graceful");
        defaults.put("server.server-header", "");
        defaults.put("server.error.include-message", "never");
        // An oversized body is read to its end, within reason, so that its sender can read the 413.
        defaults.put("server.tomcat.max-swallow-size", "64MB");
        defaults.put("server.tomcat.max-connections", "20000");
        defaults.put("server.tomcat.accept-count", "1000");
        // An agent keeps its connection for as long as it asks.
        defaults.put("server.tomcat.max-keep-alive-requests", "-1");
        defaults.put("spring.threads.virtual.enabled", "true");
        defaults.put("spring.main.banner-mode", "off");
        defaults.put("spring.mvc.problemdetails.enabled", "true");
        defaults.put("spring.lifecycle.timeout-per-shutdown-phase", "20s");
        defaults.put("spring.web.resources.add-mappings", "false");
        defaults.put("spring.mvc.formcontent.filter.enabled", "false");
        defaults.put("spring.kafka.bootstrap-servers", "${KAFKA_BOOTSTRAP_SERVERS:127.0.0.1:9092}");
        defaults.put("spring.kafka.producer.acks", "all");
        defaults.put("spring.kafka.producer.key-serializer", "org.apache.kafka.common.serialization.StringSerializer");
        defaults.put(
                "spring.kafka.producer.value-serializer", "org.apache.kafka.common.serialization.ByteArraySerializer");
        // A call waits for each of its hops: a record is sent at once, unless others are under way to that broker; then
        // it goes with all that gather until they have arrived. So there is no delay to choose.
        defaults.put("spring.kafka.producer.properties.linger.ms", "0");
        defaults.put("spring.kafka.producer.properties.max.in.flight.requests.per.connection", "1");
        defaults.put("spring.kafka.producer.properties.max.request.size", Integer.toString(MAX_RECORD_BYTES));
        defaults.put("spring.kafka.producer.properties.delivery.timeout.ms", "60000");
        defaults.put(
                "spring.kafka.consumer.key-deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        defaults.put(
                "spring.kafka.consumer.value-deserializer",
                "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        defaults.put("spring.kafka.consumer.auto-offset-reset", "earliest");
        defaults.put("spring.kafka.consumer.enable-auto-commit", "false");
        defaults.put("spring.kafka.consumer.max-poll-records", "1000");
        defaults.put("spring.kafka.consumer.properties.group.protocol", "consumer");
        defaults.put("spring.kafka.consumer.properties.max.partition.fetch.bytes", Integer.toString(MAX_RECORD_BYTES));
        defaults.put("spring.datasource.url", "${DATABASE_URL:jdbc:postgresql://127.0.0.1:5432/openclaw}");
        defaults.put("spring.datasource.username", "${DATABASE_USER:openclaw}");
        defaults.put("spring.datasource.password", "${DATABASE_PASSWORD:}");
        defaults.put("spring.datasource.hikari.maximum-pool-size", "8");
        defaults.put("spring.datasource.hikari.connection-timeout", "5000");
        defaults.put("spring.data.jdbc.repositories.enabled", "false");
        defaults.put("spring.jackson.default-property-inclusion", "non_null");
        defaults.put("spring.jmx.enabled", "false");
        defaults.put("management.endpoints.web.exposure.include", "health,prometheus");
        defaults.put("management.endpoint.health.probes.enabled", "true");
        defaults.put("management.endpoint.health.show-details", "when-authorized");
        defaults.put("openclaw.console.user", "${CONSOLE_USER:admin}");
        defaults.put("openclaw.console.password", "${CONSOLE_PASSWORD:}");
        defaults.put("openclaw.worker.url", "${OPENCLAW_WORKER_URL:}");
        defaults.put("openclaw.worker.token", "${OPENCLAW_WORKER_TOKEN:}");
        defaults.put("openclaw.worker.tools", "${OPENCLAW_WORKER_TOOLS:}");
        defaults.put("openclaw.mcp.loopback-agent", "${OPENCLAW_LOOPBACK_AGENT:}");
        defaults.put("openclaw.mcp.allowed-hosts", "${OPENCLAW_ALLOWED_HOSTS:}");
        defaults.put("openclaw.mcp.allowed-origins", "${OPENCLAW_ALLOWED_ORIGINS:}");
        defaults.put("openclaw.mcp.public-url", "${OPENCLAW_PUBLIC_URL:}");
        defaults.put("openclaw.policy.directory", "${POLICY_DIRECTORY:policy}");
        defaults.put("openclaw.vetting.rules-directory", "${VETTING_RULES:}");
        defaults.put("openclaw.vetting.judge.provider", "${JUDGE_PROVIDER:openai}");
        defaults.put("openclaw.vetting.judge.url", "${JUDGE_URL:}");
        defaults.put("openclaw.vetting.judge.api-key", "${JUDGE_API_KEY:${OPENAI_API_KEY:}}");
        defaults.put("openclaw.vetting.judge.model", "${JUDGE_MODEL:}");
        defaults.put("openclaw.vetting.judge.second-model", "${JUDGE_SECOND_MODEL:}");
        defaults.put("logging.level.org.apache.kafka", "WARN");
        defaults.put("logging.level.org.springframework", "WARN");
        defaults.put("logging.level.org.flywaydb", "WARN");
        // It warns of every keyword that is not JSON Schema's, such as MCP's x-mcp-header.
        defaults.put("logging.level.com.networknt", "ERROR");
        defaults.put("logging.level.com.zaxxer.hikari", "WARN");
        defaults.put("logging.level.org.apache.catalina", "WARN");
        defaults.put("logging.level.org.apache.coyote", "WARN");
        defaults.putAll(overrides);
        return defaults;
    }
}
