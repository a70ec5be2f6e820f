package io.openclaw.gateway.approval.web;

import io.openclaw.gateway.approval.core.Grant;
import io.openclaw.gateway.approval.desk.ApprovalDesk;
import io.openclaw.gateway.approval.persistence.ApprovalStore;
import io.openclaw.gateway.approval.persistence.ApprovalStore.By;
import io.openclaw.gateway.approval.persistence.ApprovalStore.Share;
import io.openclaw.gateway.approval.persistence.GrantStore;
import io.openclaw.gateway.approval.persistence.PeopleStore;
import io.openclaw.gateway.common.console.ConsoleRoom;
import io.openclaw.gateway.common.console.Shell;
import io.openclaw.gateway.common.text.Durations;
import io.openclaw.gateway.common.web.Problems;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Grants, delegations, and what people's decisions look like over time. */
@ConsoleRoom
public final class GrantPages {
    private static final int PAGE = 60;
    private static final String GRANTS = "redirect:/console/grants";
    private static final Map<String, Duration> RANGES =
            Map.of("1h", Duration.ofHours(1), "24h", Duration.ofHours(24), "7d", Duration.ofDays(7));

    private final ApprovalDesk desk;
    private final GrantStore grants;
    private final PeopleStore people;
    private final ApprovalStore store;
    private final Approvers approvers;
    private final Clock clock;

    public GrantPages(
            ApprovalDesk desk,
            GrantStore grants,
            PeopleStore people,
            ApprovalStore store,
            Approvers approvers,
            Clock clock) {
        this.desk = desk;
        this.grants = grants;
        this.people = people;
        this.store = store;
        this.approvers = approvers;
        this.clock = clock;
    }

    /** A grant, and whether it can still be used. */
    public record GrantView(Grant grant, boolean isGood) {}

    @GetMapping("/console/grants")
    String list(
            @RequestParam(required = false) @Nullable UUID before, @ModelAttribute("shell") Shell shell, Model model) {
        Instant now = clock.instant();
        List<Grant> found = grants.list(before, PAGE + 1);
        model.addAttribute(
                "grants",
                found.stream()
                        .limit(PAGE)
                        .map(grant -> new GrantView(grant, grant.isGoodAt(now)))
                        .toList());
        model.addAttribute("next", found.size() > PAGE ? found.get(PAGE - 1).id() : null);
        model.addAttribute("delegations", people.current(now));
        model.addAttribute(
                "others",
                approvers.names().stream()
                        .filter(name -> !name.equals(shell.person()))
                        .toList());
        return "approval/grants";
    }

    @PostMapping("/console/grants/revoke")
    String revoke(@RequestParam UUID id, Authentication signedIn) {
        desk.revoke(id, approvers.person(signedIn, "console"));
        return GRANTS;
    }

    @PostMapping("/console/grants/delegate")
    String delegate(@RequestParam String delegate, @RequestParam String time, Authentication signedIn) {
        if (!approvers.names().contains(delegate)) {
            throw invalid("'" + delegate + "' is nobody who may approve.");
        }
        desk.delegate(
                signedIn.getName(),
                delegate,
                Durations.read(time).orElseThrow(() -> invalid("'" + time + "' is no time such as 8h.")));
        return GRANTS;
    }

    @PostMapping("/console/grants/delegate/end")
    String endDelegation(@RequestParam UUID id, Authentication signedIn) {
        desk.endDelegation(id, signedIn.getName());
        return GRANTS;
    }

    @GetMapping("/console/insights")
    String insights(@RequestParam(defaultValue = "7d") String range, Model model) {
        String known = RANGES.containsKey(range) ? range : "7d";
        Instant since = clock.instant().minus(RANGES.getOrDefault(known, Duration.ofDays(7)));
        List<Share> all = store.shares(By.ALL, since);
        model.addAttribute("range", known);
        model.addAttribute("all", all.isEmpty() ? null : all.getFirst());
        model.addAttribute("rules", store.shares(By.RULE, since));
        model.addAttribute("tools", store.shares(By.TOOL, since));
        model.addAttribute("agents", store.shares(By.AGENT, since));
        model.addAttribute("persons", store.shares(By.PERSON, since));
        return "approval/insights";
    }

    private static RuntimeException invalid(String detail) {
        return Problems.of(HttpStatus.BAD_REQUEST, "invalid-request", "Invalid request", detail);
    }
}
