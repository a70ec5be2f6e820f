package io.openclaw.gateway.common.identity;

import io.openclaw.gateway.common.call.Identity;
import java.security.Principal;

/** An agent that has proven who it is. */
public record Caller(String agent, Identity identity) implements Principal {
    @Override
    public String getName() {
        return agent;
    }
}
