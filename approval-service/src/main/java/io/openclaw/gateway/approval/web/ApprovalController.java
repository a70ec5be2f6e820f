package io.openclaw.gateway.approval.web;

import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.core.ListedApproval;
import io.openclaw.gateway.approval.core.NotAnApproverException;
import io.openclaw.gateway.approval.core.Person;
import io.openclaw.gateway.approval.core.PersonsDecision;
import io.openclaw.gateway.approval.kafka.Approvals;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.web.ConsoleSecurity;
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

    public ApprovalController(Approvals approvals) {
        this.approvals = approvals;
    }

    @GetMapping("/v1/approvals")
    List<ListedApproval> list(
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(required = false) @Nullable String agent,
            @RequestParam(required = false) @Nullable String before,
            @RequestParam(defaultValue = "100") String limit) {
        return approvals.list(statusOf(status), agentOf(agent), beforeOf(before), limitOf(limit));
    }

    @GetMapping("/v1/approvals/{id}")
    Approval look(@PathVariable String id) {
        return approvals.find(idOf(id)).orElseThrow(() -> unknown(id));
    }

    @PostMapping("/v1/approvals/{id}/decision")
    Approval decide(@PathVariable String id, @RequestBody PersonsDecision decision, Authentication login) {
        Approval approval = approvals.find(idOf(id)).orElseThrow(() -> unknown(id));
        Status status;
        try {
            status = decision.status();
        } catch (IllegalArgumentException e) {
            throw invalid(String.valueOf(e.getMessage()));
        }
        if (decision.digest() != null && !decision.digest().equals(approval.digest())) {
            throw Problems.of(
                    HttpStatus.CONFLICT,
                    "another-call",
                    "Not the call you saw",
                    "Approval " + id + " is for the digest " + approval.digest() + ", not for " + decision.digest()
                            + ".");
        }
        boolean counted;
        try {
            counted = approvals.decide(approval.id(), status, person(login), decision.reason());
        } catch (NotAnApproverException e) {
            throw Problems.of(
                    HttpStatus.FORBIDDEN, "not-an-approver", "Not yours to approve", String.valueOf(e.getMessage()));
        }
        if (!counted) {
            Approval now = approvals.find(approval.id()).orElse(approval);
            throw Problems.of(HttpStatus.CONFLICT, "already-decided", "Already decided", alreadyDecided(now));
        }
        return approvals.find(approval.id()).orElseThrow();
    }

    private static Person person(Authentication login) {
        return new Person(login.getName(), ConsoleSecurity.groupsOf(login));
    }

    private static String alreadyDecided(Approval approval) {
        return switch (approval.status()) {
            case PENDING, EXPIRED -> "This approval expired at " + approval.expiresAt() + "; the call was not run.";
            case CANCELLED -> "The agent withdrew this call at " + approval.changedAt() + ".";
            case APPROVED, DENIED ->
                "This call was " + approval.status().name().toLowerCase(Locale.ROOT) + " by " + approval.decidedBy()
                        + " at " + approval.changedAt() + "; a decision counts once.";
        };
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
            throw unknown(id);
        }
    }

    private static ErrorResponseException unknown(String id) {
        return Problems.of(
                HttpStatus.NOT_FOUND, "unknown-approval", "Unknown approval", "There is no approval " + id + ".");
    }

    private static ErrorResponseException invalid(String detail) {
        return Problems.of(HttpStatus.BAD_REQUEST, "invalid-request", "Invalid request", detail);
    }
}
