package io.openclaw.gateway.common.identity;

import io.openclaw.gateway.common.identity.AgentSecurity.Door;
import io.openclaw.gateway.common.web.Problems;
import io.openclaw.gateway.common.web.WebAddresses;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsProcessor;
import org.springframework.web.cors.CorsUtils;
import org.springframework.web.cors.DefaultCorsProcessor;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets pages of the allowed origins use what agents use (CORS, in the Fetch Standard), and refuses those of others with 403. A
 * preflight is answered without credentials, since browsers send it without; one for a method that nothing here has lists those
 * that there are, and a request with such a method is answered by whatever it came for, so that the page can read why. Cookies and logins are never shared: an agent
 * proves itself with a header that its page sets.
 */
final class OriginFilter extends OncePerRequestFilter {
    private static final List<HttpMethod> METHODS =
            List.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.DELETE, HttpMethod.OPTIONS);
    private static final List<String> EXPOSED = List.of(
            "Mcp-Session-Id",
            "MCP-Protocol-Version",
            HttpHeaders.WWW_AUTHENTICATE,
            HttpHeaders.LOCATION,
            HttpHeaders.RETRY_AFTER,
            HttpHeaders.ALLOW);
    private static final Duration MAX_AGE = Duration.ofHours(1);

    private final WebAddresses addresses;
    private final Door door;
    private final CorsProcessor cors = new DefaultCorsProcessor() {
        @Override
        protected List<HttpMethod> checkMethods(CorsConfiguration configuration, @Nullable HttpMethod method) {
            return METHODS;
        }
    };

    OriginFilter(WebAddresses addresses, Door door) {
        this.addresses = addresses;
        this.door = door;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin != null && !addresses.allowsOrigin(origin, request.getHeader(HttpHeaders.HOST))) {
            response.addHeader(HttpHeaders.VARY, HttpHeaders.ORIGIN);
            door.refuse(
                    request,
                    response,
                    Problems.detail(
                            HttpStatus.FORBIDDEN,
                            "foreign-origin",
                            "Foreign origin",
                            "The Origin '" + origin
                                    + "' may not use this gateway; openclaw.mcp.allowed-origins"
                                    + " (OPENCLAW_ALLOWED_ORIGINS) adds some"));
            return;
        }
        boolean isPreflight = CorsUtils.isPreFlightRequest(request);
        if (isPreflight) {
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        }
        if (cors.processRequest(configurationFor(origin), request, response) && !isPreflight) {
            chain.doFilter(request, response);
        }
    }

    private static CorsConfiguration configurationFor(@Nullable String origin) {
        var configuration = new CorsConfiguration();
        configuration.setAllowedOrigins(origin == null ? List.of() : List.of(origin));
        // Whichever headers the page asks for: tools name some of their own (MCP 2026-07-28, "Mcp-Param-…").
        configuration.setAllowedHeaders(List.of(CorsConfiguration.ALL));
        configuration.setExposedHeaders(EXPOSED);
        configuration.setMaxAge(MAX_AGE);
        configuration.setAllowPrivateNetwork(true);
        return configuration;
    }
}
