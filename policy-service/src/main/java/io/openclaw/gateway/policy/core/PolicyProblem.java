package io.openclaw.gateway.policy.core;

/**
 * Something that is wrong with a policy, or not as it may have been meant.
 *
 * @param where the part of the policy, such as {@code rules/freeze}
 * @param line the line within that part's expression that is wrong, from 1 on; 0 if it is not about one
 */
public record PolicyProblem(String where, int line, String text) {
    static PolicyProblem at(String where, String text) {
        return new PolicyProblem(where, 0, text);
    }

    @Override
    public String toString() {
        return where.isEmpty() ? text : where + ": " + text;
    }
}
