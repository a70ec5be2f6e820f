package io.openclaw.gateway.common.event;

import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.call.ToolCall;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an upstream and the agent say to each other while a call runs, and what an agent says of a call that it ran itself. Keyed
 * by call id, and signed by who passes it on, so that nobody else can put a question to an agent, or answer in its name.
 */
public sealed interface ConversationEvent extends GatewayEvent
        permits CallProgressed, InputRequested, InputGiven, CallReported, CallDiverged {

    /** Returns the call, without its arguments. */
    ToolCall call();

    /** Returns the stage that passes it on. */
    Stage signedBy();

    /** Returns what the signature covers beside the type of the event and the call. */
    List<@Nullable String> signedFields();

    /** Returns the signature; {@code null} until it is signed. */
    @Nullable
    String signature();

    /** Returns this event with another signature. */
    ConversationEvent signed(String by);

    @Override
    default String key() {
        return call().callId().toString();
    }
}
