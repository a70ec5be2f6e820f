package io.openclaw.gateway.approval.channel.core;

import org.jspecify.annotations.Nullable;

/**
 * Somebody pressed a button of a message.
 *
 * @param id the vendor's id of the press: what has the same came twice
 * @param sender the sender's address in the channel
 * @param tokenHash of the button; see {@link Tokens#hash}
 * @param inReplyTo the vendor's id of the message; absent if it does not say
 * @param reason what the person said; absent if the channel takes none
 */
public record Press(
        String channel,
        String id,
        String sender,
        String tokenHash,
        @Nullable String inReplyTo,
        @Nullable String reason) {}
