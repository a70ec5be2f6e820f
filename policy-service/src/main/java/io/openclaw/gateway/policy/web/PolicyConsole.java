package io.openclaw.gateway.policy.web;

import io.openclaw.gateway.common.call.CallIds;
import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.console.ConsoleRoom;
import io.openclaw.gateway.common.console.Reauthentication;
import io.openclaw.gateway.common.event.KeyChanged;
import io.openclaw.gateway.common.event.ToolPinned;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.policy.AgentPlace;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.common.web.Problems;
import io.openclaw.gateway.policy.core.CallExample;
import io.openclaw.gateway.policy.core.Keys;
import io.openclaw.gateway.policy.core.Ledger;
import io.openclaw.gateway.policy.core.LineDifference;
import io.openclaw.gateway.policy.core.PolicyDecision;
import io.openclaw.gateway.policy.core.PolicyEngine;
import io.openclaw.gateway.policy.kafka.PolicyStage;
import io.openclaw.gateway.policy.kafka.Publications;
import io.openclaw.gateway.policy.persistence.PublicationStore.Publication;
import io.openclaw.gateway.policy.proposal.Proposals;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The rooms of who may do what: agents, the policy and its versions, the kill switch, and the tool catalogue. */
@ConsoleRoom
public final class PolicyConsole {
    private static final String POLICY = "redirect:/console/policy";
    private static final String TOOLS = "redirect:/console/tools";

    private final PolicyController policy;
    private final ToolController tools;
    private final PolicyFollower follower;
    private final PolicyStage stage;
    private final Publications publications;
    private final Proposals proposals;
    private final Reauthentication reauthentication;
    private final Clock clock;

    public PolicyConsole(
            PolicyController policy,
            ToolController tools,
            PolicyFollower follower,
            PolicyStage stage,
            Publications publications,
            Proposals proposals,
            Reauthentication reauthentication,
            Clock clock) {
        this.policy = policy;
        this.tools = tools;
        this.follower = follower;
        this.stage = stage;
        this.publications = publications;
        this.proposals = proposals;
        this.reauthentication = reauthentication;
        this.clock = clock;
    }

    @GetMapping("/console/policy")
    String page(HttpServletRequest request, Model model) {
        model.addAttribute("status", policy.status());
        model.addAttribute("freezes", policy.freezes());
        model.addAttribute("versions", policy.versions(20));
        model.addAttribute("differences", policy.differences(50));
        model.addAttribute("proposals", proposals.list(20));
        PolicyDocument document = document();
        model.addAttribute("agents", document == null ? List.of() : document.agents());
        model.addAttribute("upstreams", document == null ? List.of() : document.upstreams());
        model.addAttribute("document", document == null ? "" : pretty(RawJson.from(document)));
        model.addAttribute("isProven", reauthentication.isFresh(request));
        model.addAttribute("needsCode", reauthentication.needsCode(request));
        return "policy/policy";
    }

    /** Shows a version of the policy, and where it differs from the one in force before it. */
    @GetMapping("/console/policy/versions/{version}")
    String version(@PathVariable String version, Model model) {
        List<Publication> all = publications.list(200);
        int at = 0;
        while (at < all.size() && !all.get(at).version().equals(version)) {
            at++;
        }
        if (at == all.size()) {
            throw Problems.of(
                    HttpStatus.NOT_FOUND, "not-found", "Unknown version", "No such version was in force lately.");
        }
        Publication before = at + 1 < all.size() ? all.get(at + 1) : null;
        model.addAttribute("publication", all.get(at));
        model.addAttribute("before", before);
        model.addAttribute(
                "lines",
                LineDifference.between(
                        before == null ? "" : pretty(before.document()),
                        pretty(all.get(at).document())));
        return "policy/version";
    }

    private @Nullable PolicyDocument document() {
        return follower.current().map(PolicyInForce::document).orElse(null);
    }

