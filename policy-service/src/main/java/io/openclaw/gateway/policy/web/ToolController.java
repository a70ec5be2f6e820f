package io.openclaw.gateway.policy.web;

import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.web.Problems;
import io.openclaw.gateway.policy.core.Pinning;
import io.openclaw.gateway.policy.kafka.PolicyPublisher;
import java.security.Principal;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The tool catalogue as its administrator sees it: what is pinned, what changed at its upstream, and where. */
@RestController
@RequestMapping("/v1/policy/tools")
public final class ToolController {
    private final PolicyFollower follower;
    private final PolicyPublisher publisher;
    private final Clock clock;

    public ToolController(PolicyFollower follower, PolicyPublisher publisher, Clock clock) {
        this.follower = follower;
        this.publisher = publisher;
        this.clock = clock;
    }

    /**
     * @param hash the SHA-256 of the accepted definition
     * @param changedHash that of the definition that waits to be accepted, if one does
     * @param concerns why that one is not fit to be seen by a model, if it is not
     * @param differences where that one differs
     */
    record ToolView(
            String address,
            String hash,
            @Nullable String changedHash,
            List<String> concerns,
            List<Pinning.Change> differences,
            Instant changedAt,
            String changedBy,
            ToolDefinition accepted,
            @Nullable ToolDefinition changed) {
        static ToolView of(ToolPinned pinned) {
            return new ToolView(
                    pinned.address(),
                    pinned.hash(),
                    pinned.changed() == null ? null : pinned.changed().hash(),
                    pinned.concerns(),
                    Pinning.changes(pinned),
                    pinned.changedAt(),
                    pinned.changedBy(),
                    pinned.accepted(),
                    pinned.changed());
        }
    }

    @GetMapping
    List<ToolView> list(@RequestParam(defaultValue = "false") boolean changed) {
        return follower.state().tools().values().stream()
                .filter(pinned -> !changed || pinned.changed() != null)
                .sorted(Comparator.comparing(ToolPinned::address))
                .map(ToolView::of)
                .toList();
    }

    @GetMapping("/{upstream}/{tool}")
    ToolView look(@PathVariable String upstream, @PathVariable String tool) {
        return ToolView.of(find(upstream, tool));
    }

    /**
     * @param hash that of the definition that was looked at
     */
    record Accept(@Nullable String hash) {}

    @PostMapping("/{upstream}/{tool}/accept")
    ToolView accept(
            @PathVariable String upstream, @PathVariable String tool, @RequestBody Accept accept, Principal person) {
        return accept(find(upstream, tool), String.valueOf(accept.hash()), person.getName());
    }

    ToolView accept(ToolPinned pinned, String hash, String person) {
        try {
            ToolPinned accepted = Pinning.accept(pinned, hash, person, clock.instant());
            publisher.publish(accepted);
            return ToolView.of(accepted);
        } catch (IllegalStateException e) {
            throw Problems.of(
                    HttpStatus.CONFLICT, "not-waiting", "Nothing to accept", String.valueOf(e.getMessage()) + ".");
        }
    }

    ToolPinned find(String upstream, String tool) {
        ToolPinned pinned = follower.state().tools().get(upstream + "/" + tool);
        if (pinned == null) {
            throw PolicyController.notFound(
                    new NoSuchElementException("the catalogue has no tool " + upstream + "/" + tool));
        }
        return pinned;
    }
}
