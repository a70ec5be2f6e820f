package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.boot.GatewayProperties;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatusCode;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.servlet.ModelAndView;

/** Gives pages of the console their {@link Shell}, and answers their errors in words. */
@ControllerAdvice(annotations = ConsoleRoom.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
public final class ShellAdvice {
    private static final Logger log = LoggerFactory.getLogger(ShellAdvice.class);

    private final GatewayProperties properties;
    private final ConsoleAssets assets;
    private final Clock clock;

    public ShellAdvice(GatewayProperties properties, ConsoleAssets assets, Clock clock) {
        this.properties = properties;
        this.assets = assets;
        this.clock = clock;
    }

    @ModelAttribute("shell")
    Shell shell(HttpServletRequest request) {
        // Read here, so that its cookie is set before a byte of the page is sent.
        if (request.getAttribute(CsrfToken.class.getName()) instanceof CsrfToken token) {
            token.getToken();
        }
        Authentication person = SecurityContextHolder.getContext().getAuthentication();
        return new Shell(
                person == null || person.getName().equals("anonymousUser") ? "" : person.getName(),
                rolesOf(person),
                properties.console().urls(),
                assets.version(),
                clock.instant(),
                properties.console().oidc().isSet() ? OidcSignIn.start(true) : null);
    }

    /** Returns what somebody may do at the console. */
    static Set<ConsoleRole> rolesOf(@org.jspecify.annotations.Nullable Authentication person) {
        return person == null
                ? Set.of()
                : Arrays.stream(ConsoleRole.values())
                        .filter(role -> person.getAuthorities().stream()
                                .anyMatch(held -> role.authority().equals(held.getAuthority())))
                        .collect(Collectors.toUnmodifiableSet());
    }

    @ExceptionHandler(RuntimeException.class)
    ModelAndView problem(RuntimeException e, HttpServletRequest request) {
        if (e instanceof org.springframework.security.access.AccessDeniedException denied) {
            throw denied;
        }
        ErrorResponse error = e instanceof ErrorResponse response ? response : null;
        var page =
                new ModelAndView(request.getHeader("HX-Request") == null ? "console/error" : "console/error :: words");
        page.setStatus(error == null ? HttpStatusCode.valueOf(500) : error.getStatusCode());
        page.addObject("shell", shell(request));
        page.addObject(
                "title",
                error == null || error.getBody().getTitle() == null
                        ? "The gateway could not show this"
                        : error.getBody().getTitle());
        page.addObject(
                "detail",
                error == null || error.getBody().getDetail() == null
                        ? "Something unexpected happened; the gateway's log says more. Try again, or go back to the approvals."
                        : error.getBody().getDetail());
        if (error == null) {
            log.error("unexpected", e);
        }
        return page;
    }
}
