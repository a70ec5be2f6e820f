package io.openclaw.gateway.ingress;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.boot.GatewayApplication;
import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.kafka.RecordReader;
import io.openclaw.gateway.common.kafka.TopicReader;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.ingress.core.AgentLimits;
import io.openclaw.gateway.ingress.core.AgentRates;
import io.openclaw.gateway.ingress.core.CallsInFlight;
import io.openclaw.gateway.ingress.core.JsonLimits;
import io.openclaw.gateway.ingress.core.ParsingPool;
import io.openclaw.gateway.ingress.core.Shares;
import io.openclaw.gateway.ingress.decide.Decisions;
import io.openclaw.gateway.ingress.decide.core.HooksSeen;
import io.openclaw.gateway.ingress.execute.ExecuteConfiguration;
import io.openclaw.gateway.ingress.inbox.InboxConfiguration;
import io.openclaw.gateway.ingress.kafka.CallMeters;
import io.openclaw.gateway.ingress.kafka.Calls;
import io.openclaw.gateway.ingress.kafka.LimitsInForce;
import io.openclaw.gateway.ingress.kafka.UpstreamMeters;
import io.openclaw.gateway.ingress.kafka.UpstreamStatus;
import io.openclaw.gateway.ingress.persistence.CallStore;
import io.openclaw.gateway.ingress.persistence.SessionStore;
import io.openclaw.gateway.ingress.web.IngressWeb;
import io.openclaw.gateway.ingress.web.RequestBodies;
import io.openclaw.gateway.ingress.web.mcp.McpSettings;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.util.unit.DataSize;

