package io.openclaw.gateway.audit.core.tree;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The hashes of RFC 6962, section 2.1 (RFC 9162, section 2.1.1) with SHA-256. Not safe for use by several threads at once. */
public final class TreeHasher {
    /** The length of a hash, in bytes. */
    public static final int BYTES = 32;

    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private final MessageDigest digest = sha256();

    /** Returns the hash of a leaf: SHA-256(0x00 || entry). */
    public byte[] leaf(byte[] entry) {
        return leaf(entry, 0, entry.length);
    }

    /** Returns the hash of a leaf that is a part of an array. */
    public byte[] leaf(byte[] bytes, int offset, int length) {
        digest.update(LEAF);
        digest.update(bytes, offset, length);
        return digest.digest();
    }

    /** Returns the hash of an inner node: SHA-256(0x01 || left || right). */
    public byte[] node(byte[] left, byte[] right) {
        digest.update(NODE);
        digest.update(left);
        digest.update(right);
        return digest.digest();
    }

    /** Writes the hash of an inner node over its left child; the children stand side by side at this offset. */
    void fold(byte[] hashes, int offset, int into) {
        digest.update(NODE);
        digest.update(hashes, offset, 2 * BYTES);
        try {
            digest.digest(hashes, into, BYTES);
        } catch (DigestException e) {
            throw new IllegalArgumentException("there is no room for a hash at " + into, e);
        }
    }

    /** Returns the root of the tree without leaves: SHA-256 of nothing. */
    public byte[] empty() {
        return digest.digest();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
