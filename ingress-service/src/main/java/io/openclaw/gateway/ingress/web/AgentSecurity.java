package io.openclaw.gateway.ingress.web;

import io.openclaw.gateway.common.web.ConsoleSecurity;
import io.openclaw.gateway.common.web.ProblemPages;
import io.openclaw.gateway.common.web.Problems;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.web.filter.OncePerRequestFilter;

/** Who may ask for calls: agents, proven by an API key as a bearer token (RFC 6750). */
@Configuration(proxyBeanMethods = false)
public class AgentSecurity {
    private static final String BEARER = "bearer ";

    @Bean
    @Order(50)
    SecurityFilterChain agentSecurityChain(HttpSecurity http, KnownAgents agents, Clock clock) {
        return ConsoleSecurity.stateless(http.securityMatcher("/v1/tool-calls", "/v1/tool-calls/**", "/tools/invoke"))
                .addFilterBefore(new AgentKeyFilter(agents, clock), AuthorizationFilter.class)
                .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                .build();
    }

    @Bean
    @Order(60)
    SecurityFilterChain healthSecurityChain(HttpSecurity http) {
        return ConsoleSecurity.stateless(http.securityMatcher("/health"))
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }

    /** Puts the agent that a key proves into the security context; answers every other request itself. */
    private static final class AgentKeyFilter extends OncePerRequestFilter {
        private final KnownAgents agents;
        private final Clock clock;

        AgentKeyFilter(KnownAgents agents, Clock clock) {
            this.agents = agents;
            this.clock = clock;
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            boolean asWorker = request.getRequestURI().equals(ToolsInvokeController.PATH);
            var directory = agents.current();
            if (directory.isEmpty()) {
                response.setHeader(HttpHeaders.RETRY_AFTER, "1");
                refuse(
                        response,
                        asWorker,
                        Problems.detail(
                                HttpStatus.SERVICE_UNAVAILABLE,
                                "starting",
                                "No policy yet",
                                "This instance has not read a policy yet, so it knows no agent. Try again in a second; if"
                                        + " this goes on, look at the policy service."));
                return;
            }
            Optional<String> agent =
                    bearer(request).flatMap(key -> directory.get().agentOf(key, clock.instant()));
            if (agent.isEmpty()) {
                response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"OpenClaw Gateway\"");
                refuse(
                        response,
                        asWorker,
                        Problems.detail(
                                HttpStatus.UNAUTHORIZED,
                                "unknown-agent",
                                "Unknown agent",
                                "Send an agent's API key: 'Authorization: Bearer ocg_…'. The key sent is missing, unknown"
                                        + " or expired; an administrator adds agents to the policy."));
                return;
            }
            SecurityContextHolder.getContext()
                    .setAuthentication(UsernamePasswordAuthenticationToken.authenticated(agent.get(), null, List.of()));
            try {
                chain.doFilter(request, response);
            } finally {
                SecurityContextHolder.clearContext();
            }
        }

        private static Optional<String> bearer(HttpServletRequest request) {
            String header = request.getHeader(HttpHeaders.AUTHORIZATION);
            return header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                    ? Optional.of(header.substring(BEARER.length()).strip())
                    : Optional.empty();
        }

        private static void refuse(HttpServletResponse response, boolean asWorker, ProblemDetail problem)
                throws IOException {
            if (asWorker) {
                WorkerAnswer.of(problem).write(response);
            } else {
                ProblemPages.write(response, problem);
            }
        }
    }
}
