package io.openclaw.gateway.common.console;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Ends sessions: those in which nobody did anything for a time, and all after a longer time. Updates that a page fetches by
 * itself do not count as use.
 */
final class SessionLimits extends OncePerRequestFilter {
    /** The header of requests that a page makes by itself. */
    static final String BACKGROUND = "X-Background";

    static final String LAST_USED = SessionLimits.class.getName() + ".lastUsed";
    private static final Duration WRITE_EVERY = Duration.ofSeconds(15);

    private final Duration idle;
    private final Duration absolute;
    private final Clock clock;

    SessionLimits(Duration idle, Duration absolute, Clock clock) {
        this.idle = idle;
        this.absolute = absolute;
        this.clock = clock;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        HttpSession session = request.getSession(false);
        if (session != null) {
            Instant now = clock.instant();
            Instant created = Instant.ofEpochMilli(session.getCreationTime());
            Instant lastUsed =
                    session.getAttribute(LAST_USED) instanceof Long millis ? Instant.ofEpochMilli(millis) : created;
            if (created.plus(absolute).isBefore(now) || lastUsed.plus(idle).isBefore(now)) {
                session.invalidate();
            } else if (!isBackground(request) && lastUsed.plus(WRITE_EVERY).isBefore(now)) {
                session.setAttribute(LAST_USED, now.toEpochMilli());
            }
        }
        chain.doFilter(request, response);
    }

    private static boolean isBackground(HttpServletRequest request) {
        return request.getHeader(BACKGROUND) != null || request.getRequestURI().endsWith("/stream");
    }
}
