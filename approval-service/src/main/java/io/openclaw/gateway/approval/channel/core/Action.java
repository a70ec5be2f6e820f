package io.openclaw.gateway.approval.channel.core;

import java.util.Locale;

/** What a button of a message does. */
public enum Action {
    APPROVE,
    DENY,
    /** Sends the whole call, masked, and decides nothing. */
    DETAILS;

    /** Returns the word that events and settings use, such as {@code approve}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
