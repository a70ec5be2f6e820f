package io.openclaw.gateway.ingress;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.RecordReader;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.ingress.kafka.Calls;
import io.openclaw.gateway.ingress.kafka.UpstreamStatus;
import io.openclaw.gateway.ingress.persistence.CallStore;
import io.openclaw.gateway.ingress.persistence.SessionStore;
import io.openclaw.gateway.ingress.web.IngressWeb;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.EnableScheduling;

/** The ingress service. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(IngressConfiguration.Properties.class)
@EnableScheduling
@Import(IngressWeb.class)
public class IngressConfiguration {

    /**
     * Settings of the ingress service.
     *
     * @param maxInFlight how many calls this instance may have under way at once, beyond which it answers 429; calls that
     *     wait for a person do not count
     */
    @ConfigurationProperties("openclaw.ingress")
    public record Properties(@DefaultValue("1000") int maxInFlight) {}

    @Bean
    Schema ingressSchema(DataSource dataSource) {
        return Schema.migrated("ingress", dataSource);
    }

    @Bean
    CallStore callStore(@Qualifier("ingressSchema") Schema schema, JdbcClient jdbc, Redactor redactor) {
        return new CallStore(schema, jdbc, redactor);
    }

    @Bean
    SessionStore sessionStore(@Qualifier("ingressSchema") Schema schema, JdbcClient jdbc, Clock clock) {
        return new SessionStore(schema, jdbc, clock);
    }

    @Bean
    UpstreamStatus upstreamStatus(EventListeners listeners) {
        return new UpstreamStatus(listeners);
    }

    @Bean
    Calls calls(
            Properties properties,
            EventListeners listeners,
            EventPublisher publisher,
            SignatureChain chain,
            CallStore store,
            RecordReader reader,
            Topics topics,
            Clock clock,
            MeterRegistry meters) {
        return new Calls(properties.maxInFlight(), listeners, publisher, chain, store, reader, topics, clock, meters);
    }
}
