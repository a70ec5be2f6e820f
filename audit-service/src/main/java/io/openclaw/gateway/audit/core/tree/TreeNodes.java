package io.openclaw.gateway.audit.core.tree;

/** The complete subtrees of a tree. */
public interface TreeNodes {
    /**
     * Returns the hash of a complete subtree.
     *
     * @param height 0 for a leaf; the subtree has two to the power of it
     * @param index among the subtrees of that height, from 0
     * @throws IncompleteTreeException if the tree does not have it
     */
    byte[] node(int height, long index);
}
