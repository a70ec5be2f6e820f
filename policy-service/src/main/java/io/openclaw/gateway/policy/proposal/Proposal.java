package io.openclaw.gateway.policy.proposal;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A change of the policy that a person proposes.
 *
 * @param id its name: that of its file, 1 to 100 letters, digits, {@code .}, {@code _} and {@code -}
 * @param text the policy file (YAML) that it adds; it holds rules and exemptions alone
 * @param tests the test file (YAML) that comes with it; empty if there is none
 * @param reason why, for the administrator
 * @param decidedBy who accepted or rejected it; absent while it is open
 * @param answer what that person wrote
 */
public record Proposal(
        String id,
        String text,
        String tests,
        String reason,
        String proposedBy,
        Instant proposedAt,
        State state,
        @Nullable String decidedBy,
        @Nullable Instant decidedAt,
        @Nullable String answer) {

    /** What became of a proposal. */
    public enum State {
        OPEN,
        ACCEPTED,
        REJECTED
    }

    /** Returns the name of its file within the policy directory. */
    public String file() {
        return "proposals/" + id + ".yaml";
    }

    /** Returns the name of its test file within the policy directory. */
    public String testFile() {
        return "proposals/" + id + ".test.yaml";
    }

    /** Tells whether nobody has decided about it. */
    public boolean isOpen() {
        return state == State.OPEN;
    }

    Proposal decided(State newState, String by, Instant at, String newAnswer) {
        return new Proposal(id, text, tests, reason, proposedBy, proposedAt, newState, by, at, newAnswer);
    }
}
