package io.openclaw.gateway.approval.web;

import io.openclaw.gateway.approval.channel.persistence.ChannelStore;
import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.core.Gist;
import io.openclaw.gateway.approval.core.Grant;
import io.openclaw.gateway.approval.core.Person;
import io.openclaw.gateway.approval.core.PersonsDecision;
import io.openclaw.gateway.approval.desk.ApprovalDesk;
import io.openclaw.gateway.approval.persistence.ApprovalStore;
import io.openclaw.gateway.approval.persistence.ApprovalStore.Alike;
import io.openclaw.gateway.approval.persistence.PeopleStore;
import io.openclaw.gateway.common.call.CallContext;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.console.ConsoleRoom;
import io.openclaw.gateway.common.console.LiveUpdates;
import io.openclaw.gateway.common.console.Reauthentication;
import io.openclaw.gateway.common.console.Shell;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.text.Durations;
import io.openclaw.gateway.common.web.Problems;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.ui.Model;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.util.UriComponentsBuilder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** The room where people decide: what waits, and the call that is looked at. */
@ConsoleRoom
public final class ApprovalPages {
    private static final int PAGE = 60;
    private static final int MAX_ARGUMENTS_SHOWN = 20_000;
    private static final int MAX_FIELDS = 50;
    private static final int MAX_ARGUMENT_IN_ADDRESS = 500;
    private static final int MAX_CALL_IN_ADDRESS = 2_000;
    private static final String ROOM = "redirect:/console/approvals";

    private final ApprovalDesk desk;
    private final ApprovalStore store;
    private final PeopleStore people;
    private final ChannelStore messages;
    private final Approvers approvers;
    private final LiveUpdates updates;
    private final Reauthentication reauthentication;
    private final Clock clock;

    public ApprovalPages(
            ApprovalDesk desk,
            ApprovalStore store,
            PeopleStore people,
            ChannelStore messages,
            Approvers approvers,
            LiveUpdates approvalUpdates,
            Reauthentication reauthentication,
            Clock clock) {
        this.desk = desk;
        this.store = store;
        this.people = people;
        this.messages = messages;
        this.approvers = approvers;
        this.updates = approvalUpdates;
        this.reauthentication = reauthentication;
        this.clock = clock;
    }

    @GetMapping("/console/approvals")
    String room(
            @RequestParam(defaultValue = "") String text,
            @RequestParam(required = false) @Nullable UUID after,
            @ModelAttribute("shell") Shell shell,
            Authentication person,
            HttpServletRequest request,
            Model model) {
        List<Alike> waiting = queue(text, after, null, shell, model);
        model.addAttribute("looking", false);
        if (!waiting.isEmpty()) {
            // On a wide screen the most urgent call is there at once.
            UUID first = waiting.getFirst().first().id();
            model.addAttribute("current", first);
            call(first, shell, person, request, model);
        }
        return "approval/room";
    }

    /** Shows one call, with the queue beside it. */
    @GetMapping("/console/approvals/{id}")
    String look(
            @PathVariable UUID id,
            @RequestParam(defaultValue = "") String text,
            @ModelAttribute("shell") Shell shell,
            Authentication person,
            HttpServletRequest request,
            Model model) {
        queue(text, null, id, shell, model);
        call(id, shell, person, request, model);
        model.addAttribute("looking", true);
        return "approval/room";
    }

    /** The call alone, for a page that has the queue already. */
    @GetMapping("/console/approvals/{id}/call")
    String callAlone(
            @PathVariable UUID id,
            @ModelAttribute("shell") Shell shell,
            Authentication person,
            HttpServletRequest request,
            Model model) {
        call(id, shell, person, request, model);
        return "approval/call :: call";
    }

    /** The queue alone, for a page that is to show it as it is now. */
    @GetMapping("/console/approvals/queue")
    String queueAlone(
            @RequestParam(defaultValue = "") String text,
            @RequestParam(required = false) @Nullable UUID after,
            @RequestParam(required = false) @Nullable UUID current,
            @ModelAttribute("shell") Shell shell,
            Model model) {
        queue(text, after, current, shell, model);
        return "approval/queue :: queue";
    }

