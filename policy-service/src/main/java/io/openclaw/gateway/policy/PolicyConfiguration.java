package io.openclaw.gateway.policy;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.event.CallRequested;
import io.openclaw.gateway.common.event.EventCodec;
import io.openclaw.gateway.common.event.GatewayEvent;
import io.openclaw.gateway.common.identity.AgentSecurity;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.kafka.TopicReader;
import io.openclaw.gateway.common.kafka.Topics;
import io.openclaw.gateway.common.persistence.Schema;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.common.web.ProblemPages;
import io.openclaw.gateway.common.web.WebAddresses;
import io.openclaw.gateway.policy.file.PolicyDirectory;
import io.openclaw.gateway.policy.file.PolicyWatch;
import io.openclaw.gateway.policy.kafka.LeftOutTools;
import io.openclaw.gateway.policy.kafka.PolicyPublisher;
import io.openclaw.gateway.policy.kafka.PolicyStage;
import io.openclaw.gateway.policy.kafka.Publications;
import io.openclaw.gateway.policy.kafka.Shadow;
import io.openclaw.gateway.policy.kafka.StateRenewal;
import io.openclaw.gateway.policy.kafka.ToolPins;
import io.openclaw.gateway.policy.persistence.ChargeStore;
import io.openclaw.gateway.policy.persistence.DifferenceStore;
import io.openclaw.gateway.policy.persistence.ProposalStore;
import io.openclaw.gateway.policy.persistence.PublicationStore;
import io.openclaw.gateway.policy.proposal.Proposals;
import io.openclaw.gateway.policy.web.AgentToolsController;
import io.openclaw.gateway.policy.web.KeyController;
import io.openclaw.gateway.policy.web.PolicyConsole;
import io.openclaw.gateway.policy.web.PolicyController;
import io.openclaw.gateway.policy.web.ProposalPages;
import io.openclaw.gateway.policy.web.ToolController;
import java.nio.file.Path;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** The policy service. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PolicyConfiguration.Properties.class)
@EnableScheduling
@Import({
    PolicyController.class,
    KeyController.class,
    ToolController.class,
    AgentToolsController.class,
    PolicyConsole.class,
    ProposalPages.class
})
public class PolicyConfiguration {

    /**
     * Settings of the policy service.
     *
     * @param directory the policy's files, or its only file; watched, so that a change is in force within a second
     */
    @ConfigurationProperties("openclaw.policy")
    public record Properties(@DefaultValue("policy") Path directory) {}

    @Bean
    PolicyStores policyStores(DataSource dataSource, JdbcClient jdbc) {
        Schema schema = Schema.migrated("policy", dataSource);
        return new PolicyStores(
                new PublicationStore(schema, jdbc),
                new ChargeStore(schema, jdbc),
                new DifferenceStore(schema, jdbc),
                new ProposalStore(schema, jdbc));
    }

    /** The stores of the schema {@code policy}. */
    record PolicyStores(
            PublicationStore publications, ChargeStore charges, DifferenceStore differences, ProposalStore proposals) {}

    @Bean
    DifferenceStore differenceStore(PolicyStores stores) {
        return stores.differences();
    }

    @Bean
    PolicyDirectory policyDirectory(Properties properties) {
        return new PolicyDirectory(properties.directory());
    }

    @Bean
    Proposals proposals(PolicyStores stores, PolicyDirectory directory, Clock clock) {
        return new Proposals(stores.proposals(), directory, clock);
    }

    @Bean
    PolicyPublisher policyPublisher(EventPublisher publisher) {
        return new PolicyPublisher(publisher);
    }

    @Bean
    StateRenewal stateRenewal(PolicyFollower follower, EventCodec codec, PolicyPublisher publisher) {
        return new StateRenewal(follower, codec, publisher);
    }

    @Bean
    Publications publications(PolicyStores stores, PolicyPublisher publisher, PolicyFollower follower, Clock clock) {
        return new Publications(stores.publications(), publisher, follower, clock);
    }

    @Bean
    PolicyWatch policyWatch(
            PolicyDirectory directory, GatewayProperties gateway, Publications publications, MeterRegistry meters) {
        return new PolicyWatch(
                directory, policy -> publications.fromFiles(policy, "policy-" + gateway.instanceName()), meters);
    }

    @Bean
    Shadow shadow(DifferenceStore differences, MeterRegistry meters) {
        return new Shadow(differences, meters);
    }

    @Bean
    PolicyStage policyStage(
            ConsumerFactory<String, byte[]> consumers,
            EventCodec codec,
            Topics topics,
            StageStep step,
            PolicyStores stores,
            Shadow shadow,
            GatewayProperties properties,
            Clock clock) {
        return new PolicyStage(consumers, codec, topics, step, stores.charges(), shadow, properties, clock);
    }

    /** Reads no call before there is a policy to decide by. */
    @Bean
    TopicReader requestedCallsReader(EventListeners listeners, PolicyFollower follower, PolicyStage stage) {
        TopicReader reader = listeners
                .stage("openclaw-policy", Topic.CALLS_REQUESTED, CallRequested.class, stage)
                .onRebalance(stage::forgetAgents)
                .closed();
        follower.onChange(state -> {
            stage.use(state);
            reader.open();
        });
        return reader;
    }

    @Bean
    ToolPins toolPins(PolicyPublisher publisher, GatewayProperties properties, Clock clock) {
        return new ToolPins(publisher, properties, clock);
    }

    /** Reads no report before it is known what is pinned. */
    @Bean
    TopicReader upstreamReportsReader(EventListeners listeners, PolicyFollower follower, ToolPins pins) {
        TopicReader reader = listeners
                .batches("openclaw-policy-tools", Topic.UPSTREAMS_STATUS, GatewayEvent.class, pins)
                .closed();
        follower.onChange(state -> {
            pins.use(state);
            reader.open();
        });
        return reader;
    }

    @Bean
    LeftOutTools leftOutTools() {
        return new LeftOutTools();
    }

    @Bean
    TopicReader leftOutToolsReader(EventListeners listeners, LeftOutTools leftOut) {
        return listeners.latest(Topic.UPSTREAMS_STATUS, GatewayEvent.class, leftOut);
    }

    @Bean
    @Order(55)
    SecurityFilterChain agentToolsSecurityChain(HttpSecurity http, KnownAgents agents, WebAddresses addresses) {
        return AgentSecurity.chain(
                http,
                agents,
                addresses,
                (request, response, problem) -> ProblemPages.write(response, problem),
                "/v1/tools",
                "/v1/rules");
    }
}
