package io.openclaw.gateway.approval.channel;

import io.openclaw.gateway.approval.channel.core.PlainText;
import io.openclaw.gateway.approval.core.Approval;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Says to people in chats how a wait ended. */
final class Outcomes {
    private static final int MAX_REASON = 200;
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Outcomes() {}

    /** Returns how the wait of an approval ended, in a sentence. */
    static String of(Approval approval) {
        return switch (approval.status()) {
            case PENDING -> "This call still waits for " + String.join(" and ", approval.waitingFor()) + ".";
            case APPROVED -> "Approved" + by(approval);
            case DENIED -> "Denied" + by(approval);
            case EXPIRED -> "Expired at " + clock(approval.expiresAt()) + "; nothing ran.";
            case CANCELLED -> "Withdrawn by the agent at " + clock(approval.changedAt()) + ".";
        };
    }

    /** Returns what somebody is told whose answer comes too late. */
    static String late(Approval approval, Instant now) {
        return switch (approval.status()) {
            case APPROVED, DENIED ->
                "Already decided by " + (approval.decidedBy() == null ? "the gateway" : approval.decidedBy()) + ": "
                        + approval.status().name().toLowerCase(Locale.ROOT) + " at " + clock(approval.changedAt())
                        + (approval.channel() == null ? "" : " (" + approval.channel() + ")")
                        + ". A decision counts once.";
            case EXPIRED -> "Too late: this call expired at " + clock(approval.expiresAt()) + "; nothing ran.";
            case CANCELLED -> "Too late: the agent withdrew this call at " + clock(approval.changedAt()) + ".";
            case PENDING ->
                approval.isOpenAt(now)
                        ? "This call still waits."
                        : "Too late: this call expired at " + clock(approval.expiresAt()) + "; nothing ran.";
        };
    }

    private static String by(Approval approval) {
        String reason = approval.reason();
        return (approval.decidedBy() == null ? "" : " by " + approval.decidedBy())
                + (approval.channel() == null ? "" : " (" + approval.channel() + ")")
                + " at " + clock(approval.changedAt()) + "."
                + (reason == null ? "" : " " + PlainText.shortened(PlainText.of(reason), MAX_REASON));
    }

    private static String clock(Instant at) {
        return CLOCK.format(at);
    }
}
