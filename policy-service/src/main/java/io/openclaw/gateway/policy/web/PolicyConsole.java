package io.openclaw.gateway.policy.web;

import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyInForce;
import java.security.Principal;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The policy as a page: what is in force, what is frozen and the switch for it, and tools that changed. */
@Controller
@RequestMapping("/console/policy")
public final class PolicyConsole {
    private static final String BACK = "redirect:/console/policy";

    private final PolicyController policy;
    private final ToolController tools;
    private final PolicyFollower follower;

    public PolicyConsole(PolicyController policy, ToolController tools, PolicyFollower follower) {
        this.policy = policy;
        this.tools = tools;
        this.follower = follower;
    }

    @GetMapping
    String page(Model model) {
        model.addAttribute("status", policy.status());
        model.addAttribute("freezes", policy.freezes());
        model.addAttribute("changed", tools.list(true));
        model.addAttribute(
                "noted",
                tools.list(false).stream()
                        .filter(tool ->
                                tool.leftOut() != null || !tool.schemaNotes().isEmpty())
                        .toList());
        model.addAttribute(
                "renamed",
                tools.list(false).stream()
                        .filter(tool -> tool.exposedAs() != null)
                        .toList());
        model.addAttribute("versions", policy.versions(10));
        model.addAttribute("differences", policy.differences(20));
        PolicyDocument document =
                follower.current().map(PolicyInForce::document).orElse(null);
        model.addAttribute("agents", document == null ? List.of() : document.agents());
        model.addAttribute("upstreams", document == null ? List.of() : document.upstreams());
        return "policy/console";
    }

    @PostMapping("/freeze")
    String freeze(@RequestParam String scope, @RequestParam String reason, Principal person) {
        policy.freeze(scope.strip(), reason, person);
        return BACK;
    }

    @PostMapping("/unfreeze")
    String unfreeze(@RequestParam String scope, Principal person) {
        policy.unfreeze(scope, "", person);
        return BACK;
    }

    @PostMapping("/accept")
    String accept(
            @RequestParam String upstream, @RequestParam String tool, @RequestParam String hash, Principal person) {
        tools.accept(tools.find(upstream, tool), hash, person.getName());
        return BACK;
    }

    @PostMapping("/restore")
    String restore(@RequestParam String version, Principal person) {
        policy.restore(new PolicyController.Restore(version), person);
        return BACK;
    }
}
