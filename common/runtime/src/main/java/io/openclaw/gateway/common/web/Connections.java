package io.openclaw.gateway.common.web;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.catalina.core.StandardHost;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/** Bounds what somebody without a key can hold of the web server's connections. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(Connections.Properties.class)
public class Connections {
    /** After Spring Security's own filters. */
    private static final int AFTER_SECURITY = 0;

    private final AtomicReference<@Nullable LimitedProtocol> protocol = new AtomicReference<>();

    /**
     * Settings of the web server's connections.
     *
     * @param maxUnauthenticated how many connections there may be on which no request was authenticated yet; half of
     *     {@code server.tomcat.max-connections}, if absent
     * @param addressMaxUnauthenticated how many of them may come from one address; a quarter of
     *     {@code server.tomcat.max-connections}, if absent
     */
    @ConfigurationProperties("openclaw.connections")
    public record Properties(
            @Nullable Integer maxUnauthenticated, @Nullable Integer addressMaxUnauthenticated) {

        /** @param maximum how many connections there may be in total */
        ConnectionLimits limits(int maximum) {
            return new ConnectionLimits(
                    maxUnauthenticated != null ? maxUnauthenticated : Math.max(1, maximum / 2),
                    addressMaxUnauthenticated != null ? addressMaxUnauthenticated : Math.max(1, maximum / 4));
        }
    }

    @Bean
    ConnectionLimits connectionLimits(
            Properties properties,
            @Value("${server.tomcat.max-connections:8192}") int maxConnections,
            MeterRegistry meters) {
        ConnectionLimits limits = properties.limits(maxConnections);
        Gauge.builder("openclaw.connections.unauthenticated", limits, ConnectionLimits::unauthenticated)
                .register(meters);
        FunctionCounter.builder("openclaw.connections.refused", limits, ConnectionLimits::refused)
                .register(meters);
        return limits;
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> limitedConnections(ConnectionLimits limits) {
        return factory -> {
            factory.setProtocol(LimitedProtocol.class.getName());
            factory.addConnectorCustomizers(connector -> {
                if (connector.getProtocolHandler() instanceof LimitedProtocol limited) {
                    limited.limitBy(limits);
                    protocol.set(limited);
                }
            });
        };
    }

    /** Has what Tomcat refuses by itself answered as a problem. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> problemsOfTheContainer() {
        return factory -> factory.addContextCustomizers(context -> {
            if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass(ProblemValve.class.getName());
            }
        });
    }

    /** Tells of each request that is authenticated, before it is handled. */
    @Bean
    FilterRegistrationBean<OncePerRequestFilter> authenticatedConnections() {
        var registration = new FilterRegistrationBean<OncePerRequestFilter>(new OncePerRequestFilter() {
            @Override
            protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                    throws ServletException, IOException {
                LimitedProtocol limited = protocol.get();
                if (limited != null
                        && isSomebody(SecurityContextHolder.getContext().getAuthentication())) {
                    limited.authenticated(request.getServletConnection().getConnectionId());
                }
                chain.doFilter(request, response);
            }
        });
        registration.setOrder(AFTER_SECURITY);
        return registration;
    }

    private static boolean isSomebody(@Nullable Authentication authentication) {
        return authentication != null
                && authentication.isAuthenticated()
                && !(authentication instanceof AnonymousAuthenticationToken);
    }
}
