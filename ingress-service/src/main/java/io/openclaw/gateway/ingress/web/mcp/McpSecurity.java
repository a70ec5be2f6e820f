package io.openclaw.gateway.ingress.web.mcp;

import io.openclaw.gateway.common.identity.AgentSecurity;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.common.web.ConsoleSecurity;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ProblemDetail;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Who may use the MCP endpoint (MCP 2026-07-28, "Authorization" and "Security & Endpoint"): agents with a key or a token; and no
 * page of a browser that was brought here by a name that leads to this machine ("DNS rebinding").
 */
@Configuration(proxyBeanMethods = false)
public class McpSecurity {
    private static final Set<String> FORWARDED = Set.of("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via");
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    @Bean
    @Order(45)
    SecurityFilterChain mcpSecurityChain(HttpSecurity http, KnownAgents agents, McpSettings settings) {
        http.addFilterAfter(new RebindingFilter(settings), HeaderWriterFilter.class);
        return AgentSecurity.chain(http, agents, new McpDoor(settings), McpController.PATH);
    }

    @Bean
    @Order(46)
    SecurityFilterChain metadataSecurityChain(HttpSecurity http) {
        return ConsoleSecurity.stateless(http.securityMatcher(ResourceMetadata.PATH, ResourceMetadata.PATH + "/**"))
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }

    private record McpDoor(McpSettings settings) implements AgentSecurity.Door {
        @Override
        public void refuse(HttpServletRequest request, HttpServletResponse response, ProblemDetail problem) {
            McpController.refuse(response, problem.getStatus(), String.valueOf(problem.getDetail()));
        }

        @Override
        public String challenge(HttpServletRequest request) {
            return "Bearer realm=\"OpenClaw Gateway\", resource_metadata=\""
                    + ResourceMetadata.baseUrl(request, settings) + ResourceMetadata.PATH + McpController.PATH + "\"";
        }

        /** Whoever comes through a proxy on this machine comes from elsewhere. */
        @Override
        public Optional<String> unproven(HttpServletRequest request) {
            String agent = settings.loopbackAgent();
            return agent != null
                            && !agent.isBlank()
                            && isLoopback(request.getRemoteAddr())
                            && FORWARDED.stream().noneMatch(header -> request.getHeader(header) != null)
                    ? Optional.of(agent)
                    : Optional.empty();
        }
    }

    private static boolean isLoopback(String address) {
        try {
            // An address, never a name: nothing is looked up.
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Refuses what names another host, or comes from a page of another origin. */
    private static final class RebindingFilter extends OncePerRequestFilter {
        private final McpSettings settings;

        RebindingFilter(McpSettings settings) {
            this.settings = settings;
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            String host = request.getHeader(HttpHeaders.HOST);
            String origin = request.getHeader(HttpHeaders.ORIGIN);
            boolean hostMatters = !settings.allowedHosts().isEmpty() || isLoopback(request.getRemoteAddr());
            if (hostMatters && !isAllowed(host, settings.allowedHosts())) {
                McpController.refuse(
                        response,
                        403,
                        "The Host '" + host + "' is none of this gateway's; openclaw.mcp.allowed-hosts adds some");
            } else if (origin != null && !isAllowedOrigin(origin, host)) {
                McpController.refuse(
                        response,
                        403,
                        "The Origin '" + origin + "' may not use this gateway; openclaw.mcp.allowed-origins adds some");
            } else {
                chain.doFilter(request, response);
            }
        }

        private boolean isAllowedOrigin(String origin, @Nullable String host) {
            if (settings.allowedOrigins().contains(origin)) {
                return true;
            }
            try {
                URI uri = URI.create(origin);
                String authority = uri.getAuthority();
                return authority != null
                        && (authority.equalsIgnoreCase(host) || THIS_MACHINE.contains(nameOf(authority)));
            } catch (IllegalArgumentException e) {
                return false;
            }
        }

        private static boolean isAllowed(@Nullable String host, List<String> allowed) {
            if (host == null) {
                return false;
            }
            String name = nameOf(host);
            return THIS_MACHINE.contains(name)
                    || allowed.stream().anyMatch(each -> each.equalsIgnoreCase(name) || each.equalsIgnoreCase(host));
        }

        private static String nameOf(String authority) {
            int end = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
            return (end > 0 ? authority.substring(0, end) : authority).toLowerCase(Locale.ROOT);
        }
    }
}
