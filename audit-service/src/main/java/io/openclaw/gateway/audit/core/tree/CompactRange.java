package io.openclaw.gateway.audit.core.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The right edge of a tree: the roots of its largest complete subtrees, one for each bit of its size. It is all that is needed to
 * append a leaf and to know the root. Not safe for use by several threads at once.
 */
public final class CompactRange {
    private final TreeHasher hasher = new TreeHasher();
    private final List<byte[]> edge = new ArrayList<>();
    private long size;

    /** Is told of each complete subtree as it comes about, the leaves themselves first. */
    public interface Nodes {
        /**
         * @param height 0 for a leaf; the subtree has two to the power of it
         * @param index among the subtrees of that height, from 0
         */
        void node(int height, long index, byte[] hash);
    }

    /** Makes the edge of the tree without leaves. */
    public CompactRange() {}

    /**
     * Reads the edge of a tree.
     *
     * @param edge the hashes side by side, of the largest subtree first
     * @throws IllegalArgumentException if a tree of this size has an edge of another length
     */
    public static CompactRange of(long size, byte[] edge) {
        if (size < 0 || edge.length != Long.bitCount(size) * TreeHasher.BYTES) {
            throw new IllegalArgumentException(
                    "a tree of " + size + " leaves has no edge of " + edge.length + " bytes");
        }
        var range = new CompactRange();
        range.size = size;
        for (int from = 0; from < edge.length; from += TreeHasher.BYTES) {
            range.edge.add(Arrays.copyOfRange(edge, from, from + TreeHasher.BYTES));
        }
        return range;
    }

    /** Reads the edge of a tree of this size from its nodes. */
    public static CompactRange of(long size, TreeNodes nodes) {
        var range = new CompactRange();
        range.size = size;
        long begin = 0;
        for (int height = Long.SIZE - 2; height >= 0; height--) {
            if ((size >>> height & 1) == 1) {
                range.edge.add(nodes.node(height, begin >>> height));
                begin += 1L << height;
            }
        }
        return range;
    }

    /** Appends a leaf. */
    public void append(byte[] leafHash, Nodes nodes) {
        byte[] hash = leafHash;
        long index = size;
        int height = 0;
        nodes.node(height, index, hash);
        while ((index & 1) == 1) {
            hash = hasher.node(edge.removeLast(), hash);
            index >>>= 1;
            height++;
            nodes.node(height, index, hash);
        }
        edge.add(hash);
        size++;
    }

    /** Returns the number of leaves. */
    public long size() {
        return size;
    }

    /** Returns the root: the Merkle Tree Hash of all leaves. */
    public byte[] root() {
        if (edge.isEmpty()) {
            return hasher.empty();
        }
        byte[] root = edge.getLast();
        for (int i = edge.size() - 2; i >= 0; i--) {
            root = hasher.node(edge.get(i), root);
        }
        return root;
    }

    /** Returns the hashes side by side, as {@link #of(long, byte[])} reads them. */
    public byte[] edge() {
        byte[] bytes = new byte[edge.size() * TreeHasher.BYTES];
        for (int i = 0; i < edge.size(); i++) {
            System.arraycopy(edge.get(i), 0, bytes, i * TreeHasher.BYTES, TreeHasher.BYTES);
        }
        return bytes;
    }
}
