package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.web.ConsoleLogin;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.AuthenticationException;

/**
 * Asks people for their password once more before what is grave, and for a code of their second factor if they have one. Right ones are
 * good for some minutes of the session.
 */
public final class Reauthentication {
    private static final Duration GOOD_FOR = Duration.ofMinutes(5);
    private static final Duration ALLOWED_SKEW = Duration.ofMinutes(1);
    /** The form's field with a code of the second factor. */
    private static final String CODE = "code";

    private static final String PROVEN_AT = Reauthentication.class.getName() + ".provenAt";

    private final ConsoleLogin login;
    private final Clock clock;

    public Reauthentication(ConsoleLogin login, Clock clock) {
        this.login = login;
        this.clock = clock;
    }

    /** Tells whether the person proved the password some minutes ago. */
    public boolean isFresh(HttpServletRequest request) {
        var session = request.getSession(false);
        return session != null
                && session.getAttribute(PROVEN_AT) instanceof Long millis
                && Instant.ofEpochMilli(millis).plus(GOOD_FOR).isAfter(clock.instant());
    }

    /** Notes when a person proved it elsewhere, as the provider of OpenID Connect said ({@code auth_time}), if it said so. */
    void note(HttpServletRequest request, @Nullable Instant provenAt) {
        if (provenAt != null && !provenAt.isAfter(clock.instant().plus(ALLOWED_SKEW))) {
            request.getSession().setAttribute(PROVEN_AT, provenAt.toEpochMilli());
        }
    }

    /** Tells whether a form that asks for the password has to ask for a code of the second factor, too, in the field {@code code}. */
    public boolean needsCode(HttpServletRequest request) {
        String name = request.getRemoteUser();
        return name != null && login.needsCode(name);
    }

    /**
     * Tells whether the person has just proved the password, and the second factor if there is one, or did some minutes ago.
     *
     * @param password what was typed, if something was
     */
    public boolean isProven(HttpServletRequest request, @Nullable String password) {
        if (isFresh(request)) {
            return true;
        }
        String name = request.getRemoteUser();
        String code = request.getParameter(CODE);
        if (name == null || password == null || password.isEmpty()) {
            return false;
        }
        try {
            login.requirePassword(name, password, request.getRemoteAddr());
            if (login.needsCode(name)) {
                login.requireCode(name, code == null ? "" : code, request.getRemoteAddr());
            }
        } catch (AuthenticationException e) {
            return false;
        }
        request.getSession().setAttribute(PROVEN_AT, clock.millis());
        return true;
    }
}
