package io.openclaw.gateway.common.console;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A local account of a person.
 *
 * @param passwordHash in Spring Security's form, with the encoder's id before it
 * @param groups the groups of approvers that the person is in; {@code *} stands for all of them
 * @param mustChangePassword whether the password has to be changed before anything else
 * @param disabled whether nobody can sign in with it
 * @param issuer the OpenID Connect provider that vouches for the person, who has no password here; none for a local account
 */
public record Account(
        String name,
        String passwordHash,
        Set<ConsoleRole> roles,
        List<String> groups,
        boolean mustChangePassword,
        boolean disabled,
        Instant createdAt,
        String createdBy,
        @Nullable Instant passwordChangedAt,
        @Nullable String issuer) {
    public Account {
        roles = Set.copyOf(roles);
        groups = List.copyOf(groups);
    }
}
