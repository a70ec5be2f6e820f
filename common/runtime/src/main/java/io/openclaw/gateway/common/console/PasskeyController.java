package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.web.ConsoleLogin;
import io.openclaw.gateway.common.web.Problems;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** A person's own passkeys, and signing in with one. The browser's side is {@code passkeys.js}. */
@ConsoleRoom
final class PasskeyController {
    private static final Logger log = LoggerFactory.getLogger(PasskeyController.class);
    private static final String PAGE = "redirect:/console/account/passkeys";
    private static final int MAX_LABEL = 80;

    private final Passkeys passkeys;
    private final Accounts accounts;
    private final ConsoleLogin login;
    private final Reauthentication reauthentication;
    private final SignedIn signedIn;
    private final ConsoleJournal journal;
    private final Clock clock;

    PasskeyController(
            Passkeys passkeys,
            Accounts accounts,
            ConsoleLogin login,
            Reauthentication reauthentication,
            SignedIn signedIn,
            ConsoleJournal journal,
            Clock clock) {
        this.passkeys = passkeys;
        this.accounts = accounts;
        this.login = login;
        this.reauthentication = reauthentication;
        this.signedIn = signedIn;
        this.journal = journal;
        this.clock = clock;
    }

    @GetMapping("/console/account/passkeys")
    String page(Authentication person, HttpServletRequest request, Model model) {
        boolean isProven = reauthentication.isFresh(request);
        model.addAttribute("passkeys", passkeys.of(person.getName()));
        model.addAttribute("off", offFor(person.getName(), request).orElse(null));
        model.addAttribute("isProven", isProven);
        model.addAttribute("needsCode", !isProven && reauthentication.needsCode(request));
        return "console/passkeys";
    }

    /** A passkey opens everything, so a person who adds or removes one proves it once more before. */
    @PostMapping("/console/account/passkeys/prove")
    String prove(
            @RequestParam(required = false) @Nullable String password,
            HttpServletRequest request,
            RedirectAttributes flash) {
        if (!reauthentication.isProven(request, password)) {
            flash.addFlashAttribute(
                    "problem", "The password or the code is wrong, or too many were wrong to look at them now.");
        }
        return PAGE;
    }

    @PostMapping("/console/account/passkeys/options")
    ResponseEntity<String> creationOptions(Authentication person, HttpServletRequest request) {
        requireProven(person, request);
        return json(passkeys.creationOptions(person, request));
    }

    @PostMapping("/console/account/passkeys")
    ResponseEntity<Map<String, String>> register(
            @RequestParam(defaultValue = "") String label,
            @RequestBody String credential,
            Authentication person,
            HttpServletRequest request) {
        requireProven(person, request);
        String name = label.strip();
        if (name.isEmpty() || name.length() > MAX_LABEL || name.codePoints().anyMatch(Character::isISOControl)) {
            return problem(HttpStatus.BAD_REQUEST, "A passkey's name has 1 to " + MAX_LABEL + " characters.");
        }
        try {
            passkeys.register(credential, name, request);
        } catch (Passkeys.RefusedException e) {
            log.warn("a passkey of '{}' is refused: {}", person.getName(), e.getMessage());
            return problem(HttpStatus.BAD_REQUEST, "The gateway did not take this passkey; its log says why.");
        }
        journal.note(person.getName(), "passkey.added", person.getName(), name, request.getRemoteAddr());
        return ResponseEntity.ok(Map.of("url", "/console/account/passkeys"));
    }

    @PostMapping("/console/account/passkeys/remove")
    String remove(@RequestParam String id, Authentication person, HttpServletRequest request) {
        requireProven(person, request);
        if (passkeys.remove(person.getName(), id)) {
            journal.note(person.getName(), "passkey.removed", person.getName(), null, request.getRemoteAddr());
        }
        return PAGE;
    }

    @PostMapping("/sign-in/passkey/options")
    ResponseEntity<String> requestOptions(HttpServletRequest request) {
        passkeys.problem(request).ifPresent(problem -> {
            throw Problems.of(HttpStatus.CONFLICT, "no-passkeys", "No passkeys here", problem);
        });
        return json(passkeys.requestOptions(request));
    }

    @PostMapping("/sign-in/passkey")
    ResponseEntity<Map<String, String>> signIn(
            @RequestBody String credential, HttpServletRequest request, HttpServletResponse response) {
        String name;
        try {
            name = passkeys.prove(credential, request);
        } catch (Passkeys.RefusedException e) {
            log.warn("a sign-in with a passkey from {} failed: {}", request.getRemoteAddr(), e.getMessage());
            return problem(HttpStatus.UNAUTHORIZED, "The gateway does not know this passkey, or did not take it.");
        }
        Optional<Authentication> person = hasPassword(name) ? login.proven(name) : Optional.empty();
        if (person.isEmpty()) {
            journal.note(
                    name, "signin.refused", name, "by a passkey; the account is disabled", request.getRemoteAddr());
            return problem(HttpStatus.UNAUTHORIZED, "This account is disabled.");
        }
        String url = signedIn.begin(person.get(), "by a passkey", request, response);
        // The authenticator verified the person just now.
        reauthentication.note(request, clock.instant());
        return ResponseEntity.ok(Map.of("url", url));
    }

    private void requireProven(Authentication person, HttpServletRequest request) {
        offFor(person.getName(), request).ifPresent(problem -> {
            throw Problems.of(HttpStatus.CONFLICT, "no-passkeys", "No passkeys here", problem);
        });
        if (!reauthentication.isFresh(request)) {
            throw Problems.of(
                    HttpStatus.FORBIDDEN,
                    "password-needed",
                    "Your password is needed",
                    "Go back, and type your password before you change passkeys.");
        }
    }

    private Optional<String> offFor(String name, HttpServletRequest request) {
        return hasPassword(name)
                ? passkeys.problem(request)
                : Optional.of("You sign in with your organisation, so your passkeys are there.");
    }

    /** A provider of OpenID Connect says each time who may sign in, which a passkey here would pass by. */
    private boolean hasPassword(String name) {
        return login.isOfSettings(name)
                || accounts.find(name)
                        .filter(account -> account.issuer() == null)
                        .isPresent();
    }

    private static ResponseEntity<String> json(String text) {
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(text);
    }

    private static ResponseEntity<Map<String, String>> problem(HttpStatus status, String text) {
        return ResponseEntity.status(status).body(Map.of("problem", text));
    }
}
