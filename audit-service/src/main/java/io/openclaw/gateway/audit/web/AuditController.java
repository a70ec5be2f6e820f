package io.openclaw.gateway.audit.web;

import io.openclaw.gateway.audit.core.AuditQuery;
import io.openclaw.gateway.audit.core.RecordedEvent;
import io.openclaw.gateway.audit.persistence.AuditStore;
import io.openclaw.gateway.audit.persistence.AuditStore.Entry;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.web.Problems;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.util.UriComponentsBuilder;

/** The record, for people with the console's login: {@code GET /audit} as JSON, {@code GET /audit/pretty} as a page. */
@Controller
public final class AuditController {
    private final AuditStore store;
    private final Clock clock;

    public AuditController(AuditStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** An event as it is shown; see {@link RecordedEvent}. */
    record EventView(
            String id,
            String type,
            Instant at,
            @Nullable UUID callId,
            @Nullable String agent,
            @Nullable String upstream,
            @Nullable String tool,
            @Nullable String outcome,
            String topic,
            int partition,
            long offset,
            RawJson event) {
        static EventView of(Entry entry) {
            RecordedEvent recorded = entry.recorded();
            return new EventView(
                    Long.toString(entry.id()),
                    recorded.type(),
                    recorded.occurredAt(),
                    recorded.callId(),
                    recorded.agent(),
                    recorded.upstream(),
                    recorded.tool(),
                    recorded.outcome(),
                    recorded.topic(),
                    recorded.partition(),
                    recorded.offset(),
                    recorded.event());
        }
    }

    /**
     * @param next the cursor of the next page; absent on the last
     */
    record Page(List<EventView> events, @Nullable String next) {}

    @GetMapping("/audit")
    @ResponseBody
    Page events(@RequestParam Map<String, String> parameters) {
        return page(parameters);
    }

    @GetMapping("/audit/pretty")
    String pretty(@RequestParam Map<String, String> parameters, Model model) {
        Page page = page(parameters);
        model.addAttribute("events", page.events());
        model.addAttribute("parameters", parameters);
        if (page.next() != null) {
            var next = UriComponentsBuilder.fromPath("/audit/pretty");
            parameters.forEach((name, value) -> {
                if (!name.equals("cursor") && !value.isBlank()) {
                    next.queryParam(name, "{" + name + "}");
                }
            });
            next.queryParam("cursor", page.next());
            model.addAttribute("next", next.encode().buildAndExpand(parameters).toUriString());
        }
        return "audit/pretty";
    }

    private Page page(Map<String, String> parameters) {
        AuditQuery query;
        try {
            query = AuditQuery.of(parameters, clock.instant());
        } catch (IllegalArgumentException e) {
            throw Problems.of(
                    HttpStatus.BAD_REQUEST, "invalid-request", "Invalid request", String.valueOf(e.getMessage()));
        }
        List<EventView> events = store.find(query).stream().map(EventView::of).toList();
        return new Page(
                events, events.size() < query.limit() ? null : events.getLast().id());
    }
}
