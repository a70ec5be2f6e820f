package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.web.ConsoleLogin;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** A person's own second factor: setting it up, its recovery codes, and removing it. */
@ConsoleRoom
final class SecondFactorController {
    private static final String PAGE = "redirect:/console/account/second-factor";
    /** The session's attribute with a secret that no code was typed of yet. */
    private static final String SECRET = SecondFactorController.class.getName() + ".secret";

    private final SecondFactors factors;
    private final Accounts accounts;
    private final ConsoleLogin login;
    private final Reauthentication reauthentication;
    private final ConsoleJournal journal;

    SecondFactorController(
            SecondFactors factors,
            Accounts accounts,
            ConsoleLogin login,
            Reauthentication reauthentication,
            ConsoleJournal journal) {
        this.factors = factors;
        this.accounts = accounts;
        this.login = login;
        this.reauthentication = reauthentication;
        this.journal = journal;
    }

    @GetMapping("/console/account/second-factor")
    String page(Authentication person, HttpServletRequest request, Model model) {
        String name = person.getName();
        Optional<java.time.Instant> since = factors.since(name);
        String secret = since.isPresent() ? null : secretOf(request);
        model.addAttribute("since", since.orElse(null));
        model.addAttribute("codesLeft", since.isPresent() ? factors.recoveryCodesLeft(name) : 0);
        model.addAttribute("hasPassword", hasPassword(name));
        model.addAttribute("isProven", reauthentication.isFresh(request));
        model.addAttribute("needsCode", since.isPresent());
        model.addAttribute("secret", secret);
        if (secret != null) {
            String uri = SecondFactors.uri(name, secret);
            model.addAttribute("uri", uri);
            model.addAttribute("qr", QrCodes.of(uri));
        }
        return "console/second-factor";
    }

    @PostMapping("/console/account/second-factor/begin")
    String begin(
            @RequestParam(required = false) @Nullable String password,
            Authentication person,
            HttpServletRequest request,
            RedirectAttributes flash) {
        if (!hasPassword(person.getName()) || factors.isOn(person.getName())) {
            return PAGE;
        }
        if (isProven(request, password, flash)) {
            request.getSession().setAttribute(SECRET, factors.newSecret());
        }
        return PAGE;
    }

    @PostMapping("/console/account/second-factor/cancel")
    String cancel(HttpServletRequest request) {
        request.getSession().removeAttribute(SECRET);
        return PAGE;
    }

    @PostMapping("/console/account/second-factor/confirm")
    String confirm(
            @RequestParam String code,
            Authentication person,
            HttpServletRequest request,
            RedirectAttributes flash,
            Model model) {
        String secret = secretOf(request);
        if (secret == null) {
            return PAGE;
        }
        Optional<List<String>> codes = factors.setUp(person.getName(), secret, code);
        if (codes.isEmpty()) {
            flash.addFlashAttribute(
                    "problem",
                    "This is not the code that the app should show now. Look at the clock of the device with the app: it may be"
                            + " wrong by half a minute, and no more.");
            return PAGE;
        }
        request.getSession().removeAttribute(SECRET);
        journal.note(person.getName(), "second-factor.set-up", person.getName(), null, request.getRemoteAddr());
        // Shown in this answer, for a redirect would have to keep them.
        model.addAttribute("newCodes", codes.get());
        return page(person, request, model);
    }

    @PostMapping("/console/account/second-factor/recovery-codes")
    String newRecoveryCodes(
            @RequestParam(required = false) @Nullable String password,
            Authentication person,
            HttpServletRequest request,
            RedirectAttributes flash,
            Model model) {
        if (!factors.isOn(person.getName()) || !isProven(request, password, flash)) {
            return PAGE;
        }
        model.addAttribute("newCodes", factors.newRecoveryCodes(person.getName()));
        journal.note(
                person.getName(), "second-factor.recovery-codes-made", person.getName(), null, request.getRemoteAddr());
        return page(person, request, model);
    }

    @PostMapping("/console/account/second-factor/remove")
    String remove(
            @RequestParam(required = false) @Nullable String password,
            Authentication person,
            HttpServletRequest request,
            RedirectAttributes flash) {
        if (isProven(request, password, flash) && factors.remove(person.getName())) {
            journal.note(person.getName(), "second-factor.removed", person.getName(), null, request.getRemoteAddr());
        }
        return PAGE;
    }

    private boolean isProven(HttpServletRequest request, @Nullable String password, RedirectAttributes flash) {
        boolean isProven = reauthentication.isProven(request, password);
        if (!isProven) {
            flash.addFlashAttribute(
                    "problem",
                    "Nothing was changed: the password or the code is wrong, or too many were wrong to look at them now.");
        }
        return isProven;
    }

    /** People whom an OpenID Connect provider vouches for have their second factor there. */
    private boolean hasPassword(String name) {
        return login.isOfSettings(name)
                || accounts.find(name)
                        .filter(account -> account.issuer() == null)
                        .isPresent();
    }

    private static @Nullable String secretOf(HttpServletRequest request) {
        return request.getSession().getAttribute(SECRET) instanceof String secret ? secret : null;
    }
}
