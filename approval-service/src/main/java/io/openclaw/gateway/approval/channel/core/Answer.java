package io.openclaw.gateway.approval.channel.core;

import java.util.Locale;

/**
 * What became of a press.
 *
 * @param text what the person is told
 */
public record Answer(Kind kind, String text) {
    /** What became of a press, for programs. */
    public enum Kind {
        /** It decided the call. */
        DECIDED,
        /** The person's yes counts, and others are wanted too. */
        COUNTED,
        /** The person gets the whole call. */
        DETAILS,
        /** The call did not wait any more. */
        LATE,
        /** The button was used before. */
        USED,
        /** The button is somebody else's. */
        NOT_YOURS,
        /** Nobody made such a button, or not for this channel. */
        UNKNOWN_BUTTON,
        /** The sender is on no list of approvers. */
        UNKNOWN_SENDER,
        /** This cannot be decided through the channel. */
        CONSOLE_ONLY,
        /** The person may not decide this, or the decision was refused. */
        REFUSED;

        /** Returns the word that events use, such as {@code decided}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
