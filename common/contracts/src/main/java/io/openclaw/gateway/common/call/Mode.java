package io.openclaw.gateway.common.call;

/** Who runs the tool once the call is cleared. */
public enum Mode {
    /** The gateway runs it. */
    EXECUTE,
    /** Somebody else runs it and only asks whether they may; the executor never runs such a call. */
    DECIDE
}