    @GetMapping("/console/approvals/waiting")
    String waiting(Model model) {
        model.addAttribute("waiting", store.pending());
        return "approval/queue :: waiting";
    }

    @GetMapping("/console/approvals/stream")
    SseEmitter stream() {
        return updates.listen();
    }

    private List<Alike> queue(String text, @Nullable UUID after, @Nullable UUID current, Shell shell, Model model) {
        String filter = text.isBlank() ? null : text.strip().replace("\0", "");
        List<Alike> found = store.waiting(filter, after, PAGE + 1);
        List<Alike> shown = found.size() > PAGE ? found.subList(0, PAGE) : found;
        if (shell.mayApprove()) {
            desk.seen(shown.stream().map(each -> each.first().id()).toList());
        }
        model.addAttribute("queue", shown);
        model.addAttribute("more", found.size() > PAGE ? shown.getLast().first().id() : null);
        model.addAttribute("text", text);
        model.addAttribute("current", current);
        model.addAttribute("waiting", store.pending());
        return shown;
    }

    private void call(UUID id, Shell shell, Authentication signedIn, HttpServletRequest request, Model model) {
        Approval approval = desk.find(id);
        Person person = approvers.person(signedIn, "console");
        if (shell.mayApprove()) {
            desk.seen(List.of(id));
        }
        JsonNode arguments = approval.arguments().as(JsonNode.class);
        String pretty = Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(arguments);
        String command = command(arguments);
        List<ApprovalStore.Member> alike = approval.isOpenAt(clock.instant())
                ? store.likeness(id).map(store::alike).orElse(List.of())
                : List.of();
        model.addAttribute("approval", approval);
        model.addAttribute("command", command);
        model.addAttribute(
                "arguments",
                pretty.length() > MAX_ARGUMENTS_SHOWN
                        ? pretty.substring(0, MAX_ARGUMENTS_SHOWN) + "\n… " + pretty.length() + " characters"
                        : pretty);
        model.addAttribute("hasOnlyCommand", !command.isEmpty() && arguments.size() == 1);
        model.addAttribute(
                "fields",
                arguments.properties().stream()
                        .limit(MAX_FIELDS)
                        .map(field -> new Field(field.getKey(), text(field.getValue())))
                        .toList());
        model.addAttribute("names", arguments.propertyNames());
        model.addAttribute(
                "gist",
                Gist.of(
                                approval.agent(),
                                approval.upstream(),
                                approval.tool(),
                                approval.arguments(),
                                approval.reasons())
                        .line());
        model.addAttribute("reading", reading(approval, command));
        model.addAttribute("alike", alike);
        model.addAttribute("likeness", store.likeness(id).orElse(""));
        model.addAttribute("isOpen", approval.isOpenAt(clock.instant()));
        model.addAttribute("mayApprove", shell.mayApprove() && approval.mayApprove(person, clock.instant()));
        model.addAttribute("waitingFor", approval.waitingFor(clock.instant()));
        model.addAttribute(
                "noGrant", Grant.refusal(approval.reasons(), approval).orElse(null));
        model.addAttribute("comments", people.comments(id));
        model.addAttribute("deliveries", messages.deliveries(id));
        model.addAttribute("unreachable", messages.unreachableSince(id).isPresent());
        boolean needsPassword = approval.severity() == Severity.CRITICAL && !reauthentication.isFresh(request);
        model.addAttribute("needsPassword", needsPassword);
        model.addAttribute("needsCode", needsPassword && reauthentication.needsCode(request));
        model.addAttribute("proposal", proposal(approval, shell));
        model.addAttribute("isCritical", approval.severity() == Severity.CRITICAL);
    }

