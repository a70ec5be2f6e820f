package io.openclaw.gateway.common.console;

import io.openclaw.gateway.common.text.Durations;
import io.openclaw.gateway.common.web.ConsoleLogin;
import io.openclaw.gateway.common.web.ConsoleSecurity;
import io.openclaw.gateway.common.web.Problems;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.session.Session;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** A person's own account, and for the administrator everybody's. */
@ConsoleRoom
final class AccountController {
    private static final String PASSWORD = "redirect:/console/password";
    private static final String ACCOUNT = "redirect:/console/account";
    private static final String PEOPLE = "redirect:/console/people";

    private final Accounts accounts;
    private final SecondFactors factors;
    private final Passkeys passkeys;
    private final ConsoleLogin login;
    private final ConsoleJournal journal;
    private final FindByIndexNameSessionRepository<? extends Session> sessions;

    AccountController(
            Accounts accounts,
            SecondFactors factors,
            Passkeys passkeys,
            ConsoleLogin login,
            ConsoleJournal journal,
            FindByIndexNameSessionRepository<? extends Session> sessions) {
        this.accounts = accounts;
        this.factors = factors;
        this.passkeys = passkeys;
        this.login = login;
        this.journal = journal;
        this.sessions = sessions;
    }

    @GetMapping("/console/account")
    String account(Authentication person, Model model) {
        model.addAttribute("tokens", accounts.tokensOf(person.getName()));
        model.addAttribute("groups", ConsoleSecurity.groupsOf(person));
        model.addAttribute(
                "sessions", sessions.findByPrincipalName(person.getName()).size());
        model.addAttribute("isOfSettings", login.isOfSettings(person.getName()));
        model.addAttribute("passkeys", passkeys.of(person.getName()).size());
        model.addAttribute("secondFactor", factors.since(person.getName()).orElse(null));
        return "console/account";
    }

    @GetMapping("/console/password")
    String password(Authentication person, Model model) {
        model.addAttribute("isOfSettings", login.isOfSettings(person.getName()));
        model.addAttribute("minPassword", Accounts.MIN_PASSWORD);
        return "console/password";
    }

    @PostMapping("/console/password")
    String changePassword(
            @RequestParam String current,
            @RequestParam String changed,
            @RequestParam String again,
            Authentication person,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes flash) {
        if (!changed.equals(again)) {
            flash.addFlashAttribute("problem", "The two new passwords differ.");
            return PASSWORD;
        }
        try {
            login.requirePassword(person.getName(), current, request.getRemoteAddr());
            accounts.changePassword(person.getName(), changed);
        } catch (ConsoleLogin.LockedException e) {
            flash.addFlashAttribute("problem", "Passwords were wrong too often; try again in " + e.seconds() + " s.");
            return PASSWORD;
        } catch (AuthenticationException e) {
            flash.addFlashAttribute("problem", "The current password is wrong.");
            return PASSWORD;
        } catch (IllegalArgumentException e) {
            flash.addFlashAttribute("problem", "This password cannot be taken: " + e.getMessage() + ".");
            return PASSWORD;
        }
        journal.note(person.getName(), "account.password-changed", person.getName(), null, request.getRemoteAddr());
        // Anyone who knew the old password is signed out everywhere; this browser goes on.
        signOutEverywhere(person.getName());
        request.getSession().invalidate();
        login.proven(person.getName()).ifPresent(now -> {
            var context = SecurityContextHolder.createEmptyContext();
            context.setAuthentication(now);
            SecurityContextHolder.setContext(context);
            new HttpSessionSecurityContextRepository().saveContext(context, request, response);
        });
        return ACCOUNT;
    }

    @PostMapping("/console/account/tokens")
    String issueToken(
            @RequestParam String label,
            @RequestParam(defaultValue = "30d") String life,
            @RequestParam(required = false) @Nullable List<String> roles,
            Authentication person,
            HttpServletRequest request,
            Model model) {
        try {
            Set<ConsoleRole> wanted = ConsoleRole.all(roles == null ? List.of() : roles);
            Duration duration = Durations.read(life)
                    .orElseThrow(() -> new IllegalArgumentException("'" + life + "' is no time such as 30d"));
            Accounts.NewToken made =
                    accounts.issueToken(person.getName(), label, wanted, ConsoleSecurity.groupsOf(person), duration);
            journal.note(
                    person.getName(), "token.created", made.token().id().toString(), label, request.getRemoteAddr());
            // Shown in this answer, for a redirect would have to keep it.
            model.addAttribute("newToken", made.text());
        } catch (IllegalArgumentException e) {
            model.addAttribute("problem", "No token was made: " + e.getMessage() + ".");
        }
        return account(person, model);
    }

