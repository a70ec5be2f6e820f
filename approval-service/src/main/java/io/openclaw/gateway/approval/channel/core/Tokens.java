package io.openclaw.gateway.approval.channel.core;

import io.openclaw.gateway.common.call.Digest;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * Makes the tokens that buttons carry: 256 random bits in Base64url (RFC 4648 section 5), 43 characters. Each belongs to one
 * action on one message, so to one approval, digest and approver. Only its SHA-256 is kept.
 */
public final class Tokens {
    private static final int BYTES = 32;

    private final SecureRandom random = new SecureRandom();

    /** Returns a new token. */
    public String next() {
        byte[] token = new byte[BYTES];
        random.nextBytes(token);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** Returns what is kept of a token: its SHA-256 in hexadecimal. */
    public static String hash(String token) {
        return Digest.sha256Hex(token.getBytes(StandardCharsets.UTF_8));
    }
}
