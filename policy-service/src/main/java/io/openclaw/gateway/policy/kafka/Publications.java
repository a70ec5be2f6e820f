package io.openclaw.gateway.policy.kafka;

import io.openclaw.gateway.common.event.PolicyPublished;
import io.openclaw.gateway.common.event.PolicyPublished.Slot;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.policy.persistence.PublicationStore;
import io.openclaw.gateway.policy.persistence.PublicationStore.Publication;
import io.openclaw.gateway.policy.persistence.PublicationStore.Source;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Puts policies in force. */
public final class Publications {
    private final PublicationStore store;
    private final PolicyPublisher publisher;
    private final PolicyFollower follower;
    private final Clock clock;

    public Publications(PublicationStore store, PolicyPublisher publisher, PolicyFollower follower, Clock clock) {
        this.store = store;
        this.publisher = publisher;
        this.follower = follower;
        this.clock = clock;
    }

    /**
     * Puts what the files say in force, if they say something new. Files that were read before and have not changed since do
     * not undo what a person restored.
     */
    public void fromFiles(PolicyInForce policy, String by) {
        boolean known = store.last(Source.FILES)
                .filter(last -> last.version().equals(policy.version()))
                .isPresent();
        if (!known) {
            publish(policy.version(), RawJson.from(policy.document()), by, Source.FILES);
        } else if (follower.current().isEmpty()) {
            // The topic may have been lost; saying again what is in force changes nothing.
            store.last(null).ifPresent(last -> announce(last.version(), last.document(), last.publishedBy()));
        }
    }

    /**
     * Puts an earlier policy in force again.
     *
     * @param version which; the one that was in force before, if absent
     * @throws NoSuchElementException if there is none
     */
    public Publication restore(@Nullable String version, String by) {
        String inForce = follower.current().map(PolicyInForce::version).orElse("");
        Publication earlier = (version == null ? store.lastBut(inForce) : store.find(version))
                .orElseThrow(() -> new NoSuchElementException(
                        version == null
                                ? "no other policy was in force before this one"
                                : "no policy " + version + " was ever in force"));
        return publish(earlier.version(), earlier.document(), by, Source.RESTORED);
    }

    /** Has a candidate tried beside the policy in force. */
    public void candidate(PolicyInForce policy, String by) {
        publisher.publish(PolicyPublished.of(
                Slot.CANDIDATE, policy.version(), RawJson.from(policy.document()), clock.instant(), by));
    }

    /** Ends the trial of a candidate. */
    public void withoutCandidate(String by) {
        publisher.publish(PolicyPublished.of(Slot.CANDIDATE, "none", null, clock.instant(), by));
    }

    /** Returns the last policies, newest first. */
    public List<Publication> list(int limit) {
        return store.list(limit);
    }

    private Publication publish(String version, RawJson document, String by, Source source) {
        Instant at = announce(version, document, by);
        var publication = new Publication(version, document, at, by, source);
        store.add(publication);
        return publication;
    }

    private Instant announce(String version, RawJson document, String by) {
        Instant at = clock.instant();
        publisher.publish(PolicyPublished.of(Slot.ACTIVE, version, document, at, by));
        return at;
    }
}
