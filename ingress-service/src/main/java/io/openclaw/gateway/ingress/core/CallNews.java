package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.common.event.CallProgressed;

/** What there is to tell of a call while its client waits. */
public sealed interface CallNews {
    /** The call is in another state. */
    record Changed(CallState state) implements CallNews {}

    /** Its upstream says how far it is, or writes to its log. */
    record Told(CallProgressed progress) implements CallNews {}

    /** So many messages of the upstream were left out since the last news, because they were too many or too large to wait. */
    record LeftOut(int messages) implements CallNews {}
}
