package io.openclaw.gateway.policy;

import io.micrometer.core.instrument.MeterRegistry;
import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.event.PolicyPublished;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.kafka.EventPublisher;
import io.openclaw.gateway.common.policy.PolicyFollower;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.common.signing.SignatureChain;
import io.openclaw.gateway.policy.file.PolicyFile;
import io.openclaw.gateway.policy.kafka.PolicyStage;
import io.openclaw.gateway.policy.web.PolicyController;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The policy service. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PolicyConfiguration.Properties.class)
@Import(PolicyController.class)
public class PolicyConfiguration {

    /**
     * Settings of the policy service.
     *
     * @param file the policy file; watched, so that a change is in force within a second
     */
    @ConfigurationProperties("openclaw.policy")
    public record Properties(@DefaultValue("policy.yaml") Path file) {}

    @Bean
    PolicyFile policyFile(
            Properties properties,
            GatewayProperties gateway,
            EventPublisher publisher,
            SignatureChain chain,
            Clock clock,
            MeterRegistry meters) {
        return new PolicyFile(
                properties.file(),
                policy -> publisher
                        .publish(published(policy, "policy-" + gateway.instanceName(), chain, clock))
                        .join(),
                meters);
    }

    private static PolicyPublished published(PolicyInForce policy, String by, SignatureChain chain, Clock clock) {
        var unsigned = new PolicyPublished(
                policy.version(), RawJson.from(policy.document()), clock.instant(), by, null, Map.of());
        return unsigned.signed(chain.signatureOf(unsigned));
    }

    @Bean
    PolicyStage policyStage(
            EventListeners listeners,
            PolicyFollower follower,
            StageStep step,
            GatewayProperties properties,
            Clock clock) {
        return new PolicyStage(listeners, follower, step, properties, clock);
    }
}
