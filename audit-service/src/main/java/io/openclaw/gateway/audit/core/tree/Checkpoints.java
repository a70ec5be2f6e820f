package io.openclaw.gateway.audit.core.tree;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Signs what the tree is, as often as it is asked to and the tree has grown. A tree that is not the continuation of the one that was
 * signed last is not signed: a rewritten record must not get a signature.
 */
public final class Checkpoints {
    private final String origin;
    private final List<NoteKey> keys;
    private final Tree tree;
    private final List<Keeper> keepers;
    private final Clock clock;
    private @Nullable SignedCheckpoint last;

    /** The tree as it is now. */
    public interface Tree {
        /** Returns its right edge. */
        CompactRange edge();

        /** Returns its nodes, as they are when they are first asked for. */
        Tiles tiles();
    }

    /** Keeps checkpoints where anyone who can change the record cannot change them. */
    public interface Keeper {
        /** Keeps a checkpoint; throws if it cannot, and then the checkpoint counts as not signed. */
        void keep(SignedCheckpoint signed);
    }

    /**
     * A checkpoint and its signatures.
     *
     * @param note the checkpoint as it was signed
     */
    public record SignedCheckpoint(Checkpoint checkpoint, String note, Instant at) {}

    /**
     * @param origin the name of the tree
     * @param keys each signs each checkpoint; without any, nothing is signed
     * @param last what was signed last, if that is known
     * @param keepers are told of each checkpoint, in this order
     */
    public Checkpoints(
            String origin,
            List<NoteKey> keys,
            Tree tree,
            Optional<SignedCheckpoint> last,
            List<Keeper> keepers,
            Clock clock) {
        this.origin = origin;
        this.keys = List.copyOf(keys);
        this.tree = tree;
        this.last = last.orElse(null);
        this.keepers = List.copyOf(keepers);
        this.clock = clock;
    }

    /** Returns the keys that sign. */
    public List<NoteKey> keys() {
        return keys;
    }

    /** Returns the checkpoint that was signed last. */
    public synchronized Optional<SignedCheckpoint> last() {
        return Optional.ofNullable(last);
    }

    /**
     * Signs the tree if it has grown, and returns the last checkpoint; empty if there is no key or no event.
     *
     * @throws RewrittenTreeException if the tree is not a continuation of the one that was signed last
     */
    public synchronized Optional<SignedCheckpoint> renew() {
        if (keys.isEmpty()) {
            return Optional.empty();
        }
        CompactRange edge = tree.edge();
        SignedCheckpoint before = last;
        if (before == null
                ? edge.size() == 0
                : edge.size() == before.checkpoint().size()) {
            if (before != null) {
                requireContinued(before.checkpoint(), edge);
            }
            return Optional.ofNullable(before);
        }
        if (before != null) {
            requireContinued(before.checkpoint(), edge);
        }
        var checkpoint = new Checkpoint(origin, edge.size(), edge.root());
        var signed = new SignedCheckpoint(
                checkpoint, SignedNote.sign(checkpoint.text(), keys).format(), clock.instant());
        keepers.forEach(keeper -> keeper.keep(signed));
        last = signed;
        return Optional.of(signed);
    }

    private void requireContinued(Checkpoint before, CompactRange edge) {
        if (edge.size() < before.size()) {
            throw new RewrittenTreeException("the record has " + edge.size() + " events, and had " + before.size()
                    + " when it was signed last: its end was cut off, or the database is an older copy. Nothing is"
                    + " signed until that is settled (docs/record.md)");
        }
        boolean isContinued;
        try {
            var proofs = new Proofs(tree.tiles());
            isContinued = Proofs.isConsistent(
                    before.size(),
                    before.root(),
                    edge.size(),
                    edge.root(),
                    proofs.consistency(before.size(), edge.size()));
        } catch (IncompleteTreeException e) {
            throw new RewrittenTreeException("the tree over the record has holes (" + e.getMessage()
                    + "). Nothing is signed until that is settled (docs/record.md)");
        }
        if (!isContinued) {
            throw new RewrittenTreeException(
                    "the first " + before.size() + " events of the record are not those that were signed: it was"
                            + " rewritten. Nothing is signed until that is settled"
                            + " (docs/record.md); deploy/audit verify says where");
        }
    }
}
