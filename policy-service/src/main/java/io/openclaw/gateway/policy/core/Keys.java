package io.openclaw.gateway.policy.core;

import io.openclaw.gateway.common.event.KeyChanged;
import io.openclaw.gateway.common.policy.AgentKey;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The API keys of an agent: those that the policy names, and those that were issued since. */
public final class Keys {
    private final String agent;
    private final List<KeyChanged> keys;

    private Keys(String agent, List<KeyChanged> keys) {
        this.agent = agent;
        this.keys = keys;
    }

    /**
     * Returns the keys of an agent.
     *
     * @throws NoSuchElementException if the policy has no such agent
     */
    public static Keys of(String agent, PolicyState state) {
        PolicyDocument.Agent known = state.active() == null
                ? null
                : state.active().document().agents().stream()
                        .filter(each -> each.id().equals(agent))
                        .findFirst()
                        .orElse(null);
        if (known == null) {
            throw new NoSuchElementException(
                    "the policy has no agent '" + agent + "'; add it to the policy's files first");
        }
        List<KeyChanged> keys = new ArrayList<>();
        state.keys().values().stream()
                .filter(key -> key.agent().equals(agent))
                .sorted(Comparator.comparing(KeyChanged::changedAt))
                .forEach(keys::add);
        for (PolicyDocument.Key key : known.keys()) {
            String sha256 = key.sha256().toLowerCase(Locale.ROOT);
            if (keys.stream().noneMatch(changed -> changed.sha256().equals(sha256))) {
                keys.add(new KeyChanged(
                        idOf(sha256),
                        agent,
                        sha256,
                        null,
                        key.expires(),
                        false,
                        Instant.EPOCH,
                        "policy",
                        null,
                        Map.of()));
            }
        }
        return new Keys(agent, List.copyOf(keys));
    }

    /** Returns a key's id: the first 16 hexadecimal digits of its SHA-256. */
    public static String idOf(String sha256) {
        return sha256.substring(0, 16);
    }

    /** Returns every key, revoked ones too. */
    public List<KeyChanged> all() {
        return keys;
    }

    /**
     * Issues a key.
     *
     * @param key the key itself, which nobody keeps
     * @param expires after which it proves nothing; never, if absent
     */
    public KeyChanged issue(String key, @Nullable Instant expires, String by, Instant at) {
        String sha256 = AgentKey.sha256(key);
        return new KeyChanged(idOf(sha256), agent, sha256, at, expires, false, at, by, null, Map.of());
    }

    /** Gives every key that is good an end, so that they overlap with a new one for a while; an earlier end stays. */
    public List<KeyChanged> endingAt(Instant end, String by, Instant at) {
        return keys.stream()
                .filter(key -> isGood(key, at))
                .filter(key -> key.expires() == null || key.expires().isAfter(end))
                .map(key -> changed(key, end, false, by, at))
                .toList();
    }

    /**
     * Revokes a key.
     *
     * @throws NoSuchElementException if the agent has no such key
     */
    public KeyChanged revoke(String keyId, String by, Instant at) {
        return keys.stream()
                .filter(key -> key.keyId().equals(keyId))
                .findFirst()
                .map(key -> changed(key, key.expires(), true, by, at))
                .orElseThrow(() -> new NoSuchElementException("agent '" + agent + "' has no key " + keyId));
    }

    /** Tells whether a key proves its agent at a moment. */
    public static boolean isGood(KeyChanged key, Instant at) {
        return !key.revoked() && (key.expires() == null || key.expires().isAfter(at));
    }

    private static KeyChanged changed(
            KeyChanged key, @Nullable Instant expires, boolean revoked, String by, Instant at) {
        return new KeyChanged(
                key.keyId(), key.agent(), key.sha256(), key.issuedAt(), expires, revoked, at, by, null, Map.of());
    }
}