    private static String pretty(RawJson json) {
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json.as(JsonNode.class));
    }

    /** Freezing everything stops every agent, so the password is asked for once more. */
    @PostMapping("/console/policy/freeze")
    String freeze(
            @RequestParam String scope,
            @RequestParam String reason,
            @RequestParam(required = false) @Nullable String password,
            Principal person,
            HttpServletRequest request) {
        if (scope.strip().equals("all") && !reauthentication.isProven(request, password)) {
            throw Problems.of(
                    HttpStatus.FORBIDDEN,
                    "password-needed",
                    "Your password is needed",
                    "Freezing everything stops every agent. Go back, and type your password, and the code of your second factor if you have one.");
        }
        policy.freeze(scope.strip(), reason, person);
        return POLICY;
    }

    @PostMapping("/console/policy/unfreeze")
    String unfreeze(@RequestParam String scope, Principal person) {
        policy.unfreeze(scope, "", person);
        return POLICY;
    }

    @PostMapping("/console/policy/restore")
    String restore(@RequestParam String version, Principal person) {
        policy.restore(new PolicyController.Restore(version), person);
        return POLICY;
    }

    /** Says what the policy would decide about a call; nothing is charged and nothing runs. */
    @PostMapping("/console/policy/explain")
    String explain(
            @RequestParam String agent,
            @RequestParam String tool,
            @RequestParam(defaultValue = "") String upstream,
            @RequestParam(defaultValue = "{}") String arguments,
            Model model) {
        PolicyEngine engine = stage.engine();
        try {
            if (engine == null) {
                throw new IllegalArgumentException("this instance has no policy yet");
            }
            ToolCall call = CallExample.of(
                            agent.strip(),
                            upstream.isBlank() ? tool.strip() : upstream.strip() + "/" + tool.strip(),
                            Json.MAPPER.readTree(arguments.isBlank() ? "{}" : arguments),
                            null)
                    .call(CallIds.next(), clock.instant());
            PolicyDecision decision = engine.decide(call, Ledger.inMemory());
            model.addAttribute("decision", decision);
            model.addAttribute(
                    "candidate",
                    Optional.ofNullable(engine.candidate())
                            .map(candidate ->
                                    candidate.decide(call, engine.catalogue(), engine.freezes(), Ledger.inMemory()))
                            .orElse(null));
        } catch (JacksonException e) {
            model.addAttribute("problem", "The arguments are no JSON: " + e.getOriginalMessage());
        } catch (IllegalArgumentException e) {
            model.addAttribute("problem", "This cannot be explained: " + e.getMessage() + ".");
        }
        return "policy/explained :: explained";
    }

    @GetMapping("/console/tools")
    String tools(Model model) {
        List<ToolController.ToolView> all = tools.list(false);
        model.addAttribute("changed", tools.list(true));
        model.addAttribute("all", all);
        model.addAttribute(
                "noted",
                all.stream()
                        .filter(tool ->
                                tool.leftOut() != null || !tool.schemaNotes().isEmpty())
                        .toList());
        return "policy/tools";
    }

    @PostMapping("/console/tools/accept")
    String accept(
            @RequestParam String upstream, @RequestParam String tool, @RequestParam String hash, Principal person) {
        tools.accept(tools.find(upstream, tool), hash, person.getName());
        return TOOLS;
    }

    /**
     * An agent, as a page shows it.
     *
     * @param goodKeys how many of its keys prove it now
     */
    public record AgentView(PolicyDocument.Agent agent, int tools, long goodKeys, boolean isFrozen) {}

    @GetMapping("/console/agents")
    String agents(Model model) {
        PolicyDocument document = document();
        List<PolicyDocument.Agent> known = document == null ? List.of() : document.agents();
        model.addAttribute("agents", known.stream().map(this::view).toList());
        return "policy/agents";
    }

    private AgentView view(PolicyDocument.Agent agent) {
        return new AgentView(
                agent,
                toolsOf(agent.id()).size(),
                keysOf(agent.id()).stream()
                        .filter(key -> Keys.isGood(key, clock.instant()))
                        .count(),
                isFrozen("agent:" + agent.id()) || isFrozen("all"));
    }

    private boolean isFrozen(String scope) {
        return follower.state().freezes().all().stream()
                .anyMatch(freeze -> freeze.frozen() && freeze.scope().equals(scope));
    }

    private List<ToolPinned> toolsOf(String agent) {
        PolicyEngine engine = stage.engine();
        return engine == null ? List.of() : engine.toolsOf(agent, Identity.NONE, clock.instant());
    }

    private List<KeyChanged> keysOf(String agent) {
        return Keys.of(agent, follower.state()).all();
    }

    @GetMapping("/console/agents/{id}")
    String agent(@PathVariable String id, Model model) {
        PolicyDocument document = document();
        PolicyDocument.Agent agent = document == null
                ? null
                : document.agents().stream()
                        .filter(each -> each.id().equals(id))
                        .findFirst()
                        .orElse(null);
        if (document == null || agent == null) {
            throw Problems.of(
                    HttpStatus.NOT_FOUND, "unknown-agent", "Unknown agent", "The policy has no agent '" + id + "'.");
        }
        model.addAttribute("view", view(agent));
        model.addAttribute("place", AgentPlace.of(document, id, List.of()));
        model.addAttribute("tools", toolsOf(id));
        model.addAttribute("keys", keysOf(id));
        model.addAttribute("now", clock.instant());
        return "policy/agent";
    }
}
