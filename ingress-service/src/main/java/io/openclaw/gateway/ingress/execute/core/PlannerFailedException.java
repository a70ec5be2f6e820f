package io.openclaw.gateway.ingress.execute.core;

/** The model gave no usable answer; the message says why, and what to do, for people. */
public final class PlannerFailedException extends Exception {
    private static final long serialVersionUID = 1;

    private final String kind;
    private final boolean worthARetry;
    private final transient Spending spent;

    /**
     * @param kind a stable word for programs, such as {@code model_timeout}
     * @param worthARetry whether the same question may be answered if it is asked again
     * @param spent what the answer cost all the same
     */
    public PlannerFailedException(String kind, String message, boolean worthARetry, Spending spent, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.worthARetry = worthARetry;
        this.spent = spent;
    }

    public PlannerFailedException(String kind, String message, boolean worthARetry, Spending spent) {
        super(message);
        this.kind = kind;
        this.worthARetry = worthARetry;
        this.spent = spent;
    }

    /** Returns a stable word for programs. */
    public String kind() {
        return kind;
    }

    /** Tells whether the same question may be answered if it is asked again. */
    public boolean isWorthARetry() {
        return worthARetry;
    }

    /** Returns what the answer cost all the same. */
    public Spending spent() {
        return spent;
    }
}
