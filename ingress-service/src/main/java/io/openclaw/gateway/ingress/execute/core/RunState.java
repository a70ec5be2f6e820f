package io.openclaw.gateway.ingress.execute.core;

/** Where a run stands. */
public enum RunState {
    /** An instance is at it, or will be in a moment. */
    RUNNING,
    /** A person has to decide about a step. */
    WAITING_FOR_APPROVAL,
    /** There is a plan that nobody has approved yet. */
    PLANNED,
    /** The model answered. */
    SUCCEEDED,
    /** It reached a limit, and ended with what it had. */
    LIMITED,
    FAILED,
    /** Somebody denied its plan. */
    DENIED,
    CANCELLED;

    /** Tells whether nothing more will happen. */
    public boolean isOver() {
        return compareTo(SUCCEEDED) >= 0;
    }
}
