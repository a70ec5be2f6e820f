package io.openclaw.gateway.approval.web;

import io.openclaw.gateway.approval.channel.core.Delivery;
import io.openclaw.gateway.approval.channel.persistence.ChannelStore;
import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.core.ListedApproval;
import io.openclaw.gateway.approval.core.PersonsDecision;
import io.openclaw.gateway.approval.desk.ApprovalDesk;
import io.openclaw.gateway.approval.kafka.Approvals;
import io.openclaw.gateway.common.console.ConsoleRole;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.web.Problems;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The approvals, for the people who decide: {@code GET /v1/approvals} and {@code POST /v1/approvals/{id}/decision}. */
@RestController
public final class ApprovalController {
    private static final int MOST = 1_000;

    private final Approvals approvals;
    private final ApprovalDesk desk;
    private final Approvers approvers;
    private final ChannelStore messages;

    public ApprovalController(Approvals approvals, ApprovalDesk desk, Approvers approvers, ChannelStore messages) {
        this.approvals = approvals;
        this.desk = desk;
        this.approvers = approvers;
        this.messages = messages;
    }

    @GetMapping("/v1/approvals")
    List<ListedApproval> list(
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(required = false) @Nullable String agent,
            @RequestParam(required = false) @Nullable String before,
            @RequestParam(defaultValue = "100") String limit,
            Authentication login) {
        List<ListedApproval> found = approvals.list(statusOf(status), agentOf(agent), beforeOf(before), limitOf(limit));
        if (isApprover(login)) {
            desk.seen(found.stream().map(each -> each.approval().id()).toList());
        }
        return found;
    }

    @GetMapping("/v1/approvals/{id}")
    Approval look(@PathVariable String id, Authentication login) {
        Approval approval = approvals.find(idOf(id)).orElseThrow(() -> ApprovalDesk.unknown(id));
        if (isApprover(login)) {
            desk.seen(List.of(approval.id()));
        }
        return approval;
    }

    /** Returns how far the questions to people about a call got. */
    @GetMapping("/v1/approvals/{id}/messages")
    List<Delivery> messages(@PathVariable String id) {
        return messages.deliveries(approvals
                .find(idOf(id))
                .orElseThrow(() -> ApprovalDesk.unknown(id))
                .id());
    }

    @PostMapping("/v1/approvals/{id}/decision")
    Approval decide(@PathVariable String id, @RequestBody PersonsDecision decision, Authentication login) {
        return desk.decide(idOf(id), decision, approvers.person(login, "api"));
    }

    private static boolean isApprover(Authentication login) {
        return login.getAuthorities().stream()
                .anyMatch(held -> ConsoleRole.APPROVER.authority().equals(held.getAuthority()));
    }

    private static @Nullable Status statusOf(@Nullable String status) {
        if (status == null) {
            return null;
        }
        try {
            return Status.valueOf(status.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw invalid("'status' is \"" + status + "\": it is one of " + Arrays.toString(Status.values()));
        }
    }

    private static @Nullable String agentOf(@Nullable String agent) {
        if (agent != null && agent.indexOf('\0') >= 0) {
            throw invalid("'agent' contains a NUL character; leave it out");
        }
        return agent;
    }

    private static @Nullable UUID beforeOf(@Nullable String before) {
        try {
            return before == null ? null : UUID.fromString(before);
        } catch (IllegalArgumentException e) {
            throw invalid("'before' is \"" + before + "\": it is the id of the last approval of the page before");
        }
    }

    private static int limitOf(String limit) {
        if (!limit.matches("[1-9]\\d{0,3}") || Integer.parseInt(limit) > MOST) {
            throw invalid("'limit' is \"" + limit + "\": it is a whole number from 1 to " + MOST);
        }
        return Integer.parseInt(limit);
    }

    private static UUID idOf(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw ApprovalDesk.unknown(id);
        }
    }

    private static ErrorResponseException invalid(String detail) {
        return Problems.of(HttpStatus.BAD_REQUEST, "invalid-request", "Invalid request", detail);
    }
}
