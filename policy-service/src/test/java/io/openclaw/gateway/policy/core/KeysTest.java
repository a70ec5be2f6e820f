package io.openclaw.gateway.policy.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.common.event.KeyChanged;
import io.openclaw.gateway.common.policy.AgentKey;
import io.openclaw.gateway.common.policy.Freezes;
import io.openclaw.gateway.common.policy.PolicyState;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class KeysTest {
    private static final Instant NOW = Asked.NOON;
    private final String ofFiles = AgentKey.generate();
    private final Map<String, KeyChanged> changes = new HashMap<>();

    private Keys keys() {
        return Keys.of(
                "a",
                new PolicyState(
                        PolicyText.read("agents: [{id: a, keys: [{sha256: " + AgentKey.sha256(ofFiles) + "}]}]"),
                        null,
                        Freezes.NONE,
                        Map.copyOf(changes),
                        Map.of()));
    }

    private void changed(KeyChanged change) {
        changes.put(change.keyId(), change);
    }

    @Test
    void areThoseOfTheFilesAndThoseThatWereIssued() {
        String issued = AgentKey.generate();
        changed(keys().issue(issued, NOW.plusSeconds(60), "admin", NOW));
        assertThat(keys().all())
                .extracting(KeyChanged::sha256)
                .containsExactlyInAnyOrder(AgentKey.sha256(ofFiles), AgentKey.sha256(issued));
        assertThat(keys().all()).allMatch(key -> Keys.isGood(key, NOW));
        assertThat(keys().all())
                .filteredOn(key -> Keys.isGood(key, NOW.plusSeconds(60)))
                .as("the issued one has expired")
                .hasSize(1);
    }

    @Test
    void endOnceThoughTheyAreRotatedTwice() {
        Instant soon = NOW.plusSeconds(10);
        List<KeyChanged> ending = keys().endingAt(soon, "admin", NOW);
        assertThat(ending)
                .singleElement()
                .satisfies(key -> assertThat(key.expires()).isEqualTo(soon));
        ending.forEach(this::changed);
        assertThat(keys().endingAt(NOW.plusSeconds(99), "admin", NOW))
                .as("an earlier end stays")
                .isEmpty();
    }

    @Test
    void thatWereRevokedStaySo() {
        String keyId = Keys.idOf(AgentKey.sha256(ofFiles));
        changed(keys().revoke(keyId, "admin", NOW));
        assertThat(keys().all())
                .singleElement()
                .satisfies(key -> assertThat(Keys.isGood(key, NOW)).isFalse());
        assertThat(keys().endingAt(NOW.plusSeconds(1), "admin", NOW)).isEmpty();
        assertThatThrownBy(() -> keys().revoke("0000", "admin", NOW)).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void areForAnAgentOfThePolicy() {
        assertThatThrownBy(() -> Keys.of("b", new PolicyState(null, null, Freezes.NONE, Map.of(), Map.of())))
                .hasMessageContaining("'b'");
    }
}