    /** Returns where the policy's room writes a rule for calls like this one; null if the call is too large for an address. */
    private static @Nullable String proposal(Approval approval, Shell shell) {
        ObjectNode arguments = Json.MAPPER.createObjectNode();
        approval.arguments().as(JsonNode.class).properties().forEach(field -> {
            int length = field.getValue().toString().length();
            // What is masked is left open there.
            arguments.set(
                    field.getKey(),
                    length <= MAX_ARGUMENT_IN_ADDRESS
                            ? field.getValue()
                            : StringNode.valueOf("[masked long text, " + length + " characters]"));
        });
        RawJson decided = CallContext.decided(approval.context());
        String context = decided == null ? "{}" : decided.text();
        if (arguments.toString().length() + context.length() > MAX_CALL_IN_ADDRESS) {
            return null;
        }
        return UriComponentsBuilder.fromUriString(shell.at("policy", "/console/policy/proposals/new"))
                .queryParam("agent", "{agent}")
                .queryParam("tool", "{tool}")
                .queryParam("rules", "{rules}")
                .queryParam("arguments", "{arguments}")
                .queryParam("context", "{context}")
                .encode()
                .buildAndExpand(
                        approval.agent(),
                        approval.upstream() + "/" + approval.tool(),
                        approval.reasons().stream()
                                .map(Reason::ruleId)
                                .distinct()
                                .collect(Collectors.joining("\n")),
                        arguments,
                        context)
                .toUriString();
    }

    /** An argument as people read it. */
    public record Field(String name, String text) {}

