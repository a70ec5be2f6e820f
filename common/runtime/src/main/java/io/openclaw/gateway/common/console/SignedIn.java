package io.openclaw.gateway.common.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;

/** Begins the session of somebody who proved it otherwise than by a password alone. */
final class SignedIn {
    static final String HOME = "/console/approvals";

    private final RequestCache asked;
    private final ConsoleJournal journal;

    SignedIn(RequestCache asked, ConsoleJournal journal) {
        this.asked = asked;
        this.journal = journal;
    }

    /**
     * Begins a new session, so that nobody who knew the old one's id is signed in, too, and puts the sign-in on record.
     *
     * @param how for people
     * @return the path of the page that the person wanted to see
     */
    String begin(Authentication person, String how, HttpServletRequest request, HttpServletResponse response) {
        var context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(person);
        SecurityContextHolder.setContext(context);
        HttpSession before = request.getSession(false);
        if (before != null) {
            before.invalidate();
        }
        new HttpSessionSecurityContextRepository().saveContext(context, request, response);
        journal.note(person.getName(), "signin.succeeded", person.getName(), how, request.getRemoteAddr());
        return wanted(asked.getRequest(request, response), request, response);
    }

    private String wanted(@Nullable SavedRequest page, HttpServletRequest request, HttpServletResponse response) {
        if (page == null) {
            return HOME;
        }
        asked.removeRequest(request, response);
        // A path alone, so that it leads nowhere else.
        URI url = URI.create(page.getRedirectUrl());
        String path = url.getRawPath();
        return path == null || !path.startsWith("/console/")
                ? HOME
                : path + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery());
    }
}
