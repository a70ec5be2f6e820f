package io.openclaw.gateway.ingress.inbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the way in by Kafka.
 *
 * @param secrets the directory of the agents' secrets, a file named after each agent; without one no signature of a secret holds
 * @param window how far the time of a signature may be from the time at which its record came
 */
@ConfigurationProperties("openclaw.inbox")
public record InboxSettings(
        @Nullable String secrets, @DefaultValue("5m") Duration window) {}
