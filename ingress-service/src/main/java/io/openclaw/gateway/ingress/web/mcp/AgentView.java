package io.openclaw.gateway.ingress.web.mcp;

import io.openclaw.gateway.common.call.Origin;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.identity.AgentDirectory;
import io.openclaw.gateway.common.identity.Caller;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.mcp.ExposedNames;
import io.openclaw.gateway.common.mcp.ExposedNames.Address;
import io.openclaw.gateway.common.mcp.McpOperation;
import io.openclaw.gateway.common.mcp.Offer;
import io.openclaw.gateway.common.policy.PermittedTools;
import io.openclaw.gateway.common.policy.PolicyState;
import io.openclaw.gateway.common.policy.ToolName;
import io.openclaw.gateway.ingress.core.CallPipeline;
import io.openclaw.gateway.ingress.core.CallRequest;
import io.openclaw.gateway.ingress.core.CallState;
import io.openclaw.gateway.ingress.core.PipelineUnavailableException;
import io.openclaw.gateway.ingress.core.UpstreamReports;
import io.openclaw.gateway.ingress.core.mcp.ResourceUris;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an agent sees: the tools, prompts and resources of all upstreams that policy lets it use. Policy is asked by a call,
 * and its answer is kept until anything changes that it could depend on, or half a minute.
 */
public final class AgentView {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration KEPT = Duration.ofSeconds(30);
    private static final int MOST_KEPT = 10_000;
    private final CallPipeline calls;

    private final Supplier<Optional<AgentDirectory>> agents;
    private final Supplier<PolicyState> policy;
    private final UpstreamReports upstreams;
    private final Clock clock;
    private final AtomicLong generation = new AtomicLong();
    private final Map<Caller, Kept> kept = new ConcurrentHashMap<>();
    private volatile @Nullable Named named;

    private record Kept(Set<String> addresses, long generation, Instant at) {}

    /** The names of everything, also of what this agent may not see, so that every agent sees the same. */
    private record Named(ExposedNames tools, ExposedNames prompts, Map<Address, ToolPinned> pinned, long generation) {}

    /**
     * @param agents returns the agents and upstreams of the policy in force; empty until one was read
     * @param policy returns the pinned tools
     */
    AgentView(
            CallPipeline calls,
            Supplier<Optional<AgentDirectory>> agents,
            Supplier<PolicyState> policy,
            UpstreamReports upstreams,
            Clock clock) {
        this.calls = calls;
        this.agents = agents;
        this.policy = policy;
        this.upstreams = upstreams;
        this.clock = clock;
        upstreams.onChange(new UpstreamReports.Listener() {
            @Override
            public void listsChanged(boolean tools) {
                policyChanged();
            }

            @Override
            public void resourceUpdated(String upstream, String uri) {
                // The lists are the same.
            }
        });
    }

    /** Forgets what depends on the policy. */
    void policyChanged() {
        generation.incrementAndGet();
    }

    /** A tool, or a prompt, under the name that clients see. */
    public record Exposed<T>(String name, Address address, T definition) {}

    List<String> upstreams() {
        return directory().upstreams();
    }

    /** Returns the agents and upstreams of the policy in force. */
    AgentDirectory directory() {
        return agents.get().orElseThrow();
    }

    /** Returns the tools that an agent may call, in the order of their names. */
    public List<Exposed<ToolPinned>> toolsOf(Caller caller) {
        Set<String> permitted = permitted(caller);
        Named now = named();
        var tools = new ArrayList<Exposed<ToolPinned>>();
        now.tools().all().forEach((name, address) -> {
            ToolPinned pinned = now.pinned().get(address);
            if (pinned != null && permitted.contains(pinned.address())) {
                tools.add(new Exposed<>(name, address, pinned));
            }
        });
        return tools;
    }

    /** Returns the definition of a tool that an agent may or may not call; null if there is no such tool. */
    @Nullable
    Exposed<ToolPinned> tool(String name) {
        Named now = named();
        return now.tools()
                .addressOf(name)
                .map(address -> {
                    ToolPinned pinned = now.pinned().get(address);
                    return pinned == null ? null : new Exposed<>(name, address, pinned);
                })
                .orElse(null);
    }

    /** Returns what the name of a tool could stand for that is not known; null if nothing. */
    @Nullable
    Address unknown(String name) {
        List<String> inPolicy = upstreams();
        for (String upstream : inPolicy) {
            String prefix = upstream + "__";
            if (name.startsWith(prefix) && isName(name.substring(prefix.length()))) {
                return new Address(upstream, name.substring(prefix.length()));
            }
        }
        return inPolicy.size() == 1 && isName(name) ? new Address(inPolicy.getFirst(), name) : null;
    }

    private static boolean isName(String name) {
        return ToolName.problemWith(name).isEmpty() && !ToolName.isReserved(name);
    }

    /** Returns the prompts that an agent may get, in the order of their names. */
    List<Exposed<ObjectNode>> promptsOf(Caller caller) {
        ExposedNames names = named().prompts();
        var prompts = new TreeMap<String, Exposed<ObjectNode>>();
        for (Offers offers : offersFor(caller, McpOperation.GET_PROMPT)) {
            for (ObjectNode prompt : offers.prompts()) {
                var address = new Address(offers.upstream(), prompt.path("name").asString(""));
                names.nameOf(address).ifPresent(name -> prompts.put(name, new Exposed<>(name, address, prompt)));
            }
        }
        return List.copyOf(prompts.values());
    }

