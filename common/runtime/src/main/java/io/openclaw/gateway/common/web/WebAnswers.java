package io.openclaw.gateway.common.web;

import org.springframework.boot.http.converter.autoconfigure.ServerHttpMessageConvertersCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.web.filter.UrlHandlerFilter;
import tools.jackson.databind.json.JsonMapper;

/** How requests are answered and observed, in every service. */
@Configuration(proxyBeanMethods = false)
public class WebAnswers {

    /** After Spring Boot's own customizer, whose converter it replaces. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    ServerHttpMessageConvertersCustomizer wholeJson(JsonMapper mapper) {
        return converters -> converters.withJsonConverter(new WholeJsonConverter(mapper));
    }

    /**
     * Reads {@code /mcp/} as {@code /mcp}. It comes before the security filters, so that these judge the same path that the
     * handlers get.
     */
    @Bean
    FilterRegistrationBean<UrlHandlerFilter> trailingSlashes() {
        var registration = new FilterRegistrationBean<>(withoutTrailingSlashes());
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 100);
        return registration;
    }

    /** Returns the filter that takes the slash off the end of agents' and programs' routes; those of the console have none. */
    static UrlHandlerFilter withoutTrailingSlashes() {
        return UrlHandlerFilter.trailingSlashHandler("/mcp/", "/v1/**", "/tools/invoke/", "/.well-known/**")
                .wrapRequest()
                .build();
    }

    /** Requests are observed; one observation more per security filter and request costs more than the filters do. */
    @Bean
    SecurityObservationSettings securityObservationSettings() {
        return SecurityObservationSettings.noObservations();
    }
}
