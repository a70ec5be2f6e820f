package io.openclaw.gateway.common.identity;

import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.web.ConsoleSecurity;
import io.openclaw.gateway.common.web.Problems;
import io.openclaw.gateway.common.web.WebAddresses;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.web.filter.OncePerRequestFilter;

/** What agents alone may use: an API key or a token as a bearer token (RFC 6750) proves which. */
public final class AgentSecurity {
    private static final String BEARER = "bearer ";

    private AgentSecurity() {}

    /** What is particular to some paths. */
    public interface Door {
        /** Writes the answer to somebody who is no agent. */
        void refuse(HttpServletRequest request, HttpServletResponse response, ProblemDetail problem) throws IOException;

        /** Returns what is said in {@code WWW-Authenticate} (RFC 6750 section 3). */
        default String challenge(HttpServletRequest request) {
            return "Bearer realm=\"OpenClaw Gateway\"";
        }

        /** Returns the agent that somebody is who sends nothing that proves one; nobody, usually. */
        default Optional<String> unproven(HttpServletRequest request) {
            return Optional.empty();
        }
    }

    /**
     * Makes the chain for some paths; handlers find the {@link Caller} as the request's principal.
     *
     * @param addresses say which pages may use these paths from a browser
     */
    public static SecurityFilterChain chain(
            HttpSecurity http, KnownAgents agents, WebAddresses addresses, Door door, String... paths) {
        return forPages(ConsoleSecurity.stateless(http.securityMatcher(paths)), addresses, door)
                .addFilterBefore(new CallerFilter(agents, door), AuthorizationFilter.class)
                .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                .build();
    }

    /** Opens a chain to pages of the allowed origins, and closes it to those of others. */
    public static HttpSecurity forPages(HttpSecurity http, WebAddresses addresses, Door door) {
        return http.addFilterAfter(new OriginFilter(addresses, door), HeaderWriterFilter.class);
    }

    /** Puts who asks into the security context; answers every other request itself. */
    private static final class CallerFilter extends OncePerRequestFilter {
        private final KnownAgents agents;
        private final Door door;

        CallerFilter(KnownAgents agents, Door door) {
            this.agents = agents;
            this.door = door;
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            var directory = agents.current();
            if (directory.isEmpty()) {
                response.setHeader(HttpHeaders.RETRY_AFTER, "1");
                door.refuse(
                        request,
                        response,
                        Problems.detail(
                                HttpStatus.SERVICE_UNAVAILABLE,
                                "starting",
                                "No policy yet",
                                "This instance has not read a policy yet, so it knows no agent. Try again in a second; if"
                                        + " this goes on, look at the policy service."));
                return;
            }
            Caller caller;
            try {
                caller = callerOf(request, directory.get());
            } catch (UnprovenException e) {
                refuse(request, response, e);
                return;
            }
            SecurityContextHolder.getContext()
                    .setAuthentication(UsernamePasswordAuthenticationToken.authenticated(caller, null, List.of()));
            try {
                chain.doFilter(request, response);
            } finally {
                SecurityContextHolder.clearContext();
            }
        }

        private Caller callerOf(HttpServletRequest request, AgentDirectory directory) {
            Optional<String> bearer = bearer(request);
            if (bearer.isPresent()) {
                return agents.prove(bearer.get(), directory);
            }
            String agent = request.getHeader(HttpHeaders.AUTHORIZATION) != null
                    ? null
                    : door.unproven(request).orElse(null);
            if (agent == null) {
                throw UnprovenException.because("nothing was sent that could prove one");
            }
            if (!directory.knows(agent)) {
                throw UnprovenException.because(
                        "callers on this machine are the agent '" + agent + "', and the policy has no such agent");
            }
            return new Caller(agent, Identity.NONE);
        }

        private void refuse(HttpServletRequest request, HttpServletResponse response, UnprovenException e)
                throws IOException {
            if (e.mayBeTriedAgain()) {
                response.setHeader(HttpHeaders.RETRY_AFTER, "5");
                door.refuse(
                        request,
                        response,
                        Problems.detail(
                                HttpStatus.SERVICE_UNAVAILABLE,
                                "issuer-unavailable",
                                "Issuer unavailable",
                                "The token cannot be checked: " + e.getMessage() + ". Try again in some seconds."));
                return;
            }
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, door.challenge(request));
            door.refuse(
                    request,
                    response,
                    Problems.detail(
                            HttpStatus.UNAUTHORIZED,
                            "unknown-agent",
                            "Unknown agent",
                            "Send an agent's API key ('Authorization: Bearer ocg_…') or a token of an issuer that the"
                                    + " policy trusts: " + e.getMessage()
                                    + ". An administrator adds agents to the policy."));
        }

        private static Optional<String> bearer(HttpServletRequest request) {
            String header = request.getHeader(HttpHeaders.AUTHORIZATION);
            return header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                    ? Optional.of(header.substring(BEARER.length()).strip())
                    : Optional.empty();
        }
    }
}
