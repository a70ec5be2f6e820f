package io.openclaw.gateway.ingress.inbox.core;

import java.time.Duration;
import java.time.Instant;

/**
 * How far the time at which a record was signed may be from the time at which it came to its topic. Within it the nonce tells
 * a copy, for as long as the gateway remembers calls, which is longer; after it nothing that was signed before is taken.
 *
 * @param length to both sides, for clocks differ; positive, and at most a day
 */
public record InboxWindow(Duration length) {
    private static final Duration LONGEST = Duration.ofDays(1);

    public InboxWindow {
        if (length.isNegative() || length.isZero() || length.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "openclaw.inbox.window is " + length + ": it has to be more than nothing and at most a day");
        }
    }

    /**
     * Makes sure that a record came when it was signed, about.
     *
     * @throws RefusedRecordException if it did not
     */
    public void require(Instant signedAt, Instant arrivedAt) {
        if (Duration.between(signedAt, arrivedAt).abs().compareTo(length) > 0) {
            throw new RefusedRecordException(
                    "too-old",
                    "it was signed at " + signedAt + " and came at " + arrivedAt + ": more than " + length.toSeconds()
                            + " s lie between (openclaw.inbox.window). Sign it anew; if it was, look at the clocks");
        }
    }
}
