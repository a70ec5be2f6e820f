package io.openclaw.gateway.audit.web;

import io.openclaw.gateway.audit.core.tree.Checkpoint;
import io.openclaw.gateway.audit.core.tree.Checkpoints;
import io.openclaw.gateway.audit.core.tree.Checkpoints.SignedCheckpoint;
import io.openclaw.gateway.audit.core.tree.IncompleteTreeException;
import io.openclaw.gateway.audit.core.tree.NoteKey;
import io.openclaw.gateway.audit.core.tree.Proofs;
import io.openclaw.gateway.audit.core.tree.RewrittenTreeException;
import io.openclaw.gateway.audit.core.tree.Tiles;
import io.openclaw.gateway.audit.core.tree.TreeHasher;
import io.openclaw.gateway.audit.persistence.AuditStore;
import io.openclaw.gateway.audit.persistence.TreeStore;
import io.openclaw.gateway.common.web.Problems;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;

/** What proves the record to others: checkpoints, tiles (C2SP tlog-tiles), inclusion and consistency proofs (RFC 9162). */
@Controller
public final class ProofController {
    /** The events of a call that are proven; a call has a few. */
    private static final int MAX_EVENTS = 1_000;

    private static final Pattern TILE =
            Pattern.compile("/audit/log/tile/(0|[1-7])/((?:x\\d{3}/){0,4}\\d{3})(?:\\.p/([1-9]\\d{0,2}))?");

    private final AuditStore store;
    private final TreeStore tree;
    private final Checkpoints checkpoints;

    public ProofController(AuditStore store, TreeStore tree, Checkpoints checkpoints) {
        this.store = store;
        this.tree = tree;
        this.checkpoints = checkpoints;
    }

    /**
     * A leaf, and the proof that it is in the tree of the checkpoint.
     *
     * @param position of the leaf, from 0
     * @param leaf what it covers, exactly; its hash is SHA-256(0x00 || leaf)
     * @param proof hashes in Base64, of the lowest sibling first
     */
    public record ProvenEvent(String id, long position, String leaf, List<String> proof) {}

    /**
     * The events of a call in the tree.
     *
     * @param checkpoint a signed note
     * @param verifierKeys the keys of which one has signed it; compare them with those that you were given before
     * @param unproven ids of events without a leaf: somebody wrote them past the gateway
     */
    public record CallProof(
            UUID callId,
            String checkpoint,
            List<String> verifierKeys,
            List<ProvenEvent> events,
            List<String> unproven) {}

    /**
     * The proof that a tree is the beginning of another.
     *
     * @param proof hashes in Base64 (RFC 9162, section 2.1.4)
     */
    public record ConsistencyProof(long from, String fromRoot, long to, String toRoot, List<String> proof) {}

    @GetMapping("/audit/calls/{id}/proof")
    @ResponseBody
    CallProof call(@PathVariable UUID id) {
        List<Long> ids = store.idsOfCall(id, MAX_EVENTS);
        if (ids.isEmpty()) {
            throw Problems.of(
                    HttpStatus.NOT_FOUND, "unknown-call", "Unknown call", "The record has no call " + id + ".");
        }
        // Signed after the events were read, so that it covers them.
        SignedCheckpoint signed = signed();
        long size = signed.checkpoint().size();
        var proofs = new Proofs(tree.tiles());
        List<ProvenEvent> events = new ArrayList<>();
        List<String> unproven = new ArrayList<>();
        for (long eventId : ids) {
            Optional<Long> position = tree.leafOf(eventId).filter(at -> at < size);
            Optional<byte[]> leaf = store.leaf(eventId);
            if (position.isEmpty() || leaf.isEmpty()) {
                unproven.add(Long.toString(eventId));
                continue;
            }
            events.add(new ProvenEvent(
                    Long.toString(eventId),
                    position.get(),
                    new String(leaf.get(), StandardCharsets.UTF_8),
                    base64(proven(() -> proofs.inclusion(position.get(), size)))));
        }
        return new CallProof(id, signed.note(), verifierKeys(), events, unproven);
    }

    /**
     * Whether a call is proven, for a page.
     *
     * @param tone {@code good} or {@code bad}
     */
    record Verified(String tone, String words) {}

