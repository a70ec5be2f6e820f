package io.openclaw.gateway.common.call;

/** The outcome of one verdict, from lenient to strict: {@code DENY > ESCALATE > ALLOW}. */
public enum Decision {
    ALLOW,
    /** A person has to say yes. */
    ESCALATE,
    DENY;

    /** Returns the stricter of the two. */
    public Decision stricter(Decision other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
