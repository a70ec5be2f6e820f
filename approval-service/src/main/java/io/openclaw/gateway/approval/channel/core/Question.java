package io.openclaw.gateway.approval.channel.core;

import io.openclaw.gateway.approval.core.Approval;
import io.openclaw.gateway.approval.core.Gist;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.call.Severity;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A call that waits, as a message shows it: each text is one line, masked, and shows nothing that a reader does not see.
 *
 * @param approval the approval's id
 * @param what the command, or the arguments in short
 * @param why the worst reason why a person has to decide
 * @param digest of the call, 64 hexadecimal digits
 * @param link to the call at the console; absent if nobody said where the console is
 * @param others how many calls like it wait beside it
 * @param right what may be answered
 * @param isReminder whether the person was asked before
 */
public record Question(
        UUID approval,
        String agent,
        @Nullable String onBehalfOf,
        String tool,
        String what,
        String why,
        Severity severity,
        String digest,
        Instant expiresAt,
        @Nullable String link,
        long others,
        Right right,
        boolean isReminder) {
    private static final int MAX_NAME = 60;
    private static final int MAX_TOOL = 100;
    private static final int MAX_WHAT = 240;
    private static final int MAX_WHY = 240;
    private static final int SHORT_DIGEST = 12;
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    /**
     * Makes the question about a call that waits.
     *
     * @param console the console's base URL, without a slash at its end; absent if nobody said it
     * @param others how many calls like it wait beside it
     */
    public static Question of(
            Approval approval, @Nullable String console, long others, Right right, boolean isReminder) {
        Gist gist = Gist.of(
                approval.agent(), approval.upstream(), approval.tool(), approval.arguments(), approval.reasons());
        Reason worst = approval.reasons().stream()
                .max(Comparator.comparing(Reason::severity))
                .orElse(new Reason("approval/required", "a person has to decide", Severity.INFO));
        String what = PlainText.of(gist.line());
        return new Question(
                approval.id(),
                line(approval.agent(), MAX_NAME),
                approval.onBehalfOf() == null ? null : line(approval.onBehalfOf(), MAX_NAME),
                line(approval.upstream() + "/" + approval.tool(), MAX_TOOL),
                what.isEmpty() ? "Without arguments." : PlainText.shortened(what, MAX_WHAT),
                line(worst.text(), MAX_WHY),
                approval.severity(),
                approval.digest(),
                approval.expiresAt(),
                console == null ? null : console + "/console/approvals/" + approval.id(),
                others,
                right,
                isReminder);
    }

    private static String line(String text, int max) {
        return PlainText.shortened(PlainText.of(text), max);
    }

    /** Returns who wants what, in a few words. */
    public String title() {
        return (isReminder ? "Still waiting: " : "") + agent + " wants " + tool
                + (onBehalfOf == null ? "" : " for " + onBehalfOf);
    }

    /** Returns why a person is asked, and how bad it would be to ignore that. */
    public String reason() {
        return "Why: " + why + " (" + severity.name().toLowerCase(Locale.ROOT) + ")";
    }

    /** Returns until when, and which call exactly. */
    public String terms() {
        return "Until " + CLOCK.format(expiresAt) + " · digest "
                + digest.substring(0, Math.min(SHORT_DIGEST, digest.length()));
    }

    /** Returns where to see the whole, what cannot be answered here, and what else waits. */
    public String whole() {
        return switch (right) {
                    case APPROVE -> "The whole call: ";
                    case DENY -> "Approve only at the console: ";
                    case LINK -> "Decide only at the console: ";
                }
                + (link == null ? "the console, under Approvals" : link)
                + (others > 0 ? " (+ " + others + " more like it)" : "");
    }

    /** Returns the call in five lines. */
    public List<String> lines() {
        return List.of(title(), what, reason(), terms(), whole());
    }
}
