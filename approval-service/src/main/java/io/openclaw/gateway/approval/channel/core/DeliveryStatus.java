package io.openclaw.gateway.approval.channel.core;

import java.util.Locale;

/** What a vendor says became of a message; it may say so in any order. */
public enum DeliveryStatus {
    SENT(1),
    FAILED(2),
    DELIVERED(3),
    READ(4);

    private final int rank;

    DeliveryStatus(int rank) {
        this.rank = rank;
    }

    /** Returns a number that is greater for what holds although the other was said, too. */
    public int rank() {
        return rank;
    }

    /** Returns the word that pages show, such as {@code delivered}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
