package io.openclaw.gateway.common.event;

/** Everything that services tell each other through Kafka. */
public sealed interface GatewayEvent
        permits CallEvent,
                ApprovalChanged,
                ConversationEvent,
                PolicyEvent,
                UpstreamReported,
                ToolsReported,
                OffersReported,
                ResourceUpdated,
                HookReported,
                RunEvent,
                SignInFailed,
                ConsoleActed,
                CheckpointSigned {

    /** Returns what the record is keyed by. */
    String key();

    /** Returns the CloudEvents {@code subject}: the call, the upstream or the policy that the event is about. */
    default String subject() {
        return key();
    }
}
