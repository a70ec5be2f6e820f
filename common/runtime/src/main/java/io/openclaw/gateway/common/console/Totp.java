package io.openclaw.gateway.common.console;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Time-based one-time passwords (RFC 6238) as authenticator apps have them: SHA-1, 6 digits, steps of 30 seconds. */
final class Totp {
    /** The digits of a code. */
    static final int DIGITS = 6;

    static final Duration STEP = Duration.ofSeconds(30);
    /** How many steps a person's clock may be ahead or behind. */
    static final int DRIFT = 1;

    private static final String HMAC = "HmacSHA1";

    private Totp() {}

    /** Returns the number of the step that a moment is in. */
    static long stepAt(Instant now) {
        return Math.floorDiv(now.getEpochSecond(), STEP.toSeconds());
    }

    /**
     * Returns the code of a step (RFC 4226 section 5.3).
     *
     * @param digits 6 to 8
     */
    static String code(byte[] secret, long step, int digits) {
        byte[] hash;
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret, HMAC));
            hash = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
        int offset = hash[hash.length - 1] & 0xf;
        int binary = ByteBuffer.wrap(hash).getInt(offset) & 0x7fff_ffff;
        int modulus = 1;
        for (int i = 0; i < digits; i++) {
            modulus *= 10;
        }
        return String.format("%0" + digits + "d", binary % modulus);
    }

    /**
     * Returns the step whose code was typed, if that is a step of now.
     *
     * @param lastStep the last step whose code was used: its code, and those before, are used up
     */
    static OptionalLong match(byte[] secret, String typed, Instant now, long lastStep) {
        byte[] given = typed.getBytes(StandardCharsets.UTF_8);
        OptionalLong match = OptionalLong.empty();
        for (long step = stepAt(now) - DRIFT; step <= stepAt(now) + DRIFT; step++) {
            byte[] code = code(secret, step, DIGITS).getBytes(StandardCharsets.UTF_8);
            if (MessageDigest.isEqual(code, given) && step > lastStep && match.isEmpty()) {
                match = OptionalLong.of(step);
            }
        }
        return match;
    }
}
