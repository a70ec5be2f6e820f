package io.openclaw.gateway.common.identity;

import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.policy.AgentKey;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The agents of the policy in force, and who is which. */
public final class KnownAgents {
    private final TokenVerifier tokens = new TokenVerifier();
    private final Clock clock;
    private volatile @Nullable AgentDirectory directory;

    public KnownAgents(PolicyFollower follower, Clock clock) {
        this.clock = clock;
        follower.onChange(state -> {
            if (state.active() != null) {
                directory = AgentDirectory.of(
                        state.active().document(), state.keys().values());
            }
        });
    }

    /** Knows the same agents for ever. */
    public KnownAgents(AgentDirectory directory, Clock clock) {
        this.clock = clock;
        this.directory = directory;
    }

    /** Returns the agents; empty until a policy was read. */
    public Optional<AgentDirectory> current() {
        return Optional.ofNullable(directory);
    }

    /** An agent that a token proves, and what else the token says. */
    public record Proven(Caller caller, Map<String, Object> claims) {
        public Proven {
            claims = Map.copyOf(claims);
        }
    }

    /**
     * Returns which agent a token of an issuer proves; an API key proves none here.
     *
     * @param known the agents of one moment
     * @throws UnprovenException if the token proves no agent
     */
    public Proven proveToken(String token, AgentDirectory known) {
        var verified = tokens.verify(token, known.issuers());
        return new Proven(known.callerOf(verified.issuer(), verified.claims()), verified.claims());
    }

    /**
     * Returns who sent a bearer token.
     *
     * @param known the agents of one moment
     * @throws UnprovenException if the token proves no agent
     */
    Caller prove(String bearer, AgentDirectory known) {
        if (bearer.startsWith(AgentKey.PREFIX)
                || bearer.chars().filter(c -> c == '.').count() != 2) {
            return known.callerOf(bearer, clock.instant())
                    .orElseThrow(() -> UnprovenException.because("the key sent is unknown, expired or revoked"));
        }
        var verified = tokens.verify(bearer, known.issuers());
        return known.callerOf(verified.issuer(), verified.claims());
    }
}
