package io.openclaw.gateway.audit.web;

import io.openclaw.gateway.audit.core.AuditQuery;
import io.openclaw.gateway.audit.core.CallStory;
import io.openclaw.gateway.audit.core.Chart;
import io.openclaw.gateway.audit.core.ExportFormat;
import io.openclaw.gateway.audit.persistence.AuditStore;
import io.openclaw.gateway.audit.persistence.AuditStore.Entry;
import io.openclaw.gateway.audit.persistence.CallStatistics;
import io.openclaw.gateway.audit.persistence.CallStatistics.Slice;
import io.openclaw.gateway.audit.persistence.SavedSearches;
import io.openclaw.gateway.audit.persistence.SavedSearches.SavedSearch;
import io.openclaw.gateway.audit.web.AuditController.Page;
import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.console.ConsoleRoom;
import io.openclaw.gateway.common.console.LiveUpdates;
import io.openclaw.gateway.common.web.Problems;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import org.springframework.web.util.UriComponentsBuilder;

/** What happened, for people: in numbers, as it happens, call by call, and event by event. */
@ConsoleRoom
public final class AuditPages {
    private static final int LIVE_CALLS = 60;
    private static final int MAX_SEARCHES = 50;
    private static final long MAX_EXPORTED = 1_000_000;

    /** A time that people look back over. */
    private record Range(String name, Duration length, Duration part, DateTimeFormatter label, int labelEvery) {}

    private static final List<Range> RANGES = List.of(
            new Range("1h", Duration.ofHours(1), Duration.ofMinutes(2), format("HH:mm"), 5),
            new Range("24h", Duration.ofHours(24), Duration.ofMinutes(30), format("HH:mm"), 8),
            new Range("7d", Duration.ofDays(7), Duration.ofHours(4), format("d MMM"), 6));

    private final AuditController record;
    private final ProofController proofs;
    private final ExportController exports;
    private final AuditStore store;
    private final CallStatistics statistics;
    private final SavedSearches searches;
    private final LiveUpdates updates;
    private final Clock clock;

    public AuditPages(
            AuditController record,
            ProofController proofs,
            ExportController exports,
            AuditStore store,
            CallStatistics statistics,
            SavedSearches searches,
            LiveUpdates recordUpdates,
            Clock clock) {
        this.record = record;
        this.proofs = proofs;
        this.exports = exports;
        this.store = store;
        this.statistics = statistics;
        this.searches = searches;
        this.updates = recordUpdates;
        this.clock = clock;
    }

