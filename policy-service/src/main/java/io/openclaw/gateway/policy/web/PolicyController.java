package io.openclaw.gateway.policy.web;

import io.openclaw.gateway.common.event.FreezeChanged;
import io.openclaw.gateway.common.kafka.PolicyFollower;
import io.openclaw.gateway.common.policy.PolicyDocument;
import io.openclaw.gateway.common.policy.PolicyInForce;
import io.openclaw.gateway.common.web.Problems;
import io.openclaw.gateway.policy.core.Difference;
import io.openclaw.gateway.policy.core.Freezing;
import io.openclaw.gateway.policy.core.InvalidPolicyException;
import io.openclaw.gateway.policy.core.PolicyText;
import io.openclaw.gateway.policy.file.PolicyWatch;
import io.openclaw.gateway.policy.kafka.PolicyPublisher;
import io.openclaw.gateway.policy.kafka.Publications;
import io.openclaw.gateway.policy.persistence.DifferenceStore;
import io.openclaw.gateway.policy.persistence.PublicationStore.Publication;
import io.openclaw.gateway.policy.persistence.PublicationStore.Source;
import java.security.Principal;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The policy as its administrator sees it: what is in force, what was, what is tried, and what is frozen. */
@RestController
@RequestMapping("/v1/policy")
public final class PolicyController {
    private static final int MOST_LISTED = 1_000;

    private final PolicyFollower follower;
    private final PolicyWatch files;
    private final Publications publications;
    private final PolicyPublisher publisher;
    private final DifferenceStore differences;
    private final Clock clock;

    public PolicyController(
            PolicyFollower follower,
            PolicyWatch files,
            Publications publications,
            PolicyPublisher publisher,
            DifferenceStore differences,
            Clock clock) {
        this.follower = follower;
        this.files = files;
        this.publications = publications;
        this.publisher = publisher;
        this.differences = differences;
        this.clock = clock;
    }

    /**
     * @param version the content hash of the policy in force; absent before the first
     * @param candidate that of the policy that is tried beside it, if there is one
     * @param problem why the files are not in force, if they are not
     */
    public record PolicyStatus(
            @Nullable String version,
            @Nullable String candidate,
            @Nullable String problem) {}

    @GetMapping
    PolicyStatus status() {
        return status(versionOf(follower.state().candidate()));
    }

    private PolicyStatus status(@Nullable String candidate) {
        return new PolicyStatus(
                versionOf(follower.state().active()), candidate, files.problem().orElse(null));
    }

    @GetMapping("/document")
    PolicyDocument document() {
        return follower.current()
                .map(PolicyInForce::document)
                .orElseThrow(() -> notFound(new NoSuchElementException("no policy is in force yet")));
    }

    /** A policy that was in force; see {@link Publication}. */
    record PublicationView(String version, Instant publishedAt, String publishedBy, Source source) {
        static PublicationView of(Publication publication) {
            return new PublicationView(
                    publication.version(), publication.publishedAt(), publication.publishedBy(), publication.source());
        }
    }

    @GetMapping("/versions")
    List<PublicationView> versions(@RequestParam(defaultValue = "20") int limit) {
        return publications.list(listed(limit)).stream()
                .map(PublicationView::of)
                .toList();
    }

    /**
     * @param version which to restore; the one before, if absent
     */
    record Restore(@Nullable String version) {}

    @PostMapping("/restore")
    PublicationView restore(@RequestBody(required = false) @Nullable Restore restore, Principal person) {
        try {
            return PublicationView.of(
                    publications.restore(restore == null ? null : restore.version(), person.getName()));
        } catch (NoSuchElementException e) {
            throw notFound(e);
        }
    }

    @GetMapping("/freezes")
    Collection<FreezeView> freezes() {
        return follower.state().freezes().all().stream().map(FreezeView::of).toList();
    }

    /** A freeze; see {@link FreezeChanged}. */
    record FreezeView(String scope, boolean frozen, String reason, Instant changedAt, String changedBy) {
        static FreezeView of(FreezeChanged change) {
            return new FreezeView(
                    change.scope(), change.frozen(), change.reason(), change.changedAt(), change.changedBy());
        }
    }

    /** What to freeze, and why. */
    record Freeze(@Nullable String scope, @Nullable String reason) {}

    @PostMapping("/freezes")
    ResponseEntity<FreezeView> freeze(@RequestBody Freeze freeze, Principal person) {
        return ResponseEntity.status(HttpStatus.CREATED).body(freeze(freeze.scope(), freeze.reason(), person));
    }

    FreezeView freeze(@Nullable String scope, @Nullable String reason, Principal person) {
        try {
            return publish(Freezing.freeze(scope, reason, person.getName(), clock.instant()));
        } catch (IllegalArgumentException e) {
            throw invalid(e);
        }
    }

    @DeleteMapping("/freezes")
    FreezeView unfreeze(@RequestParam String scope, @RequestParam(defaultValue = "") String reason, Principal person) {
        try {
            return publish(
                    Freezing.unfreeze(follower.state().freezes(), scope, reason, person.getName(), clock.instant()));
        } catch (NoSuchElementException e) {
            throw notFound(e);
        } catch (IllegalArgumentException e) {
            throw invalid(e);
        }
    }

    private FreezeView publish(FreezeChanged change) {
        publisher.publish(change);
        return FreezeView.of(change);
    }

    /** Tries a policy beside the one in force. The body is a whole policy, as JSON. */
    @PutMapping("/candidate")
    PolicyStatus candidate(@RequestBody String body, Principal person) {
        try {
            PolicyInForce candidate = PolicyText.readJson(body);
            publications.candidate(candidate, person.getName());
            return status(candidate.version());
        } catch (InvalidPolicyException e) {
            throw invalid(e);
        }
    }

    @DeleteMapping("/candidate")
    PolicyStatus withoutCandidate(Principal person) {
        publications.withoutCandidate(person.getName());
        return status(null);
    }

    /** Lists where the candidate would have decided otherwise, newest first. */
    @GetMapping("/differences")
    List<Difference> differences(@RequestParam(defaultValue = "100") int limit) {
        String candidate = versionOf(follower.state().candidate());
        return candidate == null ? List.of() : differences.list(candidate, listed(limit));
    }

    private static int listed(int limit) {
        if (limit < 1 || limit > MOST_LISTED) {
            throw invalid(new IllegalArgumentException("'limit' is " + limit + "; it may be 1 to " + MOST_LISTED));
        }
        return limit;
    }

    private static @Nullable String versionOf(@Nullable PolicyInForce policy) {
        return policy == null ? null : policy.version();
    }

    static RuntimeException notFound(NoSuchElementException e) {
        return Problems.of(HttpStatus.NOT_FOUND, "not-found", "Not found", e.getMessage() + ".");
    }

    static RuntimeException invalid(RuntimeException e) {
        return Problems.of(
                HttpStatus.BAD_REQUEST, "invalid-request", "Invalid request", String.valueOf(e.getMessage()));
    }
}