    /** Returns whose prompt a name stands for; null if there is none. */
    @Nullable
    Address prompt(String name) {
        return named().prompts().addressOf(name).orElse(null);
    }

    /** What an upstream offers now, of what agents may see: each as it was accepted. */
    record Offers(
            String upstream,
            List<ObjectNode> prompts,
            List<ObjectNode> resources,
            List<ObjectNode> resourceTemplates) {}

    private List<ObjectNode> accepted(Offer kind, String upstream, List<RawJson> reported) {
        Map<String, ToolPinned> pinned = policy.get().tools();
        var accepted = new LinkedHashMap<String, ObjectNode>();
        for (RawJson json : reported) {
            String address = upstream + "/" + kind.pinName(kind.keyOf(json.as(JsonNode.class)));
            ToolPinned pin = pinned.get(address);
            if (pin != null && !pin.isWithheld()) {
                Offer.accepted(pin.accepted()).ifPresent(offer -> accepted.putIfAbsent(address, offer));
            }
        }
        return List.copyOf(accepted.values());
    }

    private Optional<Offers> offersOf(String upstream) {
        return upstreams
                .offersOf(upstream)
                .map(reported -> new Offers(
                        upstream,
                        accepted(Offer.PROMPT, upstream, reported.prompts()),
                        accepted(Offer.RESOURCE, upstream, reported.resources()),
                        accepted(Offer.RESOURCE_TEMPLATE, upstream, reported.resourceTemplates())));
    }

    /** Returns what upstreams offer of which an agent may use an operation, in the order of the policy. */
    List<Offers> offersFor(Caller caller, McpOperation operation) {
        Set<String> permitted = permitted(caller);
        return upstreams().stream()
                .filter(upstream -> permitted.contains(upstream + "/" + operation.tool()))
                .flatMap(upstream -> offersOf(upstream).stream())
                .toList();
    }

    /** Tells whether an agent may use an operation of any upstream. */
    boolean may(Caller caller, McpOperation operation) {
        Set<String> permitted = permitted(caller);
        return upstreams().stream().anyMatch(upstream -> permitted.contains(upstream + "/" + operation.tool()));
    }

    /** Returns whose resources are whose, of those that an agent may read. */
    ResourceUris resourcesOf(Caller caller) {
        return new ResourceUris(offersFor(caller, McpOperation.READ_RESOURCE).stream()
                .map(offers -> new ResourceUris.Offered(
                        offers.upstream(),
                        texts(offers.resources(), "uri").stream().collect(Collectors.toUnmodifiableSet()),
                        texts(offers.resourceTemplates(), "uriTemplate")))
                .toList());
    }

    private static List<String> texts(List<ObjectNode> list, String field) {
        return list.stream().map(json -> json.path(field).asString("")).toList();
    }

    private Named named() {
        long now = generation.get();
        Named known = named;
        if (known != null && known.generation() == now) {
            return known;
        }
        List<String> inPolicy = upstreams();
        boolean bare = inPolicy.size() == 1;
        Map<Address, ToolPinned> pinned = new HashMap<>();
        for (ToolPinned tool : policy.get().tools().values()) {
            String name = tool.accepted().name();
            if (inPolicy.contains(tool.upstream())
                    && !name.startsWith(McpOperation.PREFIX)
                    && upstreams.has(tool.upstream(), name)) {
                pinned.put(new Address(tool.upstream(), name), tool);
            }
        }
        var prompts = new ArrayList<Address>();
        for (String upstream : inPolicy) {
            offersOf(upstream)
                    .ifPresent(offers ->
                            texts(offers.prompts(), "name").forEach(name -> prompts.add(new Address(upstream, name))));
        }
        var made = new Named(
                ExposedNames.ofTools(pinned.keySet(), bare), ExposedNames.of(prompts, bare, Set.of()), pinned, now);
        named = made;
        return made;
    }

    private Set<String> permitted(Caller caller) {
        long now = generation.get();
        Kept known = kept.get(caller);
        if (known != null
                && known.generation() == now
                && clock.instant().isBefore(known.at().plus(KEPT))) {
            return known.addresses();
        }
        var asked = calls.ask(
                new CallRequest(PermittedTools.UPSTREAM, PermittedTools.TOOL, null, null, null, null, null, null),
                caller,
                Origin.MCP,
                List.of());
        if (!(asked.awaitEnd(TIMEOUT) instanceof CallState.Ended ended)) {
            throw new PipelineUnavailableException("policy does not say which tools there are", null);
        }
        CallCompleted end = ended.end();
        if (end.result() == null) {
            throw new PipelineUnavailableException(
                    "policy does not say which tools there are: "
                            + (end.error() == null ? end.outcome() : end.error().message()),
                    null);
        }
        Set<String> addresses = Set.copyOf(end.result().as(PermittedTools.class).addresses());
        if (kept.size() > MOST_KEPT) {
            kept.clear();
        }
        kept.put(caller, new Kept(addresses, now, clock.instant()));
        return addresses;
    }
}
