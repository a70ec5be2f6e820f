package io.openclaw.gateway.approval.channel.webhook;

import io.openclaw.gateway.approval.channel.core.Hmac;
import io.openclaw.gateway.approval.channel.core.WrongSignatureException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Signs and verifies as Standard Webhooks 1.0 says (standardwebhooks.com): HMAC-SHA256 over {@code id.timestamp.body}, in Base64 after
 * {@code v1,}. What is older than five minutes is refused; what came before is for the receiver to know by its id.
 */
public final class WebhookSignature {
    /** The header with the id of what is sent; it is the same when it is sent again. */
    public static final String ID = "webhook-id";
    /** The header with the time of sending, in seconds since 1970. */
    public static final String TIMESTAMP = "webhook-timestamp";
    /** The header with the signatures, separated by spaces. */
    public static final String SIGNATURE = "webhook-signature";

    private static final String VERSION = "v1,";
    private static final String SECRET_PREFIX = "whsec_";
    private static final Duration TOLERANCE = Duration.ofMinutes(5);
    private static final int MIN_SECRET = 24;
    private static final int MAX_ID = 200;

    private final byte[] key;

    /**
     * @param secret {@code whsec_} and at least 24 bytes in Base64, as Standard Webhooks has it
     * @throws IllegalArgumentException if it is not of this form
     */
    public WebhookSignature(String secret) {
        byte[] decoded;
        try {
            decoded = secret.startsWith(SECRET_PREFIX)
                    ? Base64.getDecoder().decode(secret.substring(SECRET_PREFIX.length()))
                    : new byte[0];
        } catch (IllegalArgumentException e) {
            decoded = new byte[0];
        }
        if (decoded.length < MIN_SECRET) {
            throw new IllegalArgumentException("the secret of the webhook has to be whsec_ and at least " + MIN_SECRET
                    + " random bytes in Base64, such as: echo whsec_$(openssl rand -base64 32)");
        }
        this.key = decoded;
    }

    /** Returns the value of the header {@link #SIGNATURE}. */
    public String sign(String id, Instant at, byte[] body) {
        return VERSION + Base64.getEncoder().encodeToString(code(id, Long.toString(at.getEpochSecond()), body));
    }

    /**
     * Verifies what came.
     *
     * @return its id
     * @throws WrongSignatureException if it is not signed with the secret, or was not within five minutes of now
     */
    public String verify(
            @Nullable String id, @Nullable String timestamp, @Nullable String signatures, byte[] body, Instant now)
            throws WrongSignatureException {
        if (id == null || id.isEmpty() || id.length() > MAX_ID || id.indexOf('\0') >= 0) {
            throw new WrongSignatureException("its " + ID + " is missing, or has more than " + MAX_ID + " characters");
        }
        if (timestamp == null || !Hmac.isFresh(timestamp, now, TOLERANCE)) {
            throw new WrongSignatureException("its " + TIMESTAMP + " is missing or not within five minutes of now");
        }
        byte[] expected = code(id, timestamp, body);
        boolean isSigned = false;
        for (String signature : signatures == null ? new String[0] : signatures.split(" ", 10)) {
            isSigned |= signature.startsWith(VERSION) && Hmac.same(expected, decoded(signature));
        }
        if (!isSigned) {
            throw new WrongSignatureException("its " + SIGNATURE + " is not of the secret over these bytes");
        }
        return id;
    }

    private static byte[] decoded(String signature) {
        try {
            return Base64.getDecoder().decode(signature.substring(VERSION.length()));
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private byte[] code(String id, String timestamp, byte[] body) {
        return Hmac.sha256(key, (id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8), body);
    }
}
