package io.openclaw.gateway.approval.channel.core;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message of the outbox.
 *
 * @param callId the call that it is about; absent for an answer about none
 * @param approver whom it is for, by the name at the console
 * @param digest of the call, as it was asked about
 * @param group calls that differ only in free arguments have the same
 * @param text what an answer says; absent for the others
 * @param inReplyTo the vendor's id of the message that it answers or changes
 * @param receipt the vendor's id of this message, once it was sent
 * @param form how it was sent
 * @param attempts how often it was tried, this time included
 * @param reminders how often the person was asked before
 * @param wasOutside whether the vendor took it once, and could not deliver it since the person was in no conversation
 */
public record Message(
        UUID id,
        @Nullable UUID callId,
        String approver,
        String channel,
        Kind kind,
        String address,
        @Nullable String digest,
        @Nullable String group,
        @Nullable String text,
        @Nullable String inReplyTo,
        @Nullable String receipt,
        @Nullable String form,
        State state,
        int attempts,
        int reminders,
        boolean wasOutside) {
    /** What a message is for. */
    public enum Kind {
        /** Asks somebody about a call. */
        ASK,
        /** Answers somebody who pressed a button. */
        REPLY,
        /** Says in the place of a question that the call does not wait any more. */
        UPDATE
    }

    /** How far a message got. */
    public enum State {
        QUEUED,
        SENDING,
        SENT,
        /** It will not be tried again. */
        FAILED,
        /** The call did not wait any more when it could be sent. */
        TOO_LATE
    }

    /** Returns whom it goes to. */
    public Channel.Recipient to() {
        return new Channel.Recipient(approver, address);
    }
}
