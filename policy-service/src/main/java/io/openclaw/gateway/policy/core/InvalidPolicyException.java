package io.openclaw.gateway.policy.core;

import java.util.List;

/** Thrown for a policy that cannot be used; the message names every problem found. */
public final class InvalidPolicyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidPolicyException(List<String> problems) {
        super(String.join("; ", problems));
    }

    public InvalidPolicyException(String problem, Throwable cause) {
        super(problem, cause);
    }
}