/** The ingress service. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(IngressConfiguration.Properties.class)
@EnableScheduling
@Import({IngressWeb.class, ExecuteConfiguration.class, InboxConfiguration.class})
public class IngressConfiguration {
    /** What upstreams tell, and clients have not read yet, may take so small a part of the memory. */
    private static final int NEWS_SHARE_OF_HEAP = 16;

    /**
     * Settings of the ingress service. Each bound is this instance's own.
     *
     * @param maxInFlight how many calls this instance may have under way at once, beyond which it answers 429; calls that
     *     wait for a person do not count
     * @param agentMaxInFlight how many of them may be one agent's; a quarter, if absent
     * @param maxBodyBytes how many bytes the request bodies may take that this instance reads or has in hand; an eighth of the
     *     heap, if absent
     * @param agentMaxBodyBytes how many of them may be one agent's; a quarter, if absent, and at least 8 MiB
     * @param maxJsonTokens how many names, values, brackets and braces the JSON of a request body may have
     * @param bodyTimeout within which a request body has to arrive
     * @param agentBytesPerMinute how many bytes of request bodies an agent may send in a minute
     * @param agentDeniedPerMinute how many of an agent's calls may end denied in a minute; then it may ask for no more for a
     *     while
     */
    @ConfigurationProperties("openclaw.ingress")
    public record Properties(
            @DefaultValue("1000") int maxInFlight,
            @Nullable Integer agentMaxInFlight,
            @Nullable DataSize maxBodyBytes,
            @Nullable DataSize agentMaxBodyBytes,
            @DefaultValue("100000") int maxJsonTokens,
            @DefaultValue("30s") Duration bodyTimeout,
            @DefaultValue("64MB") DataSize agentBytesPerMinute,
            @DefaultValue("600") int agentDeniedPerMinute) {

        AgentLimits agentLimits() {
            return new AgentLimits(
                    agentMaxInFlight != null ? agentMaxInFlight : Math.max(1, maxInFlight / 4),
                    agentBytesPerMinute.toBytes(),
                    agentDeniedPerMinute);
        }

        /** @param heap bytes of memory that the process may have */
        long bodyBytes(long heap) {
            return maxBodyBytes != null ? maxBodyBytes.toBytes() : heap / 8;
        }

        long agentBodyBytes(long heap) {
            return agentMaxBodyBytes != null
                    ? agentMaxBodyBytes.toBytes()
                    : Math.max(bodyBytes(heap) / 4, 2L * GatewayApplication.MAX_PAYLOAD_BYTES);
        }
    }

    @Bean
    AgentRates agentRates(Clock clock) {
        return new AgentRates(clock);
    }

    @Bean
    LimitsInForce limitsInForce(Properties properties, PolicyFollower policy) {
        return new LimitsInForce(properties.agentLimits(), policy);
    }

    @Bean
    ParsingPool parsingPool(MeterRegistry meters) {
        ParsingPool pool = ParsingPool.ofProcessors();
        Gauge.builder("openclaw.ingress.parsing.waiting", pool, ParsingPool::waiting)
                .register(meters);
        return pool;
    }

    @Bean
    RequestBodies requestBodies(
            Properties properties, AgentRates rates, LimitsInForce limits, ParsingPool parsing, MeterRegistry meters) {
        long heap = Runtime.getRuntime().maxMemory();
        var memory = new Shares(properties.bodyBytes(heap));
        Gauge.builder("openclaw.ingress.body.bytes", memory, Shares::used)
                .baseUnit("bytes")
                .register(meters);
        return new RequestBodies(
                memory,
                properties.agentBodyBytes(heap),
                properties.bodyTimeout(),
                rates,
                limits::of,
                new JsonLimits(properties.maxJsonTokens()),
                parsing);
    }

    @Bean
    Schema ingressSchema(DataSource dataSource) {
        return Schema.migrated("ingress", dataSource);
    }

    @Bean
    CallStore callStore(@Qualifier("ingressSchema") Schema schema, JdbcClient jdbc, Redactor redactor) {
        return new CallStore(schema, jdbc, redactor);
    }

    @Bean
    SessionStore sessionStore(
            McpSettings settings, @Qualifier("ingressSchema") Schema schema, JdbcClient jdbc, Clock clock) {
        return new SessionStore(settings.agentMaxSessions(), schema, jdbc, clock);
    }

    @Bean
    UpstreamStatus upstreamStatus() {
        return new UpstreamStatus();
    }

    @Bean
    TopicReader upstreamStatusReader(EventListeners listeners, UpstreamStatus status) {
        return listeners.latest(Topic.UPSTREAMS_STATUS, GatewayEvent.class, status);
    }

    @Bean
    TopicReader callEndsReader(EventListeners listeners, Calls calls) {
        return calls.reader(listeners);
    }

    @Bean
    Calls calls(
            Properties properties,
            AgentRates rates,
            LimitsInForce limits,
            ParsingPool parsing,
            EventPublisher publisher,
            SignatureChain chain,
            CallStore store,
            RecordReader reader,
            Topics topics,
            Clock clock,
            MeterRegistry meters,
            CallMeters callMeters) {
        var inFlight =
                new CallsInFlight(properties.maxInFlight(), Runtime.getRuntime().maxMemory() / NEWS_SHARE_OF_HEAP);
        return new Calls(
                inFlight, rates, limits, parsing, publisher, chain, store, reader, topics, clock, meters, callMeters);
    }

    @Bean
    CallMeters callMeters(MeterRegistry meters, PolicyFollower policy) {
        var callMeters = new CallMeters(meters);
        policy.onChange(callMeters::use);
        return callMeters;
    }

    @Bean
    UpstreamMeters upstreamMeters(UpstreamStatus status, KnownAgents agents, Clock clock, MeterRegistry meters) {
        return new UpstreamMeters(status, agents, clock, meters);
    }

    @Bean
    HooksSeen hooksSeen(UpstreamStatus status) {
        var hooks = new HooksSeen();
        status.onHookReport(hooks::take);
        return hooks;
    }

    @Bean
    Decisions decisions(
            Calls calls,
            HooksSeen hooks,
            Redactor redactor,
            GatewayProperties properties,
            Clock clock,
            MeterRegistry meters) {
        return new Decisions(calls, hooks, redactor, "ingress-" + properties.instanceName(), clock, meters);
    }
}
