package io.openclaw.gateway.common.call;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who has to say yes to an escalated call, and how soon.
 *
 * @param requirements all of them have to be met; with none, one person of the console is enough
 * @param expiresInSeconds how long they have, at the most; absent for the approval service's own default
 */
public record ApprovalTerms(
        List<Requirement> requirements, @Nullable Long expiresInSeconds) {

    public ApprovalTerms {
        requirements = requirements == null ? List.of() : List.copyOf(requirements);
    }

    /**
     * So many different people of a group.
     *
     * @param group the group; absent for anybody
     * @param quorum how many of them, at least 1
     */
    public record Requirement(@Nullable String group, int quorum) {}
}
