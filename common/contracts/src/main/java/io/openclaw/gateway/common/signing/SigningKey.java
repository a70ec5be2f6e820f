package io.openclaw.gateway.common.signing;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.KeyAgreement;

/** X25519 keys (RFC 7748) as they stand in settings: 32 bytes in Base64. Every 32 random bytes are a private key. */
public final class SigningKey {
    /** The length of a key, in bytes. */
    public static final int BYTES = 32;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte[] BASE_POINT = basePoint();

    private SigningKey() {}

    /** Returns a new private key in Base64. */
    public static String generate() {
        byte[] random = new byte[BYTES];
        RANDOM.nextBytes(random);
        return Base64.getEncoder().encodeToString(random);
    }

    /**
     * Returns the public key of a private key, both in Base64.
     *
     * @throws IllegalArgumentException if the private key is not 32 bytes in Base64
     */
    public static String publicOf(String privateKey) {
        return Base64.getEncoder().encodeToString(publicOf(bytesOf(privateKey, "the private key")));
    }

    /** Returns X25519(k, 9): the JDK offers no other way from a private key to its public key. */
    static byte[] publicOf(byte[] privateKey) {
        return secretOf(privateKey, BASE_POINT);
    }

    /**
     * Returns the secret that a private key and another's public key have in common.
     *
     * @throws IllegalArgumentException if the public key is a point of small order, which has no secret with anybody
     */
    static byte[] secretOf(byte[] privateKey, byte[] publicKey) {
        try {
            KeyFactory keys = KeyFactory.getInstance("X25519");
            PrivateKey own = keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, privateKey));
            PublicKey other =
                    keys.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, coordinate(publicKey)));
            KeyAgreement agreement = KeyAgreement.getInstance("X25519");
            agreement.init(own);
            agreement.doPhase(other, true);
            return agreement.generateSecret();
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("this is no public key of X25519", e);
        }
    }

    /** Reads a key of a setting. */
    static byte[] bytesOf(String text, String what) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(what + " is not Base64", e);
        }
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException(what + " has " + bytes.length + " bytes, and a key has " + BYTES
                    + " (one of before there were key pairs belongs into openclaw.signing.old)");
        }
        return bytes;
    }

    /** Returns the name of a key in signatures: the first 8 hexadecimal digits of the SHA-256 of the public key. */
    static String idOf(byte[] publicKey) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(publicKey);
            return HexFormat.of().formatHex(hash, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** The u-coordinate, little-endian and without the highest bit (RFC 7748, section 5). */
    private static BigInteger coordinate(byte[] publicKey) {
        byte[] bigEndian = new byte[BYTES];
        for (int i = 0; i < BYTES; i++) {
            bigEndian[i] = publicKey[BYTES - 1 - i];
        }
        bigEndian[0] &= 0x7f;
        return new BigInteger(1, bigEndian);
    }

    private static byte[] basePoint() {
        byte[] point = new byte[BYTES];
        Arrays.fill(point, (byte) 0);
        point[0] = 9;
        return point;
    }
}
