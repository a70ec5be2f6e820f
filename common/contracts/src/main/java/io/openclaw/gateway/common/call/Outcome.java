package io.openclaw.gateway.common.call;

/** What finally came of a call. */
public enum Outcome {
    SUCCEEDED,
    FAILED,
    DENIED,
    EXPIRED,
    CANCELLED,
    /** It was started, and nobody can say whether it finished. */
    UNKNOWN,
    /** The asker may run it ({@link Mode#DECIDE}), or could ({@link Mode#DRY_RUN}); the gateway ran nothing. */
    ALLOWED,
    /** A person would have to approve it ({@link Mode#DRY_RUN} alone); nobody was asked. */
    ESCALATED
}
