package io.openclaw.gateway.common.call;

/** Who runs the tool once the call is cleared. */
public enum Mode {
    /** The gateway runs it. */
    EXECUTE,
    /** Somebody else runs it and only asks whether they may; the executor never runs such a call. */
    DECIDE,
    /**
     * Nobody runs it: the agent asks what would be decided. Nobody is waited for, no model and no person is asked, and nothing is
     * charged to a limit.
     */
    DRY_RUN
}
