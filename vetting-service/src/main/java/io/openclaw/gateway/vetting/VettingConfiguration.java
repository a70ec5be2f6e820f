package io.openclaw.gateway.vetting;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.event.CallAuthorized;
import io.openclaw.gateway.common.kafka.EventListeners;
import io.openclaw.gateway.common.routing.StageStep;
import io.openclaw.gateway.common.topic.Topic;
import io.openclaw.gateway.vetting.core.Vetting;
import io.openclaw.gateway.vetting.core.rule.RulePack;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.listener.MessageListenerContainer;

/** The vetting service. */
@Configuration(proxyBeanMethods = false)
public class VettingConfiguration {

    @Bean
    Vetting vetting() {
        return new Vetting(RulePack.builtIn());
    }

    @Bean
    MessageListenerContainer vettingStage(
            EventListeners listeners, Vetting vetting, StageStep step, GatewayProperties properties, Clock clock) {
        String instance = "vetting-" + properties.instanceName();
        return listeners.stage(
                "openclaw-vetting",
                Topic.CALLS_AUTHORIZED,
                CallAuthorized.class,
                authorized -> step.after(
                        step.trusted(authorized), vetting.vet(authorized.call(), instance, clock.instant())));
    }
}
