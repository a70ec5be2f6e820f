package io.openclaw.gateway.audit.core.tree;

import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a tree was at a moment (C2SP tlog-checkpoint). */
public final class Checkpoint {
    private final String origin;
    private final long size;
    private final byte[] root;

    /**
     * @param origin the name of the tree
     * @param size its leaves
     * @param root its root, 32 bytes
     */
    public Checkpoint(String origin, long size, byte[] root) {
        if (origin.isEmpty() || origin.indexOf('\n') >= 0 || size < 0 || root.length != TreeHasher.BYTES) {
            throw new IllegalArgumentException("a checkpoint has an origin, a size and a root of 32 bytes");
        }
        this.origin = origin;
        this.size = size;
        this.root = root.clone();
    }

    /** Returns the name of the tree. */
    public String origin() {
        return origin;
    }

    /** Returns the number of leaves. */
    public long size() {
        return size;
    }

    /** Returns the root, 32 bytes. */
    public byte[] root() {
        return root.clone();
    }

    /** Returns the text of the note. */
    public String text() {
        return origin + "\n" + size + "\n" + Base64.getEncoder().encodeToString(root) + "\n";
    }

    /**
     * Reads the text of a note; extension lines are passed over.
     *
     * @throws IllegalArgumentException if it is no checkpoint
     */
    public static Checkpoint parse(String text) {
        String[] lines = text.split("\n", -1);
        if (lines.length < 4 || !lines[1].matches("0|[1-9]\\d{0,17}")) {
            throw new IllegalArgumentException("this is no checkpoint: it has no origin, size and root");
        }
        try {
            return new Checkpoint(
                    lines[0], Long.parseLong(lines[1]), Base64.getDecoder().decode(lines[2]));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("this is no checkpoint: \"" + lines[2] + "\" is no root", e);
        }
    }

    /**
     * Reads a signed checkpoint.
     *
     * @throws IllegalArgumentException if it is none
     * @throws UnsignedNoteException if none of these keys has signed it
     */
    public static Checkpoint verified(String note, List<NoteKey> keys) {
        return parse(SignedNote.parse(note).verified(keys));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Checkpoint that
                && origin.equals(that.origin)
                && size == that.size
                && Arrays.equals(root, that.root);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(size) + Arrays.hashCode(root);
    }

    @Override
    public String toString() {
        return "Checkpoint[" + origin + ", " + size + ", " + HexFormat.of().formatHex(root) + "]";
    }
}
