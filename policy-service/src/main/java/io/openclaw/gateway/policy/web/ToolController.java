package io.openclaw.gateway.policy.web;

import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.policy.PolicyState;
import io.openclaw.gateway.common.policy.ToolDefinition;
import io.openclaw.gateway.common.web.Problems;
import io.openclaw.gateway.policy.core.McpNames;
import io.openclaw.gateway.policy.core.Pinning;
import io.openclaw.gateway.policy.core.PolicyEngine;
import io.openclaw.gateway.policy.core.ToolCatalogue;
import io.openclaw.gateway.policy.kafka.LeftOutTools;
import io.openclaw.gateway.policy.kafka.PolicyPublisher;
import io.openclaw.gateway.policy.kafka.PolicyStage;
import java.security.Principal;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
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
    private final PolicyStage stage;
    private final LeftOutTools leftOut;
    private final PolicyPublisher publisher;
    private final Clock clock;

    public ToolController(
            PolicyFollower follower, PolicyStage stage, LeftOutTools leftOut, PolicyPublisher publisher, Clock clock) {
        this.follower = follower;
        this.stage = stage;
        this.leftOut = leftOut;
        this.publisher = publisher;
        this.clock = clock;
    }

    /**
     * @param state what becomes of it
     * @param exposedAs the name under which MCP clients see it, if its address does not tell that
     * @param leftOut why it is left out, if it is; then it has no definition
     * @param schemaNotes what of the schema of its arguments is not checked, and why
     * @param hash the SHA-256 of the accepted definition
     * @param changedHash that of the definition that waits to be accepted, if one does
     * @param concerns why that one is not fit to be seen by a model, if it is not
     * @param differences where that one differs
     */
    record ToolView(
            String address,
            State state,
            @Nullable String exposedAs,
            @Nullable String leftOut,
            List<String> schemaNotes,
            @Nullable String hash,
            @Nullable String changedHash,
            List<String> concerns,
            List<Pinning.Change> differences,
            @Nullable Instant changedAt,
            @Nullable String changedBy,
            @Nullable ToolDefinition accepted,
            @Nullable ToolDefinition changed) {
        static ToolView of(ToolPinned pinned, @Nullable String exposedAs, List<String> schemaNotes) {
            return new ToolView(
                    pinned.address(),
                    pinned.isWithheld() ? State.WITHHELD : pinned.changed() != null ? State.CHANGED : State.ACCEPTED,
                    exposedAs,
                    null,
                    schemaNotes,
                    pinned.hash(),
                    pinned.changed() == null ? null : pinned.changed().hash(),
                    pinned.concerns(),
                    Pinning.changes(pinned),
                    pinned.changedAt(),
                    pinned.changedBy(),
                    pinned.accepted(),
                    pinned.changed());
        }

        static ToolView of(LeftOutTools.Named left) {
            return new ToolView(
                    left.upstream() + "/" + left.name(),
                    State.LEFT_OUT,
                    null,
                    left.reason(),
                    List.of(),
                    null,
                    null,
                    List.of(),
                    List.of(),
                    null,
                    null,
                    null,
                    null);
        }
    }

    /** What becomes of something that an upstream lists. */
    enum State {
        /** It is shown and called as it was accepted, and is that still. */
        ACCEPTED,
        /** It is shown as it was accepted, and its calls wait for a person until the change is accepted. */
        CHANGED,
        /** No agent is shown it until somebody accepts it. */
        WITHHELD,
        /** It cannot be used. */
        LEFT_OUT
    }

    @GetMapping
    List<ToolView> list(@RequestParam(defaultValue = "false") boolean changed) {
        PolicyState state = follower.state();
        McpNames names = McpNames.of(state);
        Stream<ToolView> pinned = state.tools().values().stream()
                .filter(each -> !changed || each.changed() != null)
                .map(each -> view(each, names));
        Stream<ToolView> left =
                changed ? Stream.empty() : leftOut.all().stream().map(ToolView::of);
        return Stream.concat(pinned, left)
                .sorted(Comparator.comparing(ToolView::address))
                .toList();
    }

    private ToolView view(ToolPinned pinned, McpNames names) {
        PolicyEngine engine = stage.engine();
        return ToolView.of(
                pinned,
                names.exposedAs(pinned),
                engine == null ? List.of() : engine.catalogue().schemaNotes(pinned.address()));
    }

    @GetMapping("/{upstream}/{tool}")
    ToolView look(@PathVariable String upstream, @PathVariable String tool) {
        return view(find(upstream, tool), McpNames.of(follower.state()));
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

    /**
     * @param tool its name, which may hold what no path can
     * @param hash that of the definition that was looked at
     */
    record AcceptNamed(
            @Nullable String upstream,
            @Nullable String tool,
            @Nullable String hash) {}

    @PostMapping("/accept")
    ToolView accept(@RequestBody AcceptNamed accept, Principal person) {
        return accept(
                find(String.valueOf(accept.upstream()), String.valueOf(accept.tool())),
                String.valueOf(accept.hash()),
                person.getName());
    }

    ToolView accept(ToolPinned pinned, String hash, String person) {
        try {
            ToolPinned accepted = Pinning.accept(pinned, hash, person, clock.instant());
            publisher.publish(accepted);
            return ToolView.of(
                    accepted,
                    McpNames.of(follower.state()).exposedAs(accepted),
                    ToolCatalogue.notesOn(accepted.accepted()));
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
