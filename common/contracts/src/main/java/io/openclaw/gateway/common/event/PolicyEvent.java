package io.openclaw.gateway.common.event;

import org.jspecify.annotations.Nullable;

/** Policy tells everybody what it decides by from now on. Each is signed by the policy stage. */
public sealed interface PolicyEvent extends GatewayEvent
        permits PolicyPublished, FreezeChanged, KeyChanged, ToolPinned {

    /** Returns policy's signature over everything else; {@code null} until it has signed. */
    @Nullable
    String signature();

    /** Returns this event with another signature, or with none. */
    PolicyEvent signed(@Nullable String by);
}
