package io.openclaw.gateway.approval.channel.core;

import org.jspecify.annotations.Nullable;

/**
 * The tokens of a message's buttons, each unguessable and used once; see {@link Tokens}.
 *
 * @param approve absent if the call cannot be approved through the channel
 * @param deny absent if it cannot be denied through the channel
 */
public record Buttons(@Nullable String approve, @Nullable String deny, String details) {

    /** Returns no token: they are for the message alone. */
    @Override
    public String toString() {
        return "Buttons[approve=" + (approve != null) + ", deny=" + (deny != null) + "]";
    }
}
