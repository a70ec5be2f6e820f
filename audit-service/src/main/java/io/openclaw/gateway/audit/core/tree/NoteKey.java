package io.openclaw.gateway.audit.core.tree;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A key that signs notes (C2SP signed-note): Ed25519 (RFC 8032) under a name. The public part alone verifies, and is what others
 * are given: {@code <name>+<key id>+<Base64 of 0x01 and the public key>}.
 */
public final class NoteKey {
    private static final byte ED25519 = 1;
    private static final int PUBLIC_BYTES = 32;
    private static final String ALGORITHM = "Ed25519";

    private final String name;
    private final byte[] publicBytes;
    private final PublicKey publicKey;
    private final @Nullable PrivateKey privateKey;
    private final int id;

    private NoteKey(String name, byte[] publicBytes, @Nullable PrivateKey privateKey) {
        if (name.isEmpty()
                || name.indexOf('+') >= 0
                || name.codePoints().anyMatch(each -> each < ' ' || Character.isWhitespace(each) || each == 0xa0)) {
            throw new IllegalArgumentException("\"" + name + "\" is no name of a key: it has no spaces and no '+'");
        }
        this.name = name;
        this.publicBytes = publicBytes.clone();
        this.publicKey = publicKey(publicBytes);
        this.privateKey = privateKey;
        this.id = id(name, publicBytes);
    }

    /**
     * Reads the private key of a setting.
     *
     * @param name under which it signs
     * @param key Base64 of 64 bytes: the 32 of the private key (RFC 8032, section 5.1.5), then the 32 of its public key
     * @throws IllegalArgumentException saying what is wrong, never with the key
     */
    public static NoteKey ofPrivate(String name, String key) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(key.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the key of " + name + " is not Base64", e);
        }
        if (bytes.length != 2 * PUBLIC_BYTES) {
            throw new IllegalArgumentException("the key of " + name + " has " + bytes.length
                    + " bytes; it is the 32 of an Ed25519 private key and the 32 of its public key");
        }
        try {
            PrivateKey privateKey = KeyFactory.getInstance(ALGORITHM)
                    .generatePrivate(
                            new EdECPrivateKeySpec(NamedParameterSpec.ED25519, Arrays.copyOf(bytes, PUBLIC_BYTES)));
            var signer = new NoteKey(name, Arrays.copyOfRange(bytes, PUBLIC_BYTES, 2 * PUBLIC_BYTES), privateKey);
            byte[] sample = {1};
            if (!signer.verifies(sample, signer.sign(sample))) {
                throw new IllegalArgumentException("the two halves of the key of " + name + " do not belong together");
            }
            return signer;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key of " + name + " is none of Ed25519", e);
        }
    }

    /** Returns a new key as a setting has it. */
    public static String generate() {
        try {
            var pair = java.security.KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
            byte[] both = new byte[2 * PUBLIC_BYTES];
            byte[] secret = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
            System.arraycopy(secret, 0, both, 0, PUBLIC_BYTES);
            System.arraycopy(
                    encoded(((EdECPublicKey) pair.getPublic()).getPoint()), 0, both, PUBLIC_BYTES, PUBLIC_BYTES);
            return Base64.getEncoder().encodeToString(both);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform since 15 has Ed25519", e);
        }
    }

    /**
     * Reads a verifier key.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static NoteKey ofVerifier(String verifierKey) {
        String[] parts = verifierKey.strip().split("\\+", 3);
        if (parts.length != 3) {
            throw new IllegalArgumentException(
                    "\"" + verifierKey + "\" is no verifier key; one is <name>+<key id>+<Base64 of the key>");
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(parts[2]);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the verifier key of " + parts[0] + " is not Base64", e);
        }
        if (bytes.length != PUBLIC_BYTES + 1 || bytes[0] != ED25519) {
            throw new IllegalArgumentException("the verifier key of " + parts[0] + " is not one of Ed25519");
        }
        var key = new NoteKey(parts[0], Arrays.copyOfRange(bytes, 1, bytes.length), null);
        if (!HexFormat.of().toHexDigits(key.id).equals(parts[1])) {
            throw new IllegalArgumentException("the verifier key of " + parts[0] + " has another id than it says");
        }
        return key;
    }

    /** Returns the name under which it signs. */
    public String name() {
        return name;
    }

    /** Returns the key id: the first four bytes of SHA-256(name || 0x0A || 0x01 || public key). */
    public int id() {
        return id;
    }

    /** Returns the public part, as others are given it. */
    public String verifierKey() {
        byte[] typed = new byte[PUBLIC_BYTES + 1];
        typed[0] = ED25519;
        System.arraycopy(publicBytes, 0, typed, 1, PUBLIC_BYTES);
        return name + "+" + HexFormat.of().toHexDigits(id) + "+"
                + Base64.getEncoder().encodeToString(typed);
    }

    /** Signs; only a private key can. */
    byte[] sign(byte[] text) {
        if (privateKey == null) {
            throw new IllegalStateException("the public key of " + name + " cannot sign");
        }
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(privateKey);
            signature.update(text);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the key of " + name + " cannot sign", e);
        }
    }

    boolean verifies(byte[] text, byte[] signed) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(publicKey);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // A signature of another length or outside of the curve's order is none.
            return false;
        }
    }

    private static int id(String name, byte[] publicBytes) {
        var digest = TreeHasher.sha256();
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
        digest.update(ED25519);
        digest.update(publicBytes);
        return ByteBuffer.wrap(digest.digest()).getInt();
    }

    /** Decodes a point (RFC 8032, section 5.1.2): y little-endian, and the sign of x in the highest bit. */
    private static PublicKey publicKey(byte[] bytes) {
        byte[] bigEndian = reversed(bytes);
        boolean isXOdd = (bigEndian[0] & 0x80) != 0;
        bigEndian[0] &= 0x7f;
        try {
            return KeyFactory.getInstance(ALGORITHM)
                    .generatePublic(new EdECPublicKeySpec(
                            NamedParameterSpec.ED25519, new EdECPoint(isXOdd, new BigInteger(1, bigEndian))));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("these 32 bytes are no public key of Ed25519", e);
        }
    }

    private static byte[] encoded(EdECPoint point) {
        byte[] bytes = new byte[PUBLIC_BYTES];
        byte[] y = reversed(point.getY().toByteArray());
        System.arraycopy(y, 0, bytes, 0, Math.min(y.length, PUBLIC_BYTES));
        if (point.isXOdd()) {
            bytes[PUBLIC_BYTES - 1] |= (byte) 0x80;
        }
        return bytes;
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }
}
