package io.openclaw.gateway.approval.channel.core;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** HMAC-SHA256 (RFC 2104) over the bytes as they came, compared in constant time. */
public final class Hmac {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int MAX_DIGITS = 12;

    private Hmac() {}

    /** Returns the HMAC of some parts, one after the other. */
    public static byte[] sha256(byte[] key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    /** Tells whether two codes are the same, in a time that does not say where they differ. */
    public static boolean same(byte[] expected, byte[] actual) {
        return MessageDigest.isEqual(expected, actual);
    }

    /**
     * Tells whether a time that a sender said is now, within a tolerance.
     *
     * @param seconds seconds since 1970 as the sender wrote them; absent if it wrote none
     */
    public static boolean isFresh(@Nullable String seconds, Instant now, Duration tolerance) {
        if (seconds == null
                || seconds.isEmpty()
                || seconds.length() > MAX_DIGITS
                || !seconds.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return false;
        }
        return Duration.between(Instant.ofEpochSecond(Long.parseLong(seconds)), now)
                        .abs()
                        .compareTo(tolerance)
                <= 0;
    }
}
