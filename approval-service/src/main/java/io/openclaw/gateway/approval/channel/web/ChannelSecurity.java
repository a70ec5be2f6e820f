package io.openclaw.gateway.approval.channel.web;

import io.openclaw.gateway.common.web.ConsoleSecurity;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/** Vendors sign what they deliver, and sign in nowhere. */
@Configuration(proxyBeanMethods = false)
public class ChannelSecurity {

    @Bean
    @Order(80)
    SecurityFilterChain channelSecurityChain(HttpSecurity http) {
        return ConsoleSecurity.stateless(http.securityMatcher(ChannelController.PATH + "/**"))
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }
}
