package io.openclaw.gateway.audit.core.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Proofs of RFC 9162 (and RFC 6962): that a leaf is in a tree, and that a tree is the beginning of another. Making one takes a
 * number of nodes that is logarithmic in the size of the tree.
 */
public final class Proofs {
    private final TreeHasher hasher = new TreeHasher();
    private final TreeNodes nodes;

    public Proofs(TreeNodes nodes) {
        this.nodes = nodes;
    }

    /** Returns the root of the first leaves of the tree: MTH(D[0:size]). */
    public byte[] root(long size) {
        return size == 0 ? hasher.empty() : hash(0, size);
    }

    /**
     * Returns the inclusion proof PATH(index, D[0:size]) of RFC 9162, section 2.1.3.1.
     *
     * @throws IllegalArgumentException unless 0 ≤ index &lt; size
     */
    public List<byte[]> inclusion(long index, long size) {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("a tree of " + size + " leaves has none at " + index);
        }
        List<byte[]> path = new ArrayList<>();
        path(index, 0, size, path);
        return path;
    }

    private void path(long index, long begin, long end, List<byte[]> into) {
        if (end - begin == 1) {
            return;
        }
        long middle = begin + largestPowerBelow(end - begin);
        if (index < middle) {
            path(index, begin, middle, into);
            into.add(hash(middle, end));
        } else {
            path(index, middle, end, into);
            into.add(hash(begin, middle));
        }
    }

    /**
     * Returns the consistency proof PROOF(first, D[0:second]) of RFC 9162, section 2.1.4.1; empty if either is all of the other or
     * nothing.
     *
     * @throws IllegalArgumentException unless 0 ≤ first ≤ second
     */
    public List<byte[]> consistency(long first, long second) {
        if (first < 0 || first > second) {
            throw new IllegalArgumentException(
                    "a tree of " + first + " leaves is no beginning of one of " + second + " leaves");
        }
        List<byte[]> proof = new ArrayList<>();
        if (first > 0 && first < second) {
            subproof(first, 0, second, true, proof);
        }
        return proof;
    }

    private void subproof(long first, long begin, long end, boolean isWhole, List<byte[]> into) {
        if (first == end) {
            if (!isWhole) {
                into.add(hash(begin, end));
            }
            return;
        }
        long middle = begin + largestPowerBelow(end - begin);
        if (first <= middle) {
            subproof(first, begin, middle, isWhole, into);
            into.add(hash(middle, end));
        } else {
            subproof(first, middle, end, false, into);
            into.add(hash(begin, middle));
        }
    }

    /** Returns MTH(D[begin:end]); the beginning is a multiple of the largest power of two that is not above the length. */
    private byte[] hash(long begin, long end) {
        long length = end - begin;
        if (Long.bitCount(length) == 1) {
            int height = Long.numberOfTrailingZeros(length);
            return nodes.node(height, begin >>> height);
        }
        long middle = begin + largestPowerBelow(length);
        return hasher.node(hash(begin, middle), hash(middle, end));
    }

    private static long largestPowerBelow(long length) {
        return Long.highestOneBit(length - 1);
    }

    /** Tells whether a proof shows that a leaf is in a tree: RFC 9162, section 2.1.3.2. */
    public static boolean includes(byte[] leafHash, long index, long size, List<byte[]> proof, byte[] root) {
        if (index < 0 || index >= size) {
            return false;
        }
        var hasher = new TreeHasher();
        long fn = index;
        long sn = size - 1;
        byte[] hash = leafHash;
        for (byte[] sibling : proof) {
            if (sn == 0) {
                return false;
            }
            if ((fn & 1) == 1 || fn == sn) {
                hash = hasher.node(sibling, hash);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>>= 1;
                    sn >>>= 1;
                }
            } else {
                hash = hasher.node(hash, sibling);
            }
            fn >>>= 1;
            sn >>>= 1;
        }
        return sn == 0 && Arrays.equals(hash, root);
    }

    /** Tells whether a proof shows that a tree is the beginning of another: RFC 9162, section 2.1.4.2. */
    public static boolean isConsistent(
            long first, byte[] firstRoot, long second, byte[] secondRoot, List<byte[]> proof) {
        var hasher = new TreeHasher();
        if (first < 0 || first > second) {
            return false;
        }
        if (first == second) {
            return proof.isEmpty() && Arrays.equals(firstRoot, secondRoot);
        }
        if (first == 0) {
            return proof.isEmpty() && Arrays.equals(firstRoot, hasher.empty());
        }
        if (proof.isEmpty()) {
            return false;
        }
        List<byte[]> path = new ArrayList<>();
        if (Long.bitCount(first) == 1) {
            path.add(firstRoot);
        }
        path.addAll(proof);
        long fn = first - 1;
        long sn = second - 1;
        while ((fn & 1) == 1) {
            fn >>>= 1;
            sn >>>= 1;
        }
        byte[] old = path.getFirst();
        byte[] now = path.getFirst();
        for (byte[] sibling : path.subList(1, path.size())) {
            if (sn == 0) {
                return false;
            }
            if ((fn & 1) == 1 || fn == sn) {
                old = hasher.node(sibling, old);
                now = hasher.node(sibling, now);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>>= 1;
                    sn >>>= 1;
                }
            } else {
                now = hasher.node(now, sibling);
            }
            fn >>>= 1;
            sn >>>= 1;
        }
        return sn == 0 && Arrays.equals(old, firstRoot) && Arrays.equals(now, secondRoot);
    }
}
