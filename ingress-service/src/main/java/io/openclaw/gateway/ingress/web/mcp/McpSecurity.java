package io.openclaw.gateway.ingress.web.mcp;

import io.openclaw.gateway.common.identity.AgentSecurity;
import io.openclaw.gateway.common.identity.KnownAgents;
import io.openclaw.gateway.common.web.ConsoleSecurity;
import io.openclaw.gateway.common.web.ProblemPages;
import io.openclaw.gateway.common.web.WebAddresses;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.Set;
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

    @Bean
    @Order(45)
    SecurityFilterChain mcpSecurityChain(
            HttpSecurity http, KnownAgents agents, WebAddresses addresses, McpSettings settings) {
        http.addFilterAfter(new RebindingFilter(addresses), HeaderWriterFilter.class);
        return AgentSecurity.chain(http, agents, addresses, new McpDoor(settings, addresses), McpController.PATH);
    }

    @Bean
    @Order(46)
    SecurityFilterChain metadataSecurityChain(HttpSecurity http, WebAddresses addresses) {
        return AgentSecurity.forPages(
                        ConsoleSecurity.stateless(
                                http.securityMatcher(ResourceMetadata.PATH, ResourceMetadata.PATH + "/**")),
                        addresses,
                        (request, response, problem) -> ProblemPages.write(response, problem))
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }

    private record McpDoor(McpSettings settings, WebAddresses addresses) implements AgentSecurity.Door {
        @Override
        public void refuse(HttpServletRequest request, HttpServletResponse response, ProblemDetail problem) {
            McpController.refuse(response, problem.getStatus(), String.valueOf(problem.getDetail()));
        }

        @Override
        public String challenge(HttpServletRequest request) {
            // A client that is not told looks at the same place by itself (MCP 2025-11-25, "Protected Resource
            // Metadata").
            return "Bearer realm=\"OpenClaw Gateway\""
                    + addresses
                            .baseUrl(request)
                            .map(url ->
                                    ", resource_metadata=\"" + url + ResourceMetadata.PATH + McpController.PATH + "\"")
                            .orElse("");
        }

        /** Anyone who comes through a proxy on this machine comes from elsewhere. */
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

    /** Refuses what names another host. */
    private static final class RebindingFilter extends OncePerRequestFilter {
        private final WebAddresses addresses;

        RebindingFilter(WebAddresses addresses) {
            this.addresses = addresses;
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            String host = request.getHeader(HttpHeaders.HOST);
            boolean hostMatters = !addresses.allowedHosts().isEmpty() || isLoopback(request.getRemoteAddr());
            if (hostMatters && !addresses.allowsHost(host)) {
                McpController.refuse(
                        response,
                        403,
                        "The Host '" + host
                                + "' is none of this gateway's; openclaw.mcp.allowed-hosts (OPENCLAW_ALLOWED_HOSTS)"
                                + " adds some");
            } else {
                chain.doFilter(request, response);
            }
        }
    }
}
