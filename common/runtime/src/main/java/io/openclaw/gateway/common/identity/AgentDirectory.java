package io.openclaw.gateway.common.identity;

import io.openclaw.gateway.common.call.Identity;
import io.openclaw.gateway.common.event.KeyChanged;
import io.openclaw.gateway.common.policy.AgentKey;
import io.openclaw.gateway.common.policy.PolicyDocument;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The agents of a policy by what proves them, and the upstreams that they can name. */
public final class AgentDirectory {
    private final Map<String, KnownKey> byHash;
    private final Map<PolicyDocument.TokenSubject, String> byToken;
    private final List<PolicyDocument.Issuer> issuers;
    private final List<String> upstreams;
    private final Map<String, List<String>> passMeta;
    private final Set<String> agents;

    private record KnownKey(
            String sha256, String agent, @Nullable Instant expires) {}

    private AgentDirectory(
            Map<String, KnownKey> byHash,
            Map<PolicyDocument.TokenSubject, String> byToken,
            List<PolicyDocument.Issuer> issuers,
            List<String> upstreams,
            Map<String, List<String>> passMeta,
            Set<String> agents) {
        this.byHash = byHash;
        this.byToken = byToken;
        this.issuers = issuers;
        this.upstreams = upstreams;
        this.passMeta = passMeta;
        this.agents = agents;
    }

    /**
     * Reads the agents and upstreams of a policy.
     *
     * @param changes keys that were issued since, and keys of the policy that were revoked or cut short
     */
    public static AgentDirectory of(PolicyDocument policy, Collection<KeyChanged> changes) {
        Map<String, KnownKey> byHash = new HashMap<>();
        Map<PolicyDocument.TokenSubject, String> byToken = new HashMap<>();
        for (PolicyDocument.Agent agent : policy.agents()) {
            for (PolicyDocument.Key key : agent.keys()) {
                String sha256 = key.sha256().toLowerCase(Locale.ROOT);
                byHash.put(sha256, new KnownKey(sha256, agent.id(), key.expires()));
            }
            agent.tokens().forEach(token -> byToken.put(token, agent.id()));
        }
        Set<String> agents =
                policy.agents().stream().map(PolicyDocument.Agent::id).collect(Collectors.toSet());
        for (KeyChanged change : changes) {
            if (change.revoked() || !agents.contains(change.agent())) {
                byHash.remove(change.sha256());
            } else {
                byHash.put(change.sha256(), new KnownKey(change.sha256(), change.agent(), change.expires()));
            }
        }
        return new AgentDirectory(
                Map.copyOf(byHash),
                Map.copyOf(byToken),
                policy.issuers(),
                policy.upstreams().stream().map(PolicyDocument.Upstream::name).toList(),
                policy.upstreams().stream()
                        .collect(Collectors.toUnmodifiableMap(
                                PolicyDocument.Upstream::name,
                                PolicyDocument.Upstream::passMeta,
                                (first, second) -> first)),
                agents);
    }

    /**
     * Returns the agent that a key proves. A key is found by its SHA-256 and then compared in constant time, so how long that
     * takes tells nothing of a key.
     */
    public Optional<Caller> callerOf(String key, Instant now) {
        String sha256 = AgentKey.sha256(key);
        KnownKey known = byHash.get(sha256);
        return known == null
                        || !same(known.sha256(), sha256)
                        || (known.expires() != null && !now.isBefore(known.expires()))
                ? Optional.empty()
                : Optional.of(new Caller(known.agent(), Identity.NONE));
    }

    /**
     * Returns the agent that the claims of a verified token prove. A token that was exchanged so that an agent can act for a
     * person (RFC 8693 section 4.1) proves both: {@code sub} is the person, {@code act.sub} the agent.
     *
     * @throws UnprovenException if the policy knows no such agent
     */
    Caller callerOf(PolicyDocument.Issuer issuer, Map<String, Object> claims) {
        Object actor = claims.get("act") instanceof Map<?, ?> act ? act.get("sub") : null;
        String person = actor == null ? null : text(claims.get("sub"));
        String claim = issuer.agentClaim() == null ? "sub" : issuer.agentClaim();
        String subject = text(actor == null ? claims.get(claim) : actor);
        if (subject == null) {
            throw UnprovenException.because("the token has no claim '" + claim + "' that names an agent");
        }
        String known = byToken.get(new PolicyDocument.TokenSubject(issuer.id(), subject));
        if (known != null) {
            return new Caller(known, new Identity(List.of(), person, person != null));
        }
        Set<String> roles = new TreeSet<>();
        String rolesClaim = issuer.rolesClaim();
        if (rolesClaim != null) {
            for (String value : texts(claims.get(rolesClaim))) {
                String role = issuer.roles().get(value);
                if (role != null) {
                    roles.add(role);
                }
            }
        }
        if (roles.isEmpty()) {
            throw UnprovenException.because("the token is valid, but the policy has no agent for its subject '"
                    + subject + "' and no role for what it claims");
        }
        return new Caller(issuer.id() + ":" + subject, new Identity(List.copyOf(roles), person, person != null));
    }

    /** Tells whether the policy names an agent. */
    public boolean knows(String agent) {
        return agents.contains(agent);
    }

    /** Returns the URLs of the issuers whose tokens prove agents. */
    public List<String> issuerUrls() {
        return issuers.stream().map(PolicyDocument.Issuer::issuer).toList();
    }

    /** Returns the issuers whose tokens prove agents. */
    List<PolicyDocument.Issuer> issuers() {
        return issuers;
    }

    /** Returns the names of the upstreams, in the order of the policy. */
    public List<String> upstreams() {
        return upstreams;
    }

    /** Returns the names in a request's {@code _meta} that an upstream gets; none of an upstream that is not known. */
    public List<String> metaPassedTo(String upstream) {
        return passMeta.getOrDefault(upstream, List.of());
    }

    /** A name that could be mistaken, or does not fit, names nobody. */
    private static @Nullable String text(@Nullable Object claim) {
        return claim instanceof String text && text.matches("[^\\s\\p{Cntrl}]{1,200}") ? text : null;
    }

    /** A claim that lists something is an array of texts, or a text with spaces between them (RFC 8693 section 4.2). */
    private static List<String> texts(@Nullable Object claim) {
        if (claim instanceof String text) {
            return List.of(text.split(" ", -1));
        }
        return claim instanceof Collection<?> list
                ? list.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .toList()
                : List.of();
    }

    private static boolean same(String expected, String actual) {
        return MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.US_ASCII), actual.getBytes(StandardCharsets.US_ASCII));
    }
}
