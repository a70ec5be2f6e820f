package io.openclaw.gateway.audit.web;

import io.openclaw.gateway.common.console.ConsoleJournal;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.security.Principal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Puts on record who read the record, and what they asked: the same question of the same person once in ten minutes, since pages
 * and programs ask again and again.
 */
public final class ReadingJournal implements HandlerInterceptor {
    /** What is noted. */
    public static final List<String> PATHS =
            List.of("/audit", "/audit/**", "/console/record", "/console/record/**", "/console/calls/*");

    private static final Duration ONCE_IN = Duration.ofMinutes(10);
    private static final int MAX_KNOWN = 1_000;
    private static final int MAX_QUESTION = 500;

    private final ConsoleJournal journal;
    private final Clock clock;
    private final Map<String, Instant> known = new LinkedHashMap<>();

    public ReadingJournal(ConsoleJournal journal, Clock clock) {
        this.journal = journal;
        this.clock = clock;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        Principal person = request.getUserPrincipal();
        if (person != null && request.getDispatcherType() == DispatcherType.REQUEST) {
            String question =
                    request.getRequestURI() + (request.getQueryString() == null ? "" : "?" + request.getQueryString());
            String asked = question.substring(0, Math.min(question.length(), MAX_QUESTION));
            if (isNew(person.getName() + " " + asked)) {
                journal.note(person.getName(), "record.read", asked, null, request.getRemoteAddr());
            }
        }
        return true;
    }

    private synchronized boolean isNew(String question) {
        Instant now = clock.instant();
        Instant before = known.get(question);
        if (before != null && before.plus(ONCE_IN).isAfter(now)) {
            return false;
        }
        known.remove(question);
        known.put(question, now);
        if (known.size() > MAX_KNOWN) {
            known.remove(known.keySet().iterator().next());
        }
        return true;
    }
}
