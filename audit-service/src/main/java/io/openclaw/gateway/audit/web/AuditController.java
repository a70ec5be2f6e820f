package io.openclaw.gateway.audit.web;

import io.openclaw.gateway.audit.core.AuditQuery;
import io.openclaw.gateway.audit.core.RecordedEvent;
import io.openclaw.gateway.audit.persistence.AuditStore;
import io.openclaw.gateway.audit.persistence.AuditStore.Entry;
import io.openclaw.gateway.audit.persistence.SearchStore;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.text.Durations;
import io.openclaw.gateway.common.text.Shortened;
import io.openclaw.gateway.common.web.Problems;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;

/** The record as JSON, for programs of people: {@code GET /audit}. */
@Controller
public final class AuditController {
    /** Characters of a page; one that would have more ends earlier. */
    private static final int MAX_PAGE_LENGTH = 2_000_000;

    private static final int NAMES_LENGTH = 500;
    private static final Set<String> STATS = Set.of("by", "since", "part", "type");

    private static final int MAX_HOURS = 24 * 400;

    private final AuditStore store;
    private final SearchStore search;
    private final Clock clock;

    public AuditController(AuditStore store, SearchStore search, Clock clock) {
        this.store = store;
        this.search = search;
        this.clock = clock;
    }

    /**
     * An event as it is shown; see {@link RecordedEvent}.
     *
     * @param verified whether the event's writer is proven; absent for what is no event, or was recorded before this was looked at
     * @param signedBy the service that signed it
     * @param signatureProblem why its writer is not proven
     * @param event the event; {@code null} where {@code eventShortened} is there
     * @param eventShortened the beginning of an event that is too long for a list; the whole of it is at {@code
     *     /audit/events/ID}
     */
    public record EventView(
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
            @Nullable Boolean verified,
            @Nullable String signedBy,
            @Nullable String signatureProblem,
            RawJson event,
            @Nullable Shortened eventShortened) {
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
                    verified(recorded),
                    recorded.signedBy(),
                    recorded.signatureProblem(),
                    recorded.event(),
                    entry.shortened());
        }

        private static @Nullable Boolean verified(RecordedEvent recorded) {
            return recorded.signedBy() != null ? Boolean.TRUE : recorded.signatureProblem() != null ? false : null;
        }

        /** Returns about how many characters it takes in an answer. */
        private int length() {
            return NAMES_LENGTH
                    + event.text().length()
                    + (eventShortened == null ? 0 : eventShortened.start().length());
        }
    }

    /**
     * @param next the cursor of the next page; absent on the last
     */
    public record Page(List<EventView> events, @Nullable String next) {}

    @GetMapping("/audit")
    @ResponseBody
    public Page events(@RequestParam Map<String, String> parameters) {
        return page(parameters);
    }

    /** Shows one event, whole. */
    @GetMapping("/audit/events/{id}")
    @ResponseBody
    EventView event(@PathVariable String id) {
        Optional<Entry> entry = id.matches("\\d{1,18}") ? store.find(Long.parseLong(id)) : Optional.empty();
        return entry.map(EventView::of)
                .orElseThrow(() -> Problems.of(
                        HttpStatus.NOT_FOUND, "unknown-event", "Unknown event", "There is no event " + id + "."));
    }

    /**
     * How much was recorded, for plots.
     *
     * @param hours of each part of the time
     */
    public record Stats(String by, Instant since, int hours, List<SearchStore.Count> counts) {}

    /** Counts events by the hour, as they were counted when they were made findable. */
    @GetMapping("/audit/stats")
    @ResponseBody
    public Stats stats(@RequestParam Map<String, String> parameters) {
        try {
            for (String name : parameters.keySet()) {
                if (!STATS.contains(name)) {
                    throw new IllegalArgumentException(
                            "there is no parameter '" + name + "'; there are " + new TreeSet<>(STATS));
                }
            }
            String by = parameters.getOrDefault("by", "outcome");
            SearchStore.By what = Arrays.stream(SearchStore.By.values())
                    .filter(each -> each.name().equalsIgnoreCase(by))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "'by' is \"" + by + "\": it is one of " + Arrays.toString(SearchStore.By.values())));
            Instant since = AuditQuery.of(Map.of("since", parameters.getOrDefault("since", "24h")), clock.instant())
                    .since();
            Duration part =
                    Durations.read(parameters.getOrDefault("part", "1h")).orElse(Duration.ZERO);
            if (part.toHours() < 1 || part.toHours() > MAX_HOURS || !part.equals(Duration.ofHours(part.toHours()))) {
                throw new IllegalArgumentException("'part' is \"" + parameters.get("part")
                        + "\": it is a number of whole hours, such as 1h or 1d");
            }
            AuditQuery types =
                    AuditQuery.of(Map.of("type", parameters.getOrDefault("type", "call.completed")), clock.instant());
            Instant from = since == null ? clock.instant() : since;
            return new Stats(
                    what.name().toLowerCase(Locale.ROOT),
                    from,
                    (int) part.toHours(),
                    search.count(what, from, part, List.copyOf(types.types())));
        } catch (IllegalArgumentException e) {
            throw Problems.of(
                    HttpStatus.BAD_REQUEST, "invalid-request", "Invalid request", String.valueOf(e.getMessage()));
        }
    }

    Page page(Map<String, String> parameters) {
        AuditQuery query;
        try {
            query = AuditQuery.of(parameters, clock.instant());
        } catch (IllegalArgumentException e) {
            throw Problems.of(
                    HttpStatus.BAD_REQUEST, "invalid-request", "Invalid request", String.valueOf(e.getMessage()));
        }
        List<EventView> found = store.find(query).stream().map(EventView::of).toList();
        List<EventView> events = fitting(found);
        boolean isLast = found.size() < query.limit() && events.size() == found.size();
        return new Page(events, isLast ? null : events.getLast().id());
    }

    /** Returns as many events as a page may have characters, and at least one. */
    private static List<EventView> fitting(List<EventView> events) {
        long length = 0;
        for (int i = 0; i < events.size(); i++) {
            length += events.get(i).length();
            if (length > MAX_PAGE_LENGTH && i > 0) {
                return events.subList(0, i);
            }
        }
        return events;
    }
}
