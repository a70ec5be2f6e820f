package io.openclaw.gateway.audit.core.tree;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds the events of the record against the leaves of its tree, and the tree against checkpoints that were signed. It is told of
 * the events in the order of their ids. Not safe for use by several threads at once.
 */
public final class Verification {
    /** What is told of in full; of more only the number. */
    public static final int MAX_FINDINGS = 1_000;

    private static final int MAX_COMPARED = 200;

    private final CompactRange range;
    private final Iterator<Expected> leaves;
    private final List<Checkpoint> checkpoints;
    private final TreeHasher hasher = new TreeHasher();
    private final List<Finding> findings = new ArrayList<>();
    private final List<Misplaced> misplaced = new ArrayList<>();
    private final List<Expected> missed = new ArrayList<>();
    private final Map<Integer, Growth> above = new HashMap<>();
    private @Nullable Expected next;
    private long position;
    private long events;
    private long problems;
    private int nextCheckpoint;
    private long lastGood;
    private boolean isRewritten;

    /**
     * A leaf, as the tree has it.
     *
     * @param position from 0
     * @param id of the event that it is of
     */
    @SuppressWarnings("ArrayRecordComponent") // It is only read.
    public record Expected(long position, long id, byte[] hash) {}

    /** What is wrong. */
    public enum Kind {
        /** An event has other contents than its leaf. */
        CHANGED,
        /** An event stands in the place of another. */
        REORDERED,
        /** A leaf has no event. */
        REMOVED,
        /** An event has no leaf. */
        INSERTED,
        /** A column that follows from others does not. */
        DERIVED,
        /** The end of the record is missing: a checkpoint has more events. */
        CUT,
        /** The tree and its events were rewritten together: a checkpoint has another root. */
        REWRITTEN,
        /** The tree does not follow from its leaves. */
        TREE
    }

    /**
     * Something that is wrong.
     *
     * @param position where, from 0; the first of several
     * @param words for people
     */
    public record Finding(Kind kind, long position, String words) {}