    /** Makes the proofs of a call and checks them as somebody else would. */
    Verified verified(UUID id) {
        try {
            CallProof proof = call(id);
            Checkpoint checkpoint = checkpoints.last().orElseThrow().checkpoint();
            var hasher = new TreeHasher();
            boolean isProven = proof.unproven().isEmpty()
                    && proof.events().stream()
                            .allMatch(event -> Proofs.includes(
                                    hasher.leaf(event.leaf().getBytes(StandardCharsets.UTF_8)),
                                    event.position(),
                                    checkpoint.size(),
                                    event.proof().stream()
                                            .map(Base64.getDecoder()::decode)
                                            .toList(),
                                    checkpoint.root()));
            return isProven
                    ? new Verified("good", "proven by the checkpoint of " + checkpoint.size() + " events")
                    : new Verified("bad", "not what was signed: run deploy/audit verify");
        } catch (ErrorResponseException e) {
            return new Verified("bad", String.valueOf(e.getBody().getDetail()));
        }
    }

    /** Returns what was signed last, for a page; empty if nothing was. */
    Optional<SignedCheckpoint> last() {
        return checkpoints.last();
    }

    /** Proves that the tree of {@code from} events is the beginning of that of {@code to}, by default of the last checkpoint. */
    @GetMapping("/audit/log/consistency")
    @ResponseBody
    ConsistencyProof consistency(@RequestParam long from, @RequestParam(required = false) @Nullable Long to) {
        long size = signed().checkpoint().size();
        long end = to == null ? size : to;
        if (from < 0 || end > size || from > end) {
            throw Problems.of(
                    HttpStatus.BAD_REQUEST,
                    "invalid-request",
                    "Invalid request",
                    "'from' is " + from + " and 'to' is " + end + ": they are sizes of the record, 0 ≤ from ≤ to ≤ "
                            + size + ".");
        }
        var proofs = new Proofs(tree.tiles());
        return proven(() -> new ConsistencyProof(
                from, base64(proofs.root(from)), end, base64(proofs.root(end)), base64(proofs.consistency(from, end))));
    }

    /** The last checkpoint, as C2SP tlog-tiles has it. */
    @GetMapping("/audit/log/checkpoint")
    ResponseEntity<String> checkpoint() {
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noCache())
                .contentType(new MediaType("text", "plain", StandardCharsets.UTF_8))
                .body(signed().note());
    }

    /** The public keys, one a line. */
    @GetMapping("/audit/log/keys")
    ResponseEntity<String> keys() {
        return ResponseEntity.ok()
                .contentType(new MediaType("text", "plain", StandardCharsets.UTF_8))
                .body(String.join("\n", verifierKeys()) + "\n");
    }

    /** A tile, as C2SP tlog-tiles has it. */
    @GetMapping("/audit/log/tile/**")
    ResponseEntity<byte[]> tile(HttpServletRequest request) {
        Matcher path = TILE.matcher(request.getRequestURI());
        if (!path.matches()) {
            throw noTile(request.getRequestURI());
        }
        long index = Long.parseLong(path.group(2).replaceAll("[x/]", ""));
        int width = path.group(3) == null ? Tiles.WIDTH : Integer.parseInt(path.group(3));
        byte[] tile = tree.tile(Integer.parseInt(path.group(1)), index);
        if (width > Tiles.WIDTH || tile.length < width * TreeHasher.BYTES) {
            throw noTile(request.getRequestURI());
        }
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .body(Arrays.copyOf(tile, width * TreeHasher.BYTES));
    }

    private static ErrorResponseException noTile(String path) {
        return Problems.of(HttpStatus.NOT_FOUND, "unknown-tile", "Unknown tile", "There is no tile at " + path + ".");
    }

    private SignedCheckpoint signed() {
        try {
            return checkpoints
                    .renew()
                    .orElseThrow(() -> Problems.of(
                            HttpStatus.SERVICE_UNAVAILABLE,
                            "no-checkpoint",
                            "No checkpoint",
                            checkpoints.keys().isEmpty()
                                    ? "The record is not signed here: openclaw.record.keys is not set."
                                    : "The record is empty."));
        } catch (RewrittenTreeException e) {
            throw Problems.of(
                    HttpStatus.CONFLICT,
                    "record-rewritten",
                    "The record was rewritten",
                    String.valueOf(e.getMessage()));
        }
    }

    private interface Proof<T> {
        T make();
    }

    private static <T> T proven(Proof<T> proof) {
        try {
            return proof.make();
        } catch (IncompleteTreeException e) {
            throw Problems.of(
                    HttpStatus.CONFLICT,
                    "tree-incomplete",
                    "The tree has holes",
                    "A proof cannot be made: " + e.getMessage() + ". deploy/audit verify says what is missing.");
        }
    }

    private List<String> verifierKeys() {
        return checkpoints.keys().stream().map(NoteKey::verifierKey).toList();
    }

    private static List<String> base64(List<byte[]> hashes) {
        return hashes.stream().map(ProofController::base64).toList();
    }

    private static String base64(byte[] hash) {
        return Base64.getEncoder().encodeToString(hash);
    }
}
