package io.openclaw.gateway.approval.channel.core;

import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.common.call.ApprovalTerms;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.json.RawJson;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Approvals to test with. */
public final class Approvals {
    public static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
    public static final Instant EXPIRES = NOW.plusSeconds(900);

    private Approvals() {}

    /** Returns one that waits. */
    public static Approval pending(@Nullable ApprovalTerms terms, Reason... reasons) {
        return pending("build-bot", "{\"command\":\"rm -r build\"}", terms, reasons);
    }

    /** Returns one of an agent with arguments that waits. */
    public static Approval pending(String agent, String arguments, @Nullable ApprovalTerms terms, Reason... reasons) {
        return new Approval(
                UUID.randomUUID(),
                agent,
                "openclaw",
                "exec",
                "0123456789abcdef".repeat(4),
                RawJson.of(arguments),
                null,
                null,
                null,
                List.of(reasons),
                Status.PENDING,
                NOW,
                EXPIRES,
                terms,
                List.of(),
                NOW,
                null,
                null);
    }

    public static Reason reason(String rule, Severity severity) {
        return new Reason(rule, "because of " + rule, severity);
    }
}