    private static DateTimeFormatter format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }

    @GetMapping("/console/overview")
    String overview(@RequestParam(defaultValue = "24h") String range, Model model) {
        Range known = RANGES.stream()
                .filter(each -> each.name().equals(range))
                .findFirst()
                .orElse(RANGES.get(1));
        Instant since = clock.instant()
                .truncatedTo(ChronoUnit.MINUTES)
                .minus(known.length())
                .plus(known.part());
        List<Slice> slices = statistics.outcomes(since, known.part());
        Map<String, Long> totals =
                slices.stream().collect(Collectors.groupingBy(Slice::outcome, Collectors.summingLong(Slice::calls)));
        model.addAttribute("range", known.name());
        model.addAttribute("totals", totals);
        model.addAttribute(
                "calls", totals.values().stream().mapToLong(Long::longValue).sum());
        model.addAttribute("escalated", statistics.count("call.escalated", since));
        model.addAttribute("chart", chart(known, since, slices));
        model.addAttribute("agents", statistics.agents(since));
        model.addAttribute("tools", statistics.tools(since));
        model.addAttribute("rules", statistics.rules(since));
        model.addAttribute("latencies", statistics.latencies(since));
        model.addAttribute("stages", STAGES);
        return "audit/overview";
    }

    private static final Map<String, String> STAGES = Map.of(
            "call.authorized", "Policy",
            "call.suspected", "Vetting, which asks a model",
            "call.escalated", "Vetting, which asks a person",
            "call.cleared", "Vetting and people, up to a yes",
            "call.completed", "Execution, or the refusal",
            "call.withdrawn", "Withdrawn");

    private static Chart chart(Range range, Instant since, List<Slice> slices) {
        Map<Instant, Map<String, Long>> bySlice = new HashMap<>();
        slices.forEach(slice ->
                bySlice.computeIfAbsent(slice.from(), from -> new HashMap<>()).put(slice.outcome(), slice.calls()));
        List<Chart.Column> columns = new ArrayList<>();
        long parts = range.length().dividedBy(range.part());
        for (long i = 0; i < parts; i++) {
            Instant from = since.plus(range.part().multipliedBy(i));
            Map<String, Long> here = bySlice.getOrDefault(from, Map.of());
            long good = here.getOrDefault("SUCCEEDED", 0L);
            long bad = here.getOrDefault("DENIED", 0L) + here.getOrDefault("FAILED", 0L);
            long other = here.values().stream().mapToLong(Long::longValue).sum() - good - bad;
            columns.add(new Chart.Column(
                    range.label().format(from),
                    List.of(
                            new Chart.Part("bar-good", "succeeded", good),
                            new Chart.Part("bar-bad", "denied or failed", bad),
                            new Chart.Part("bar-warn", "expired, withdrawn or unknown", other))));
        }
        return Chart.stacked(
                "Calls over the last " + range.name() + ", by how they ended", columns, range.labelEvery());
    }

    @GetMapping("/console/live")
    String live(
            @RequestParam(defaultValue = "") String agent, @RequestParam(defaultValue = "") String tool, Model model) {
        calls(agent, tool, model);
        return "audit/live";
    }

    @GetMapping("/console/live/calls")
    String liveCalls(
            @RequestParam(defaultValue = "") String agent, @RequestParam(defaultValue = "") String tool, Model model) {
        calls(agent, tool, model);
        return "audit/live :: calls";
    }

    private void calls(String agent, String tool, Model model) {
        model.addAttribute("agent", agent);
        model.addAttribute("tool", tool);
        model.addAttribute("calls", statistics.recent(filter(agent), filter(tool), null, LIVE_CALLS));
    }

    private static @Nullable String filter(String text) {
        return text.isBlank() ? null : text.strip().replace("\0", "");
    }

    @GetMapping("/console/live/stream")
    SseEmitter stream() {
        return updates.listen();
    }

    /** Says what an agent did before a moment, for the page of an approval. */
    @GetMapping("/console/calls/before")
    String before(@RequestParam String agent, @RequestParam Instant until, Model model) {
        model.addAttribute("calls", statistics.recent(filter(agent), null, until, 6));
        return "audit/before :: before";
    }

    @GetMapping("/console/calls/{id}")
    String call(@PathVariable UUID id, Model model) {
        List<Entry> entries = store.find(AuditQuery.ofCall(id, 200));
        if (entries.isEmpty()) {
            throw Problems.of(
                    HttpStatus.NOT_FOUND,
                    "unknown-call",
                    "Unknown call",
                    "The record has no call " + id + ". It may be a second behind; reload, or search the record.");
        }
        List<CallStory.Recorded> events = entries.stream()
                .map(entry -> entry.shortened() == null
                        ? entry
                        : store.find(entry.id()).orElse(entry))
                .map(entry -> new CallStory.Recorded(entry.id(), entry.recorded()))
                .toList();
        model.addAttribute("story", CallStory.of(id, events));
        model.addAttribute("children", statistics.children(id));
        model.addAttribute("verified", proofs.verified(id));
        model.addAttribute(
                "events", entries.stream().map(AuditController.EventView::of).toList());
        return "audit/call";
    }

    /** The proof of a call as a file, for somebody else; see {@link ProofController}. */
    @GetMapping("/console/calls/{id}/proof")
    ResponseEntity<ProofController.CallProof> proof(@PathVariable UUID id) {
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"openclaw-proof-" + id + ".json\"")
                .contentType(MediaType.APPLICATION_JSON)
                .body(proofs.call(id));
    }

    /** The page that this was once. */
    @GetMapping("/audit/pretty")
    String pretty(@RequestParam Map<String, String> parameters) {
        return "redirect:" + at("/console/record", parameters, null);
    }

    @GetMapping("/console/record")
    String record(@RequestParam Map<String, String> parameters, Principal person, Model model) {
        Page page = record.page(parameters);
        model.addAttribute("events", page.events());
        model.addAttribute("parameters", parameters);
        model.addAttribute("outcomes", Outcome.values());
        model.addAttribute("next", page.next() == null ? null : at("/console/record", parameters, page.next()));
        model.addAttribute("export", at("/console/record/export", parameters, null));
        model.addAttribute("signed", proofs.last().orElse(null));
        model.addAttribute("query", query(parameters));
        model.addAttribute("searches", searches.of(person.getName()));
        return "audit/record";
    }

    private static String query(Map<String, String> parameters) {
        return at("", new TreeMap<>(parameters), null).replaceFirst("^\\?", "");
    }

    /** Keeps the search that the page shows; one of the same name is replaced. */
    @PostMapping("/console/record/searches")
    String save(@RequestParam String name, @RequestParam String query, Principal person) {
        if (name.isBlank() || name.strip().length() > 60 || query.isBlank() || query.length() > 2_000) {
            throw invalid("A search that is kept needs a name of up to 60 characters, and something to search for.");
        }
        Map<String, String> parameters = UriComponentsBuilder.newInstance()
                .query(query)
                .build()
                .getQueryParams()
                .toSingleValueMap();
        Map<String, String> read = new HashMap<>();
        try {
            parameters.forEach((key, value) ->
                    read.put(key, value == null ? "" : URLDecoder.decode(value, StandardCharsets.UTF_8)));
            AuditQuery.of(read, clock.instant());
        } catch (IllegalArgumentException e) {
            throw invalid(String.valueOf(e.getMessage()));
        }
        var search = new SavedSearch(name.strip(), query(read));
        if (!searches.save(person.getName(), search, clock.instant(), MAX_SEARCHES)) {
            throw invalid("You keep " + MAX_SEARCHES + " searches; forget one first.");
        }
        return "redirect:/console/record?" + search.query();
    }

    @PostMapping("/console/record/searches/forget")
    String forget(@RequestParam String name, Principal person) {
        searches.delete(person.getName(), name);
        return "redirect:/console/record";
    }

    private static RuntimeException invalid(String detail) {
        return Problems.of(HttpStatus.BAD_REQUEST, "invalid-request", "Invalid request", detail);
    }

    private static String at(String path, Map<String, String> parameters, @Nullable String cursor) {
        var url = UriComponentsBuilder.fromPath(path);
        Map<String, String> values = new HashMap<>();
        parameters.forEach((name, value) -> {
            if (!name.equals("cursor") && !value.isBlank() && name.matches("[a-zA-Z]{1,20}")) {
                url.queryParam(name, "{" + name + "}");
                values.put(name, value);
            }
        });
        if (cursor != null) {
            url.queryParam("cursor", cursor);
        }
        return url.encode().buildAndExpand(values).toUriString();
    }

    /** Exports what a search finds in one of the forms of {@link ExportFormat}, the oldest first. */
    @GetMapping("/console/record/export")
    ResponseEntity<StreamingResponseBody> export(
            @RequestParam Map<String, String> parameters, @RequestParam(defaultValue = "jsonl") String format) {
        Map<String, String> filters = new HashMap<>(parameters);
        filters.remove("format");
        // A wrong filter is answered before the file begins.
        ExportFormat chosen;
        AuditQuery query;
        try {
            chosen = ExportFormat.named(format);
            query = AuditQuery.of(filters, clock.instant());
        } catch (IllegalArgumentException e) {
            throw invalid(String.valueOf(e.getMessage()));
        }
        StreamingResponseBody lines = out -> exports.write(query, chosen, out, MAX_EXPORTED);
        return ResponseEntity.ok()
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        "attachment; filename=\"openclaw-record-"
                                + format("yyyyMMdd-HHmmss").format(clock.instant()) + "." + chosen.extension() + "\"")
                .contentType(MediaType.parseMediaType(chosen.mediaType()))
                .body(lines);
    }
}