    /**
     * What was found.
     *
     * @param events how many were looked at
     * @param size of the tree
     * @param checkpoints how many of the checkpoints hold
     * @param problems how many findings there are, in all
     * @param findings by position, at most {@link #MAX_FINDINGS}
     */
    public record Report(long events, long size, int checkpoints, long problems, List<Finding> findings) {
        /** Tells whether nothing was found. */
        public boolean isGood() {
            return problems == 0;
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // It is only read.
    private record Misplaced(long position, long id, byte[] leaf) {}

    private static final class Growth {
        private final long first;
        private final ByteArrayOutputStream hashes = new ByteArrayOutputStream();

        Growth(long first) {
            this.first = first;
        }
    }

    /**
     * @param start the tree up to where the verification begins, which is believed
     * @param leaves those after it, in their order
     * @param checkpoints those with more leaves than the start, the smallest first; their signatures were verified
     */
    public Verification(CompactRange start, Iterator<Expected> leaves, List<Checkpoint> checkpoints) {
        this.range = start;
        this.leaves = leaves;
        this.checkpoints = List.copyOf(checkpoints);
        this.position = start.size();
        this.lastGood = start.size();
        this.next = leaves.hasNext() ? leaves.next() : null;
    }

    /**
     * Looks at the next event.
     *
     * @param leaf what its leaf covers, if that is needed
     * @param derived what is wrong with columns that follow from others; {@code null} if nothing is
     */
    public void event(long id, byte[] leafHash, Supplier<byte[]> leaf, @Nullable String derived) {
        events++;
        while (next != null && next.id() < id) {
            removed(next);
            advance();
        }
        Expected expected = next;
        if (expected == null || expected.id() != id) {
            found(Kind.INSERTED, position, "event " + id + " was inserted: it has no leaf in the tree");
            compareLater(position, id, leaf);
            return;
        }
        if (!Arrays.equals(expected.hash(), leafHash)) {
            found(Kind.CHANGED, position, "event " + id + " was changed: its leaf in the tree is of other contents");
            compareLater(position, id, leaf);
            miss(expected);
        } else if (derived != null) {
            found(Kind.DERIVED, position, "event " + id + ": " + derived);
        }
        advance();
    }

    private void removed(Expected leaf) {
        found(Kind.REMOVED, leaf.position(), "event " + leaf.id() + " was removed: its leaf is in the tree");
        miss(leaf);
    }

    private void miss(Expected leaf) {
        if (missed.size() < MAX_COMPARED) {
            missed.add(leaf);
        }
    }

    private void compareLater(long at, long id, Supplier<byte[]> leaf) {
        if (misplaced.size() < MAX_COMPARED) {
            misplaced.add(new Misplaced(at, id, leaf.get()));
        }
    }

    private void found(Kind kind, long at, String words) {
        problems++;
        if (findings.size() < MAX_FINDINGS) {
            findings.add(new Finding(kind, at, words));
        }
    }

    private void advance() {
        Expected leaf = next;
        if (leaf == null) {
            return;
        }
        range.append(leaf.hash(), (height, index, hash) -> {
            if (height > 0 && height % Tiles.HEIGHT == 0) {
                above.computeIfAbsent(height / Tiles.HEIGHT, level -> new Growth(index))
                        .hashes
                        .writeBytes(hash);
            }
        });
        position++;
        while (nextCheckpoint < checkpoints.size()
                && checkpoints.get(nextCheckpoint).size() == position) {
            compare(checkpoints.get(nextCheckpoint));
            nextCheckpoint++;
        }
        next = leaves.hasNext() ? leaves.next() : null;
        if (next != null && next.id() <= leaf.id()) {
            found(Kind.TREE, position, "the tree's leaves are not in the order of their events' ids");
        }
    }

    private int holding;

    private void compare(Checkpoint checkpoint) {
        if (Arrays.equals(checkpoint.root(), range.root())) {
            holding++;
            if (!isRewritten) {
                lastGood = position;
            }
        } else if (!isRewritten) {
            isRewritten = true;
            found(
                    Kind.REWRITTEN,
                    lastGood,
                    "the events from position " + lastGood + " to " + (position - 1)
                            + " are not those that were signed: the checkpoint of " + checkpoint.size()
                            + " events has another root, and the one before it (" + lastGood + " events) holds");
        }
    }

    /**
     * Ends the verification.
     *
     * @param stored the tree's edge, as the database has it
     * @param tiles the tree's tiles, as the database has them
     */
    public Report finish(CompactRange stored, Tiles.Source tiles) {
        while (next != null) {
            removed(next);
            advance();
        }
        if (nextCheckpoint < checkpoints.size()) {
            found(
                    Kind.CUT,
                    position,
                    "the events from position " + position + " on were cut off: a checkpoint has "
                            + checkpoints.getLast().size() + " events");
        }
        if (stored.size() != range.size() || !Arrays.equals(stored.edge(), range.edge())) {
            found(
                    Kind.TREE,
                    Math.min(stored.size(), range.size()),
                    "the tree's state (" + stored.size() + " leaves) does not follow from its " + range.size()
                            + " leaves");
        }
        above.forEach((level, growth) -> compareTiles(level, growth, tiles));
        recogniseMoves();
        findings.sort(Comparator.comparingLong(Finding::position));
        return new Report(events, range.size(), holding, problems, List.copyOf(findings));
    }

    private void compareTiles(int level, Growth growth, Tiles.Source tiles) {
        byte[] hashes = growth.hashes.toByteArray();
        for (int done = 0; done < hashes.length; ) {
            long index = growth.first + done / TreeHasher.BYTES;
            int inTile = (int) (index % Tiles.WIDTH) * TreeHasher.BYTES;
            int length = Math.min(hashes.length - done, Tiles.WIDTH * TreeHasher.BYTES - inTile);
            byte[] tile = tiles.tile(level, index / Tiles.WIDTH);
            if (tile.length < inTile + length
                    || !Arrays.equals(tile, inTile, inTile + length, hashes, done, done + length)) {
                found(
                        Kind.TREE,
                        index << (level * Tiles.HEIGHT),
                        "tile " + index / Tiles.WIDTH + " of level " + level + " does not follow from the leaves");
                return;
            }
            done += length;
        }
    }

    /** What was said to be changed, removed or inserted was moved, if the contents are those of another leaf. */
    private void recogniseMoves() {
        for (Misplaced event : misplaced) {
            for (Expected leaf : missed) {
                if (event.id() != leaf.id()
                        && Arrays.equals(hasher.leaf(Leaf.renamed(event.leaf(), leaf.id())), leaf.hash())) {
                    replace(event, leaf);
                }
            }
        }
    }

    private void replace(Misplaced event, Expected leaf) {
        for (int i = 0; i < findings.size(); i++) {
            Finding finding = findings.get(i);
            if (finding.position() == event.position()
                    && (finding.kind() == Kind.CHANGED || finding.kind() == Kind.INSERTED)
                    && finding.words().startsWith("event " + event.id() + " ")) {
                findings.set(
                        i,
                        new Finding(
                                Kind.REORDERED,
                                finding.position(),
                                "event " + event.id() + " was reordered: it has the contents of the leaf at position "
                                        + leaf.position() + ", which is of event " + leaf.id()));
            }
        }
    }
}
