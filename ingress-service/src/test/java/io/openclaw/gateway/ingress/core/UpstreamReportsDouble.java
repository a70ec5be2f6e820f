package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.common.event.OffersReported;
import io.openclaw.gateway.common.event.UpstreamReported;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reports of executors, as a test makes them. */
public final class UpstreamReportsDouble implements UpstreamReports {
    private final Map<String, UpstreamReported> reports = new HashMap<>();
    private final Map<String, Set<String>> tools = new HashMap<>();
    private final Map<String, OffersReported> offers = new HashMap<>();
    private final List<Listener> listeners = new ArrayList<>();

    public void reports(String upstream, boolean up, Instant at) {
        reports.put(
                upstream, new UpstreamReported(upstream, up, up ? "it answers" : "refused", at, "executor", Map.of()));
    }

    public void hasTool(String upstream, String tool) {
        tools.computeIfAbsent(upstream, name -> new HashSet<>()).add(tool);
        listeners.forEach(listener -> listener.listsChanged(true));
    }

    public void offers(String upstream, List<String> prompts, List<String> resources, List<String> templates) {
        offers.put(
                upstream,
                new OffersReported(
                        upstream,
                        json(prompts),
                        json(resources),
                        json(templates),
                        Instant.EPOCH,
                        "executor",
                        Map.of()));
        listeners.forEach(listener -> listener.listsChanged(false));
    }

    private static List<RawJson> json(List<String> texts) {
        return texts.stream().map(RawJson::of).toList();
    }

    public void updates(String upstream, String uri) {
        listeners.forEach(listener -> listener.resourceUpdated(upstream, uri));
    }

    @Override
    public Collection<UpstreamReported> reports() {
        return reports.values();
    }

    @Override
    public boolean has(String upstream, String tool) {
        return tools.getOrDefault(upstream, Set.of()).contains(tool);
    }

    @Override
    public int leftOut(String upstream) {
        return 0;
    }

    @Override
    public Optional<OffersReported> offersOf(String upstream) {
        return Optional.ofNullable(offers.get(upstream));
    }

    @Override
    public void onChange(Listener listener) {
        listeners.add(listener);
    }
}
