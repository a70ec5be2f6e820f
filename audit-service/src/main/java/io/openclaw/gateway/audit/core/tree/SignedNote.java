package io.openclaw.gateway.audit.core.tree;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A text that keys have signed (C2SP signed-note).
 *
 * @param text ends with a line feed
 * @param signatures at least one
 */
public record SignedNote(String text, List<NoteSignature> signatures) {
    private static final String DASH = "\u2014 ";
    private static final int MAX_LENGTH = 1 << 20;
    private static final int MAX_SIGNATURES = 100;
    private static final int ID_BYTES = 4;

    public SignedNote {
        if (!text.endsWith("\n") || text.codePoints().anyMatch(each -> each < ' ' && each != '\n')) {
            throw new IllegalArgumentException("a note ends with a line feed, and has no other control characters");
        }
        if (signatures.isEmpty()) {
            throw new IllegalArgumentException("a note is signed");
        }
        signatures = List.copyOf(signatures);
    }

    /**
     * One signature.
     *
     * @param base64 of the key's id and the signature
     */
    public record NoteSignature(String name, String base64) {
        private byte[] bytes() {
            return Base64.getDecoder().decode(base64);
        }

        int keyId() {
            return ByteBuffer.wrap(bytes()).getInt();
        }

        byte[] signature() {
            byte[] bytes = bytes();
            return Arrays.copyOfRange(bytes, ID_BYTES, bytes.length);
        }
    }

    /** Signs a text with each of these keys. */
    public static SignedNote sign(String text, List<NoteKey> keys) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new SignedNote(
                text,
                keys.stream()
                        .map(key -> {
                            byte[] signature = key.sign(bytes);
                            ByteBuffer both = ByteBuffer.allocate(ID_BYTES + signature.length)
                                    .putInt(key.id())
                                    .put(signature);
                            return new NoteSignature(
                                    key.name(), Base64.getEncoder().encodeToString(both.array()));
                        })
                        .toList());
    }

    /**
     * Reads a note, and verifies nothing.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static SignedNote parse(String note) {
        if (note.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("a note of " + note.length() + " characters is too long");
        }
        int end = note.lastIndexOf("\n\n");
        if (end < 0 || end + 2 >= note.length() || !note.endsWith("\n")) {
            throw new IllegalArgumentException("this is no signed note: no empty line, or no line feed at the end");
        }
        List<NoteSignature> signatures = new ArrayList<>();
        for (String line : note.substring(end + 2, note.length() - 1).split("\n", -1)) {
            String[] parts =
                    line.startsWith(DASH) ? line.substring(DASH.length()).split(" ", -1) : new String[0];
            if (parts.length != 2 || parts[0].isEmpty() || signatures.size() == MAX_SIGNATURES) {
                throw new IllegalArgumentException("\"" + line + "\" is no signature line of a note");
            }
            try {
                if (Base64.getDecoder().decode(parts[1]).length <= ID_BYTES) {
                    throw new IllegalArgumentException("it is too short");
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("\"" + parts[1] + "\" is no signature of a note", e);
            }
            signatures.add(new NoteSignature(parts[0], parts[1]));
        }
        return new SignedNote(note.substring(0, end + 1), signatures);
    }

    /**
     * Returns the text, which one of these keys has signed. Signatures of other keys are passed over.
     *
     * @throws UnsignedNoteException if none of them has, or one of them is named and did not
     */
    public String verified(List<NoteKey> keys) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        boolean isSigned = false;
        for (NoteSignature signature : signatures) {
            for (NoteKey key : keys) {
                if (key.name().equals(signature.name()) && key.id() == signature.keyId()) {
                    if (!key.verifies(bytes, signature.signature())) {
                        throw new UnsignedNoteException("the signature of " + key.name() + " does not hold");
                    }
                    isSigned = true;
                }
            }
        }
        if (!isSigned) {
            throw new UnsignedNoteException("it is signed by none of "
                    + keys.stream().map(NoteKey::verifierKey).toList());
        }
        return text;
    }

    /** Returns the note as it is stored and sent. */
    public String format() {
        var note = new StringBuilder(text).append('\n');
        for (NoteSignature signature : signatures) {
            note.append(DASH)
                    .append(signature.name())
                    .append(' ')
                    .append(signature.base64())
                    .append('\n');
        }
        return note.toString();
    }
}
