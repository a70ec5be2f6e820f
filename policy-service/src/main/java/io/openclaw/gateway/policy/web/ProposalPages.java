package io.openclaw.gateway.policy.web;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.console.ConsoleJournal;
import io.openclaw.gateway.common.console.ConsoleRoom;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.common.web.Problems;
import io.openclaw.gateway.policy.kafka.Publications;
import io.openclaw.gateway.policy.proposal.Draft;
import io.openclaw.gateway.policy.proposal.Proposal;
import io.openclaw.gateway.policy.proposal.Proposals;
import jakarta.servlet.http.HttpServletRequest;
import java.io.UncheckedIOException;
import java.security.Principal;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.springframework.http.HttpStatus;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The pages where people propose a change of the policy, and where an administrator decides about it. */
@ConsoleRoom
public final class ProposalPages {
    private static final String PAGE = "redirect:/console/policy/proposals/";

    private final Proposals proposals;
    private final Publications publications;
    private final ConsoleJournal journal;

    public ProposalPages(Proposals proposals, Publications publications, ConsoleJournal journal) {
        this.proposals = proposals;
        this.publications = publications;
        this.journal = journal;
    }

    /**
     * The form, with what a person begins with.
     *
     * @param rules the rules that escalated the call, as its verdict names them, one a line
     * @param arguments the call's arguments as JSON, credentials masked
     * @param context what else reaches the upstream, as JSON
     * @param effect {@code allow}: such calls pass without a question; {@code deny}: they are denied
     * @param vary arguments that may have any value
     */
    @GetMapping("/console/policy/proposals/new")
    String draft(
            @RequestParam(defaultValue = "") String agent,
            @RequestParam(defaultValue = "") String tool,
            @RequestParam(defaultValue = "") String rules,
            @RequestParam(defaultValue = "{}") String arguments,
            @RequestParam(defaultValue = "{}") String context,
            @RequestParam(defaultValue = "allow") String effect,
            @RequestParam(required = false, defaultValue = "") Set<String> vary,
            Model model) {
        if (agent.isBlank() || tool.indexOf('/') <= 0) {
            throw invalid(
                    "A proposal begins with a call that people were asked about: open one under Approvals, and choose"
                            + " \"Propose a rule\" there.");
        }
        List<String> asking =
                rules.lines().filter(line -> !line.isBlank()).distinct().toList();
        List<String> exemptible = Draft.exemptible(asking);
        Decision decision = effect.equals("deny") || exemptible.isEmpty() ? Decision.DENY : Decision.ALLOW;
        Draft.Waited call = new Draft.Waited(agent, tool, exemptible, object(arguments), object(context));
        Draft draft = proposals.draft(call, decision, vary);
        model.addAttribute("call", call);
        model.addAttribute(
                "others",
                asking.stream().filter(rule -> !exemptible.contains(rule)).toList());
        model.addAttribute("rules", rules);
        model.addAttribute("effect", decision == Decision.DENY ? "deny" : "allow");
        model.addAttribute("names", call.arguments().propertyNames());
        model.addAttribute("draft", draft);
        return "policy/proposal-new";
    }

    private static JsonNode object(String json) {
        try {
            JsonNode node = Json.MAPPER.readTree(json.isBlank() ? "{}" : json);
            if (node.isObject()) {
                return node;
            }
        } catch (JacksonException e) {
            // Said below.
        }
        throw invalid("The call's arguments and context are JSON objects; these are not.");
    }

    @PostMapping("/console/policy/proposals")
    String propose(
            @RequestParam String name,
            @RequestParam String text,
            @RequestParam(defaultValue = "") String tests,
            @RequestParam(defaultValue = "") String reason,
            Principal person,
            HttpServletRequest request) {
        try {
            Proposal proposal =
                    proposals.propose(name.strip(), unix(text), unix(tests), reason.strip(), person.getName());
            journal.note(person.getName(), "rule.proposed", proposal.id(), null, request.getRemoteAddr());
            return PAGE + proposal.id();
        } catch (IllegalArgumentException e) {
            throw invalid("This cannot be proposed: " + e.getMessage() + ". Go back and change it.");
        }
    }

    /** Forms end lines with CR and LF (HTML, section 4.10.21). */
    private static String unix(String text) {
        return text.replace("\r\n", "\n").replace("\0", "");
    }

    @GetMapping("/console/policy/proposals/{id}")
    String page(@PathVariable String id, Model model) {
        Proposal proposal = find(id);
        model.addAttribute("proposal", proposal);
        model.addAttribute("check", proposals.check(proposal));
        model.addAttribute("writable", proposals.canBeWritten());
        model.addAttribute("inFiles", proposals.isInFiles(proposal));
        return "policy/proposal";
    }

    private Proposal find(String id) {
        try {
            return proposals.find(id);
        } catch (NoSuchElementException e) {
            throw Problems.of(HttpStatus.NOT_FOUND, "not-found", "Unknown proposal", "There is no such proposal.");
        }
    }

    @PostMapping("/console/policy/proposals/{id}/accept")
    String accept(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String answer,
            Principal person,
            HttpServletRequest request,
            RedirectAttributes flash) {
        find(id);
        try {
            proposals.accept(id, person.getName(), answer.strip());
        } catch (IllegalStateException e) {
            throw conflict("It cannot be accepted: " + e.getMessage() + ".");
        } catch (UncheckedIOException e) {
            throw Problems.of(
                    HttpStatus.INTERNAL_SERVER_ERROR,
                    "not-written",
                    "The policy was not changed",
                    e.getMessage() + ".");
        }
        journal.note(person.getName(), "rule.accepted", id, answer.strip(), request.getRemoteAddr());
        flash.addFlashAttribute("done", "Accepted.");
        return PAGE + id;
    }

    @PostMapping("/console/policy/proposals/{id}/reject")
    String reject(
            @PathVariable String id,
            @RequestParam(defaultValue = "") String answer,
            Principal person,
            HttpServletRequest request) {
        find(id);
        try {
            proposals.reject(id, person.getName(), answer.strip());
        } catch (IllegalStateException e) {
            throw conflict("It cannot be rejected: " + e.getMessage() + ".");
        }
        journal.note(person.getName(), "rule.rejected", id, answer.strip(), request.getRemoteAddr());
        return PAGE + id;
    }

    /** Has the policy with the proposal tried beside the one in force, on live calls, of which it changes none. */
    @PostMapping("/console/policy/proposals/{id}/try")
    String tryIt(@PathVariable String id, Principal person) {
        PolicyInForce policy = proposals.check(find(id)).policy();
        if (policy == null) {
            throw conflict("The policy is not valid with it, so that it cannot be tried.");
        }
        publications.candidate(policy, person.getName());
        return "redirect:/console/policy";
    }

    private static RuntimeException invalid(String detail) {
        return Problems.of(HttpStatus.BAD_REQUEST, "invalid-request", "Invalid proposal", detail);
    }

    private static RuntimeException conflict(String detail) {
        return Problems.of(HttpStatus.CONFLICT, "conflict", "Not possible now", detail);
    }
}