    private static String text(JsonNode value) {
        String text = value.isString()
                ? value.asString()
                : value.isContainer()
                        ? Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value)
                        : value.toString();
        return text.length() > MAX_ARGUMENTS_SHOWN
                ? text.substring(0, MAX_ARGUMENTS_SHOWN) + "… (" + text.length() + " characters)"
                : text;
    }

    private static String command(JsonNode arguments) {
        for (String name : List.of("command", "cmd", "script")) {
            if (arguments.path(name).isString()) {
                return arguments.path(name).asString();
            }
        }
        return "";
    }

    /** The normal form is worth a look only where it says something else than what was written. */
    private static @Nullable String reading(Approval approval, String command) {
        String reading = approval.reading();
        return reading == null || reading.strip().equals(command.strip()) ? null : reading;
    }

    @PostMapping("/console/approvals/{id}")
    String decide(
            @PathVariable UUID id,
            @RequestParam String decision,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam String digest,
            @RequestParam(required = false) @Nullable String password,
            Authentication signedIn,
            HttpServletRequest request,
            RedirectAttributes flash) {
        if (decision.equals("approve")) {
            requirePassword(id, password, request);
        }
        Approval after = desk.decide(
                id,
                new PersonsDecision(decision, reason.isBlank() ? null : reason.strip(), digest),
                approvers.person(signedIn, "console"));
        flash.addFlashAttribute(
                "done",
                switch (after.status()) {
                    case APPROVED -> "Approved: " + after.tool() + " of " + after.agent() + " runs now.";
                    case DENIED -> "Denied: " + after.agent() + " gets your reason.";
                    default ->
                        "Your yes counts; it waits for " + String.join(" and ", after.waitingFor(clock.instant()))
                                + ".";
                });
        flash.addFlashAttribute("doneId", id);
        return ROOM;
    }

    private void requirePassword(UUID id, @Nullable String password, HttpServletRequest request) {
        if (desk.find(id).severity() == Severity.CRITICAL && !reauthentication.isProven(request, password)) {
            throw Problems.of(
                    HttpStatus.FORBIDDEN,
                    "password-needed",
                    "Your password is needed",
                    "This call has a critical finding. Go back, and type your password to approve it, and the code of your second factor if you have one.");
        }
    }

    /** Decides about the calls that a person saw together. */
    @PostMapping("/console/approvals/alike")
    String decideAlike(
            @RequestParam List<UUID> ids,
            @RequestParam String decision,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam(required = false) @Nullable String password,
            Authentication signedIn,
            HttpServletRequest request,
            RedirectAttributes flash) {
        if (ids.size() > 500) {
            throw Problems.of(HttpStatus.BAD_REQUEST, "invalid-request", "Too many calls", "At most 500 together.");
        }
        Person person = approvers.person(signedIn, "console");
        int decided = 0;
        String problem = null;
        for (UUID id : ids) {
            if (decision.equals("approve")) {
                requirePassword(id, password, request);
            }
            try {
                desk.decide(id, new PersonsDecision(decision, reason.isBlank() ? null : reason.strip(), null), person);
                decided++;
            } catch (ErrorResponseException e) {
                problem = e.getBody().getDetail();
            }
        }
        flash.addFlashAttribute(
                "done",
                decided + " of " + ids.size() + " calls " + (decision.equals("approve") ? "approved" : "denied") + "."
                        + (problem == null ? "" : " " + problem));
        return ROOM;
    }

    /** Says what a grant with some arguments free would have covered. */
    @GetMapping("/console/approvals/{id}/cover")
    String cover(@PathVariable UUID id, @RequestParam(required = false) @Nullable List<String> free, Model model) {
        Set<String> names = free == null ? Set.of() : Set.copyOf(free);
        model.addAttribute("covered", desk.wouldCover(desk.find(id), names));
        model.addAttribute("free", names);
        return "approval/call :: cover";
    }

    @PostMapping("/console/approvals/{id}/grant")
    String grant(
            @PathVariable UUID id,
            @RequestParam(required = false) @Nullable List<String> free,
            @RequestParam String life,
            @RequestParam(defaultValue = "") String uses,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam String digest,
            Authentication signedIn,
            RedirectAttributes flash) {
        Duration duration = Durations.read(life)
                .orElseThrow(() -> Problems.of(
                        HttpStatus.BAD_REQUEST,
                        "invalid-request",
                        "Invalid request",
                        "'" + life + "' is no time such as 10m."));
        Grant grant = desk.approveAndGrant(
                id,
                free == null ? Set.of() : Set.copyOf(free),
                duration,
                uses.matches("[1-9]\\d{0,4}") ? Integer.valueOf(uses) : null,
                reason.isBlank() ? null : reason.strip(),
                digest,
                approvers.person(signedIn, "console"));
        flash.addFlashAttribute(
                "done",
                "Approved, and grant " + grant.number() + " covers " + grant.words() + " for " + Shell.words(duration)
                        + ".");
        return ROOM;
    }

    @PostMapping("/console/approvals/{id}/edit")
    String edit(
            @PathVariable UUID id,
            @RequestParam String arguments,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam String digest,
            @RequestParam(required = false) @Nullable String password,
            Authentication signedIn,
            HttpServletRequest request,
            RedirectAttributes flash) {
        requirePassword(id, password, request);
        Grant grant = desk.edit(
                id, arguments, reason.isBlank() ? null : reason.strip(), digest, approvers.person(signedIn, "console"));
        flash.addFlashAttribute(
                "done",
                "The agent was told your arguments, and may ask for that call once within 15 minutes (grant "
                        + grant.number() + ").");
        return ROOM;
    }

    @PostMapping("/console/approvals/{id}/comment")
    String comment(@PathVariable UUID id, @RequestParam String said, Authentication signedIn) {
        desk.comment(id, said, signedIn.getName());
        return ROOM + "/" + id;
    }

    /** Shows past approvals. */
    @GetMapping("/console/approvals/past")
    String past(
            @RequestParam(required = false) @Nullable String agent,
            @RequestParam(required = false) @Nullable UUID before,
            Model model) {
        var found =
                store.list(null, agent == null || agent.isBlank() ? null : agent.replace("\0", ""), before, PAGE + 1);
        model.addAttribute("past", found.size() > PAGE ? found.subList(0, PAGE) : found);
        model.addAttribute(
                "next", found.size() > PAGE ? found.get(PAGE - 1).approval().id() : null);
        model.addAttribute("agent", agent);
        model.addAttribute(
                "gists",
                found.stream()
                        .collect(java.util.stream.Collectors.toMap(
                                each -> each.approval().id(),
                                each -> each.argumentsShortened() == null
                                        ? Gist.of("", "", "", each.approval().arguments(), List.of())
                                                .line()
                                        : each.argumentsShortened().start().substring(0, 120))));
        return "approval/past";
    }
}
