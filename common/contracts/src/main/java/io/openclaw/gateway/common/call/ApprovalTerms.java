package io.openclaw.gateway.common.call;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who has to say yes to an escalated call, and how soon.
 *
 * @param requirements all of them have to be met; with none, one person of the console is enough
 * @param expiresInSeconds how long they have, at the most; absent for the approval service's own default
 * @param notAlone people whose yes is not enough without somebody else's: the agent's owner, and for whom the call is
 * @param escalation who else may say yes after a time; absent for nobody
 */
public record ApprovalTerms(
        List<Requirement> requirements,
        @Nullable Long expiresInSeconds,
        @Nullable List<String> notAlone,
        @Nullable Escalation escalation) {

    public ApprovalTerms {
        requirements = requirements == null ? List.of() : List.copyOf(requirements);
        notAlone = notAlone == null || notAlone.isEmpty() ? null : List.copyOf(notAlone);
    }

    /** Makes terms that ask for people and a time alone. */
    public ApprovalTerms(List<Requirement> requirements, @Nullable Long expiresInSeconds) {
        this(requirements, expiresInSeconds, null, null);
    }

    /**
     * A further group that may say yes in every other's place, after a time.
     *
     * @param group the further group
     * @param afterSeconds how long the others are asked alone
     */
    public record Escalation(String group, long afterSeconds) {}

    /**
     * So many different people of a group.
     *
     * @param group the group; absent for anybody
     * @param quorum how many of them, at least 1
     */
    public record Requirement(@Nullable String group, int quorum) {}
}
