package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.boot.GatewayProperties;
import io.openclaw.gateway.common.web.ConsoleLogin;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** How people sign in: with a name, a password and the code of a second factor, or once with a link that the gateway printed. */
@ConsoleRoom
final class SignInController {
    private static final String HOME = "redirect:" + SignedIn.HOME;
    private static final String CODE = "/sign-in/code";
    /** Attributes of a session in which a password was right, and the second factor is to come. */
    private static final String PERSON = SignInController.class.getName() + ".person";

    private static final String UNTIL = SignInController.class.getName() + ".until";
    private static final Duration TIME_FOR_CODE = Duration.ofMinutes(5);

    private final GatewayProperties.Oidc oidc;
    private final ConsoleLogin login;
    private final Accounts accounts;
    private final Passkeys passkeys;
    private final SignedIn signedIn;
    private final Clock clock;

    SignInController(
            ConsoleLogin login,
            Accounts accounts,
            Passkeys passkeys,
            SignedIn signedIn,
            GatewayProperties properties,
            Clock clock) {
        this.oidc = properties.console().oidc();
        this.login = login;
        this.accounts = accounts;
        this.passkeys = passkeys;
        this.signedIn = signedIn;
        this.clock = clock;
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
            @RequestParam(required = false) @Nullable String late,
            HttpServletRequest request,
            Model model) {
        if (model.getAttribute("shell") instanceof Shell shell
                && !shell.person().isEmpty()) {
            return HOME;
        }
        model.addAttribute(
                "problem",
                provider != null || refused != null ? oidcProblem(refused) : problem(wrong, used, locked, late));
        model.addAttribute("oidc", oidc.isSet() ? OidcSignIn.start(false) : null);
        model.addAttribute("isOut", out != null);
        model.addAttribute("hasPasskeys", passkeys.problem(request).isEmpty());
        return "console/sign-in";
    }

    private static String oidcProblem(@Nullable String refused) {
        return refused != null
                ? "You are known, but may not sign in here: your organisation's sign-in gives you no role at this gateway, or"
                        + " a name that somebody else has. An administrator finds the reason in the gateway's log."
                : "Signing in with your organisation did not work. Try again; an administrator finds the reason in the"
                        + " gateway's log.";
    }

    private static @Nullable String problem(
            @Nullable String wrong, @Nullable String used, @Nullable String locked, @Nullable String late) {
        if (late != null) {
            return "The code came too late after the password. Sign in again.";
        }
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
        return "redirect:" + signedIn.begin(person.get(), "by a sign-in link", request, response);
    }

    /** Remembers whose password was right, and returns where the second factor is asked for. */
    static String askForCode(String person, HttpServletRequest request, Instant now) {
        HttpSession session = request.getSession();
        session.setAttribute(PERSON, person);
        session.setAttribute(UNTIL, now.plus(TIME_FOR_CODE).toEpochMilli());
        return CODE;
    }

    private Optional<String> personWithoutCode(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return session != null
                        && session.getAttribute(PERSON) instanceof String person
                        && session.getAttribute(UNTIL) instanceof Long until
                        && until > clock.millis()
                ? Optional.of(person)
                : Optional.empty();
    }

    @GetMapping(CODE)
    String code(
            @RequestParam(required = false) @Nullable String wrong,
            @RequestParam(required = false) @Nullable String locked,
            HttpServletRequest request,
            Model model) {
        if (personWithoutCode(request).isEmpty()) {
            return "redirect:/sign-in?late";
        }
        model.addAttribute(
                "problem",
                locked != null && locked.matches("\\d{1,6}")
                        ? "Codes were wrong too often, so none is looked at now. Try again in "
                                + Shell.words(Duration.ofSeconds(Long.parseLong(locked))) + "."
                        : wrong != null
                                ? "Wrong code. Each is good once: wait until the app shows the next one."
                                : null);
        return "console/sign-in-code";
    }

    @PostMapping(CODE)
    String useCode(
            @RequestParam(defaultValue = "") String code, HttpServletRequest request, HttpServletResponse response) {
        Optional<String> name = personWithoutCode(request);
        if (name.isEmpty()) {
            return "redirect:/sign-in?late";
        }
        SecondFactors.Proof proof;
        try {
            proof = login.requireCode(name.get(), code, request.getRemoteAddr());
        } catch (ConsoleLogin.LockedException e) {
            return "redirect:" + CODE + "?locked=" + e.seconds();
        } catch (AuthenticationException e) {
            return "redirect:" + CODE + "?wrong";
        }
        Optional<Authentication> person = login.proven(name.get());
        if (person.isEmpty()) {
            return "redirect:/sign-in?wrong";
        }
        return "redirect:"
                + signedIn.begin(
                        person.get(),
                        proof == SecondFactors.Proof.CODE
                                ? "by password and code"
                                : "by password and a recovery code, which is used up",
                        request,
                        response);
    }
}
