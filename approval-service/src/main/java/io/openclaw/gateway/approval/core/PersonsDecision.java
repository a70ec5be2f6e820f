package io.openclaw.gateway.approval.core;

import io.openclaw.gateway.common.event.ApprovalChanged.Status;
import io.openclaw.gateway.common.json.JsonText;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a person says about a call.
 *
 * @param decision {@code approve} or {@code deny}
 * @param reason why, in the person's words; at most 1,000 characters
 * @param digest the digest that the person saw, if the decision is to count for that only
 */
public record PersonsDecision(
        @Nullable String decision,
        @Nullable String reason,
        @Nullable String digest) {
    private static final int LONGEST_REASON = 1_000;

    /**
     * Returns the status that the decision leads to.
     *
     * @throws IllegalArgumentException naming the field that is wrong, its value, and what it may be
     */
    public Status status() {
        if (reason != null && reason.length() > LONGEST_REASON) {
            throw new IllegalArgumentException(
                    "'reason' has " + reason.length() + " characters: it may have at most " + LONGEST_REASON);
        }
        if (reason != null && reason.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("'reason' contains a NUL character; leave it out");
        }
        if (reason != null && JsonText.loneSurrogate(reason) >= 0) {
            throw new IllegalArgumentException(
                    "'reason' has a lone surrogate, which UTF-8 cannot carry; send whole characters");
        }
        return switch (String.valueOf(decision).toLowerCase(Locale.ROOT)) {
            case "approve" -> Status.APPROVED;
            case "deny" -> Status.DENIED;
            default ->
                throw new IllegalArgumentException("'decision' is "
                        + (decision == null ? "missing" : "\"" + decision + "\"") + ": it is \"approve\" or \"deny\"");
        };
    }
}
