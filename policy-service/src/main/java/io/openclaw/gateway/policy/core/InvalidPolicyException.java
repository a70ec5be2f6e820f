package io.openclaw.gateway.policy.core;

import java.util.List;
import java.util.stream.Collectors;

/** Thrown for a policy that cannot be used; the message names every problem found. */
public final class InvalidPolicyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<PolicyProblem> problems;

    public InvalidPolicyException(List<PolicyProblem> problems) {
        super(problems.stream().map(PolicyProblem::toString).collect(Collectors.joining("; ")));
        this.problems = List.copyOf(problems);
    }

    /** Returns every problem. */
    public List<PolicyProblem> problems() {
        return problems;
    }
}
