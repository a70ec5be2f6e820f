package io.openclaw.gateway.approval.channel.core;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A way to people, such as WhatsApp. It sends one message each time it is called, and keeps nothing: what is sent, when, how often
 * and to whom is the outbox's. Safe for use by several threads. ChannelContract is the test that every channel passes.
 */
public interface Channel {
    /** Returns its name, such as {@code whatsapp}: the channel of a decision that was made through it. */
    String name();

    /** Returns what may be answered through it at the most. */
    Right most();

    /** Tells whether {@link #update} changes or follows a message when its call is decided. */
    boolean updates();

    /**
     * Asks somebody about a call.
     *
     * @throws SendingFailedException if the vendor did not take it
     */
    Receipt ask(Ask ask) throws SendingFailedException;

    /**
     * Answers somebody who pressed a button.
     *
     * @throws SendingFailedException if the vendor did not take it
     */
    Receipt reply(Reply reply) throws SendingFailedException;

    /**
     * Says in the place of a message that its call does not wait any more.
     *
     * @throws SendingFailedException if the vendor did not take it
     */
    void update(Update update) throws SendingFailedException;

    /** Whom a message goes to: the person's name at the console, and the address in the channel. */
    record Recipient(String person, String address) {}

    /**
     * A question to send.
     *
     * @param message its id in the outbox
     * @param isInConversation whether the person wrote or pressed something within the last 24 hours
     * @param wasOutside whether the vendor took this question before, and then could not deliver it since the person was in no conversation
     */
    record Ask(
            UUID message,
            Recipient to,
            Question question,
            Buttons buttons,
            boolean isInConversation,
            boolean wasOutside) {}

    /**
     * An answer to send.
     *
     * @param message its id in the outbox
     * @param approval the approval that it is about; absent if none is known
     * @param inReplyTo the vendor's id of the message whose button was pressed
     */
    record Reply(
            UUID message,
            Recipient to,
            @Nullable UUID approval,
            String text,
            @Nullable String inReplyTo) {}

    /**
     * A change of a question that was sent.
     *
     * @param message the id of this change in the outbox
     * @param receipt the vendor's id of the question
     * @param question as it was asked
     * @param outcome how the wait ended, in a sentence
     */
    record Update(UUID message, Recipient to, String receipt, Question question, String outcome) {}

    /**
     * What the vendor said when it took a message.
     *
     * @param id the vendor's id of the message; absent if it gives none
     * @param form how it was sent, such as {@code buttons} or {@code template}
     */
    record Receipt(@Nullable String id, String form) {}
}
