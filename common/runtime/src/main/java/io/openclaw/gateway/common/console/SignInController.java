package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.web.ConsoleLogin;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** How people sign in: with a name and a password, or once with a link that the gateway printed. */
@ConsoleRoom
final class SignInController {
    private static final String HOME = "redirect:/console/approvals";

    private final GatewayProperties.Oidc oidc;
    private final ConsoleLogin login;
    private final Accounts accounts;
    private final ConsoleJournal journal;

    SignInController(ConsoleLogin login, Accounts accounts, ConsoleJournal journal, GatewayProperties properties) {
        this.oidc = properties.console().oidc();
        this.login = login;
        this.accounts = accounts;
        this.journal = journal;
    }

    @GetMapping({"/", "/console", "/console/"})
    String home(Model model) {
        return model.getAttribute("shell") instanceof Shell shell ? "redirect:" + shell.at(Room.APPROVALS) : HOME;
    }

    @GetMapping("/sign-in")
    String page(
            @RequestParam(required = false) @Nullable String wrong,
            @RequestParam(required = false) @Nullable String out,
            @RequestParam(required = false) @Nullable String used,
            @RequestParam(required = false) @Nullable String locked,
            @RequestParam(required = false) @Nullable String provider,
            @RequestParam(required = false) @Nullable String refused,
            Model model) {
        if (model.getAttribute("shell") instanceof Shell shell
                && !shell.person().isEmpty()) {
            return HOME;
        }
        model.addAttribute(
                "problem", provider != null || refused != null ? oidcProblem(refused) : problem(wrong, used, locked));
        model.addAttribute("oidc", oidc.isSet() ? OidcSignIn.start(false) : null);
        model.addAttribute("isOut", out != null);
        return "console/sign-in";
    }

    private static String oidcProblem(@Nullable String refused) {
        return refused != null
                ? "You are known, but may not sign in here: your organisation's sign-in gives you no role at this gateway, or"
                        + " a name that somebody else has. An administrator finds the reason in the gateway's log."
                : "Signing in with your organisation did not work. Try again; an administrator finds the reason in the"
                        + " gateway's log.";
    }

    private static @Nullable String problem(@Nullable String wrong, @Nullable String used, @Nullable String locked) {
        if (locked != null && locked.matches("\\d{1,6}")) {
            return "Passwords were wrong too often, so none is looked at now. Try again in "
                    + Shell.words(Duration.ofSeconds(Long.parseLong(locked))) + ".";
        }
        if (used != null) {
            return "This sign-in link was used already, or is more than ten minutes old. Sign in with your password, or start"
                    + " the gateway again for a new link.";
        }
        return wrong == null ? null : "Unknown name or wrong password.";
    }

    /** Where a sign-in with OpenID Connect begins, if the filter for it could not begin it. */
    @GetMapping(OidcSignIn.START + "/*")
    String providerIsAway() {
        return "redirect:/sign-in?provider";
    }

    /** Shows whom a link signs in, and uses nothing up: programs that look at links before people do must not. */
    @GetMapping("/sign-in/link")
    String link(@RequestParam(defaultValue = "") String secret, Model model) {
        model.addAttribute("secret", secret);
        return "console/sign-in-link";
    }

    @PostMapping("/sign-in/link")
    String useLink(
            @RequestParam(defaultValue = "") String secret, HttpServletRequest request, HttpServletResponse response) {
        Optional<Authentication> person = accounts.useLink(secret).flatMap(login::proven);
        if (person.isEmpty()) {
            return "redirect:/sign-in?used";
        }
        var context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(person.get());
        SecurityContextHolder.setContext(context);
        var session = request.getSession(false);
        if (session != null) {
            session.invalidate();
        }
        new HttpSessionSecurityContextRepository().saveContext(context, request, response);
        journal.note(
                person.get().getName(),
                "signin.succeeded",
                person.get().getName(),
                "by a sign-in link",
                request.getRemoteAddr());
        return HOME;
    }
}
