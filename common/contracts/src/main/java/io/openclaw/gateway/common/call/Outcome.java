package io.openclaw.gateway.common.call;

/** What finally came of a call. */
public enum Outcome {
    SUCCEEDED,
    FAILED,
    DENIED,
    EXPIRED,
    CANCELLED,
    /** It was started, and nobody can say whether it finished. */
    UNKNOWN
}
