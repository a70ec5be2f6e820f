package io.openclaw.gateway.common.call;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of who asks, beside the agent's id.
 *
 * @param roles the roles that a token proved; empty for an agent that the policy itself names
 * @param onBehalfOf the person for whom the agent acts, if it says so
 * @param proven whether a token proved that person (RFC 8693 section 4.1); else it is what the agent says
 */
public record Identity(List<String> roles, @Nullable String onBehalfOf, boolean proven) {
    /** Nothing beside the id. */
    public static final Identity NONE = new Identity(List.of(), null, false);

    public Identity {
        roles = roles == null ? List.of() : List.copyOf(roles);
    }
}
