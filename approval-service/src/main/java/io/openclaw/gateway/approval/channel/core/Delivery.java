package io.openclaw.gateway.approval.channel.core;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a question to somebody about a call got.
 *
 * @param approver the person's name at the console
 * @param form how it was sent, such as {@code template}; absent until it was
 * @param attempts how often it was tried, since it was last sent
 * @param reminders how often the person was reminded
 * @param notBefore before when it is not tried
 * @param status what the vendor says became of it: {@code sent}, {@code delivered}, {@code read} or {@code failed}; absent if it says
 *     nothing
 * @param problem what was wrong at last; absent if nothing was
 * @param changedAt since when it is so
 */
public record Delivery(
        String approver,
        String channel,
        Message.State state,
        @Nullable String form,
        int attempts,
        int reminders,
        Instant notBefore,
        @Nullable String status,
        @Nullable String problem,
        Instant changedAt) {

    /** Returns what people read. */
    public String words() {
        return switch (state) {
            case QUEUED ->
                attempts == 0
                        ? "waits to be sent"
                        : "not sent after " + attempts + (attempts == 1 ? " try" : " tries") + ", is tried again";
            case SENDING -> "is being sent";
            case SENT ->
                (status == null ? "sent" : status)
                        + ("template".equals(form) ? " (template)" : "")
                        + (reminders == 0 ? "" : ", reminded " + (reminders == 1 ? "once" : reminders + " times"));
            case FAILED -> "failed";
            case TOO_LATE -> "too late to be sent";
        };
    }
}
