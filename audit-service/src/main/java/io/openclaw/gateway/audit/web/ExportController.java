package io.openclaw.gateway.audit.web;

import io.openclaw.gateway.audit.core.AuditQuery;
import io.openclaw.gateway.audit.core.ExportFormat;
import io.openclaw.gateway.audit.persistence.AuditStore;
import io.openclaw.gateway.audit.persistence.AuditStore.Entry;
import io.openclaw.gateway.audit.persistence.CallStatistics;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.web.Problems;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;

/** The record as streams: exports, and what is recorded as it is recorded. Both go on where they ended, and hold one page in memory. */
@Controller
public final class ExportController implements SmartLifecycle {
    private static final int PAGE = 500;
    private static final int MAX_STREAMS = 50;
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    private static final int LOOKS_PER_COMMENT = 30;

    private final AuditStore store;
    private final CallStatistics statistics;
    private final Clock clock;
    private final Semaphore streams = new Semaphore(MAX_STREAMS);
    private volatile boolean isRunning;

    public ExportController(AuditStore store, CallStatistics statistics, Clock clock) {
        this.store = store;
        this.statistics = statistics;
        this.clock = clock;
    }

    /**
     * Exports all that a search finds, the oldest first; {@code cursor} with the last id that arrived goes on after it. Writes to the
     * response itself, on a virtual thread: nothing is gathered, and a slow reader slows the reading of the database.
     */
    @GetMapping("/audit/export")
    void export(
            @RequestParam Map<String, String> parameters,
            @RequestParam(defaultValue = "jsonl") String format,
            HttpServletResponse response)
            throws IOException {
        Map<String, String> filters = new HashMap<>(parameters);
        filters.remove("format");
        ExportFormat chosen;
        AuditQuery query;
        try {
            chosen = ExportFormat.named(format);
            query = AuditQuery.of(filters, clock.instant());
        } catch (IllegalArgumentException e) {
            throw invalid(e);
        }
        response.setContentType(chosen.mediaType());
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                "attachment; filename=\"openclaw-record-"
                        + DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)
                                .withZone(ZoneOffset.UTC)
                                .format(clock.instant())
                        + "." + chosen.extension() + "\"");
        write(query, chosen, response.getOutputStream(), Long.MAX_VALUE);
    }

    /** Writes what a search finds, the oldest first, page by page. */
    void write(AuditQuery query, ExportFormat format, OutputStream out, long limit) throws IOException {
        if (query.cursor() == null) {
            out.write(format.head());
        }
        long written = 0;
        List<Entry> page = store.find(query.page(PAGE, query.cursor(), true));
        while (!page.isEmpty() && written < limit) {
            for (Entry entry : page) {
                Entry whole = entry.shortened() == null
                        ? entry
                        : store.find(entry.id()).orElse(entry);
                out.write(format.event(whole.id(), whole.recorded()));
            }
            written += page.size();
            out.flush();
            page = page.size() < PAGE
                    ? List.of()
                    : store.find(query.page(PAGE, page.getLast().id(), true));
        }
    }

    /**
     * Sends events as they are recorded (server-sent events, WHATWG HTML section 9.2), those that a search finds. It begins after
     * {@code Last-Event-ID} or {@code cursor}, else with what comes next.
     */
    @GetMapping("/audit/tail")
    void tail(
            @RequestParam Map<String, String> parameters,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
            HttpServletResponse response)
            throws IOException, InterruptedException {
        Map<String, String> filters = new HashMap<>(parameters);
        if (lastEventId != null && !lastEventId.isBlank()) {
            filters.put("cursor", lastEventId);
        }
        AuditQuery query;
        try {
            query = AuditQuery.of(filters, clock.instant());
        } catch (IllegalArgumentException e) {
            throw invalid(e);
        }
        if (!isRunning || !streams.tryAcquire()) {
            throw Problems.of(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "too-many-streams",
                    "Too many streams",
                    "There are " + MAX_STREAMS + " streams of the record already; close one, or ask /audit.");
        }
        try {
            send(query, response);
        } finally {
            streams.release();
        }
    }

    private void send(AuditQuery query, HttpServletResponse response) throws IOException, InterruptedException {
        response.setContentType("text/event-stream;charset=UTF-8");
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        // A proxy would keep it back otherwise (nginx).
        response.setHeader("X-Accel-Buffering", "no");
        OutputStream out = response.getOutputStream();
        long after = query.cursor() == null ? statistics.last() : query.cursor();
        write(out, "retry: 2000\n\n");
        for (long looks = 1; isRunning; looks++) {
            List<Entry> found = store.find(query.page(PAGE, after, true));
            var text = new StringBuilder();
            for (Entry entry : found) {
                text.append("id: ")
                        .append(entry.id())
                        .append("\ndata: ")
                        .append(Json.MAPPER
                                .writeValueAsString(AuditController.EventView.of(entry))
                                .replace("\r", "")
                                .replace("\n", " "))
                        .append("\n\n");
                after = entry.id();
            }
            if (!text.isEmpty()) {
                write(out, text.toString());
            } else if (looks % LOOKS_PER_COMMENT == 0) {
                // It shows whether anybody is still there.
                write(out, ": \n\n");
            }
            if (found.size() < PAGE) {
                Thread.sleep(LOOK_EVERY);
            }
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static org.springframework.web.ErrorResponseException invalid(IllegalArgumentException e) {
        return Problems.of(
                HttpStatus.BAD_REQUEST, "invalid-request", "Invalid request", String.valueOf(e.getMessage()));
    }

    @Override
    public void start() {
        isRunning = true;
    }

    /** Ends the streams, so that the web server need not wait for them. */
    @Override
    public void stop() {
        isRunning = false;
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }
}
