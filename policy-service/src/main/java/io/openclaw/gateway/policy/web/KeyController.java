package io.openclaw.gateway.policy.web;

import io.openclaw.gateway.common.event.KeyChanged;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.policy.AgentKey;
import io.openclaw.gateway.common.text.Durations;
import io.openclaw.gateway.policy.core.Keys;
import io.openclaw.gateway.policy.kafka.PolicyPublisher;
import java.security.Principal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The API keys of agents. A key is shown once, when it is issued; only its SHA-256 is kept. */
@RestController
@RequestMapping("/v1/policy/agents/{agent}/keys")
public final class KeyController {
    private static final Duration DEFAULT_OVERLAP = Duration.ofHours(24);

    private final PolicyFollower follower;
    private final PolicyPublisher publisher;
    private final Clock clock;

    public KeyController(PolicyFollower follower, PolicyPublisher publisher, Clock clock) {
        this.follower = follower;
        this.publisher = publisher;
        this.clock = clock;
    }

    /**
     * @param keyId the first 16 hexadecimal digits of the key's SHA-256
     * @param issuedAt absent for a key that the policy's files name
     * @param good whether it proves the agent now
     */
    record KeyView(
            String keyId,
            @Nullable Instant issuedAt,
            @Nullable Instant expires,
            boolean revoked,
            boolean good) {
        static KeyView of(KeyChanged key, Instant now) {
            return new KeyView(key.keyId(), key.issuedAt(), key.expires(), key.revoked(), Keys.isGood(key, now));
        }
    }

    /**
     * @param key the key itself; it is not shown again
     */
    record NewKey(String key, String keyId, @Nullable Instant expires) {}

    /**
     * @param expiresIn how long the new key is good, such as {@code 90d}; for ever, if absent
     * @param overlap how long older keys stay good beside it, such as {@code 24h}; for a rotation
     */
    record Wanted(@Nullable String expiresIn, @Nullable String overlap) {}

    @GetMapping
    List<KeyView> list(@PathVariable String agent) {
        Instant now = clock.instant();
        return keysOf(agent).all().stream().map(key -> KeyView.of(key, now)).toList();
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    NewKey issue(@PathVariable String agent, @RequestBody(required = false) @Nullable Wanted wanted, Principal person) {
        return issue(keysOf(agent), wanted, person);
    }

    @PostMapping("/rotate")
    @ResponseStatus(HttpStatus.CREATED)
    NewKey rotate(
            @PathVariable String agent, @RequestBody(required = false) @Nullable Wanted wanted, Principal person) {
        Keys keys = keysOf(agent);
        Duration overlap =
                wanted == null || wanted.overlap() == null ? DEFAULT_OVERLAP : duration("overlap", wanted.overlap());
        NewKey issued = issue(keys, wanted, person);
        Instant now = clock.instant();
        keys.endingAt(now.plus(overlap), person.getName(), now).forEach(publisher::publish);
        return issued;
    }

    @DeleteMapping("/{keyId}")
    KeyView revoke(@PathVariable String agent, @PathVariable String keyId, Principal person) {
        try {
            Instant now = clock.instant();
            KeyChanged revoked = keysOf(agent).revoke(keyId, person.getName(), now);
            publisher.publish(revoked);
            return KeyView.of(revoked, now);
        } catch (NoSuchElementException e) {
            throw PolicyController.notFound(e);
        }
    }

    private NewKey issue(Keys keys, @Nullable Wanted wanted, Principal person) {
        Instant now = clock.instant();
        Instant expires = wanted == null || wanted.expiresIn() == null
                ? null
                : now.plus(duration("expiresIn", wanted.expiresIn()));
        String key = AgentKey.generate();
        KeyChanged issued = keys.issue(key, expires, person.getName(), now);
        publisher.publish(issued);
        return new NewKey(key, issued.keyId(), expires);
    }

    private Keys keysOf(String agent) {
        try {
            return Keys.of(agent, follower.state());
        } catch (NoSuchElementException e) {
            throw PolicyController.notFound(e);
        }
    }

    private static Duration duration(String name, String text) {
        return Durations.read(text)
                .orElseThrow(() -> PolicyController.invalid(new IllegalArgumentException(
                        "'" + name + "' is \"" + text + "\"; it may be such as 90s, 15m, 4h or 30d")));
    }
}