    @PostMapping("/console/account/tokens/revoke")
    String revokeToken(@RequestParam UUID id, Authentication person, HttpServletRequest request) {
        if (accounts.revokeToken(id, person.getName())) {
            journal.note(person.getName(), "token.revoked", id.toString(), null, request.getRemoteAddr());
        }
        return ACCOUNT;
    }

    @PostMapping("/console/account/sign-out-everywhere")
    String signOutEverywhere(Authentication person, HttpServletRequest request) {
        journal.note(person.getName(), "signout.everywhere", person.getName(), null, request.getRemoteAddr());
        signOutEverywhere(person.getName());
        return "redirect:/sign-in?out";
    }

    private void signOutEverywhere(String person) {
        sessions.findByPrincipalName(person).keySet().forEach(sessions::deleteById);
    }

    @GetMapping("/console/people")
    String people(Model model) {
        model.addAttribute("accounts", accounts.all());
        model.addAttribute("approvers", login.approvers());
        var withSecondFactor = new TreeSet<>(factors.people());
        withSecondFactor.addAll(passkeys.people());
        model.addAttribute("withSecondFactor", withSecondFactor);
        model.addAttribute("roles", Arrays.asList(ConsoleRole.values()));
        return "console/people";
    }

    @PostMapping("/console/people")
    String create(
            @RequestParam String name,
            @RequestParam(required = false) @Nullable List<String> roles,
            @RequestParam(defaultValue = "") String groups,
            Authentication person,
            HttpServletRequest request,
            Model model) {
        try {
            if (login.isOfSettings(name)) {
                throw new IllegalStateException("'" + name + "' is set by the environment already");
            }
            String password = accounts.create(
                    name, ConsoleRole.all(roles == null ? List.of() : roles), list(groups), person.getName());
            // What somebody of before had who was called so is nothing of this person's.
            factors.remove(name);
            passkeys.removeAll(name);
            journal.note(person.getName(), "account.created", name, String.valueOf(roles), request.getRemoteAddr());
            model.addAttribute("newName", name);
            model.addAttribute("newPassword", password);
        } catch (IllegalArgumentException | IllegalStateException e) {
            model.addAttribute("problem", "No account was made: " + e.getMessage() + ".");
        }
        return people(model);
    }

    @PostMapping("/console/people/change")
    String change(
            @RequestParam String name,
            @RequestParam(required = false) @Nullable List<String> roles,
            @RequestParam(defaultValue = "") String groups,
            @RequestParam(defaultValue = "false") boolean disabled,
            Authentication person,
            HttpServletRequest request,
            RedirectAttributes flash) {
        try {
            accounts.change(name, ConsoleRole.all(roles == null ? List.of() : roles), list(groups), disabled);
        } catch (IllegalArgumentException e) {
            flash.addFlashAttribute("problem", "Nothing was changed: " + e.getMessage() + ".");
            return PEOPLE;
        }
        journal.note(
                person.getName(),
                "account.changed",
                name,
                (disabled ? "disabled, " : "") + roles + ", groups " + groups,
                request.getRemoteAddr());
        // A session holds the roles of its sign-in.
        signOutEverywhere(name);
        return PEOPLE;
    }

    @PostMapping("/console/people/reset")
    String reset(@RequestParam String name, Authentication person, HttpServletRequest request, Model model) {
        String password;
        try {
            password = accounts.reset(name);
        } catch (IllegalStateException e) {
            throw Problems.of(HttpStatus.NOT_FOUND, "unknown-account", "Unknown account", e.getMessage() + ".");
        }
        signOutEverywhere(name);
        accounts.revokeTokens(name);
        passkeys.removeAll(name);
        journal.note(person.getName(), "account.password-reset", name, null, request.getRemoteAddr());
        model.addAttribute("newName", name);
        model.addAttribute("newPassword", password);
        return people(model);
    }

    /** For somebody who lost the device and the recovery codes; passkeys go, too. Until a new one is set up, the password is enough. */
    @PostMapping("/console/people/second-factor/reset")
    String resetSecondFactor(@RequestParam String name, Authentication person, HttpServletRequest request) {
        boolean hadFactor = factors.remove(name);
        int hadPasskeys = passkeys.removeAll(name);
        if (hadFactor || hadPasskeys > 0) {
            journal.note(
                    person.getName(),
                    "second-factor.reset",
                    name,
                    hadPasskeys + " passkeys removed, too",
                    request.getRemoteAddr());
            signOutEverywhere(name);
        }
        return PEOPLE;
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split("[\\s,]+"))
                .filter(each -> !each.isEmpty())
                .toList();
    }
}
