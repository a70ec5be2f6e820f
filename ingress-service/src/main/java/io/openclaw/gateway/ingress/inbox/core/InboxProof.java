package io.openclaw.gateway.ingress.inbox.core;

import io.openclaw.gateway.common.call.Digest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** What a record of the inbox proves its writer by: each covers the value of the record, once, and in a short time. */
public sealed interface InboxProof {
    /** The header of the agent's id. */
    String AGENT = "openclaw-agent";
    /** The header of when the record was signed, as RFC 3339 has it. */
    String TIMESTAMP = "openclaw-timestamp";
    /** The header of what names this request of the agent, and no other: 16 to 200 visible ASCII characters. */
    String NONCE = "openclaw-nonce";
    /** The header of the HMAC-SHA-256 (RFC 2104), in lower-case hexadecimal. */
    String SIGNATURE = "openclaw-signature";
    /** The header of a JSON Web Token (RFC 7519), in the place of the others. */
    String TOKEN = "openclaw-token";

    /** The headers that nobody who reads a dead letter needs. */
    List<String> SECRET_HEADERS = List.of(SIGNATURE, TOKEN);

    /** What the first line of a signed text is, so that no other text can be taken for one. */
    String SCHEME = "openclaw-inbox-v1";

    /** The claim of the SHA-256 of the record's value, in lower-case hexadecimal. */
    String BODY_CLAIM = "body_sha256";

    /** An agent id that can be the name of a file and of a topic. */
    Pattern PLAIN_AGENT = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,199}");

    Pattern HEX = Pattern.compile("[0-9a-fA-F]{64}");

    Pattern NONCE_FORM = Pattern.compile("[\\x21-\\x7E]{16,200}");

    /**
     * What a proof is once it holds.
     *
     * @param nonce names this request of the agent
     * @param signedAt when it says it was signed
     */
    record Seal(String nonce, Instant signedAt) {}

    /**
     * A shared secret of the agent and ingress.
     *
     * @param timestamp as the header has it, which is what is signed
     * @param signature in hexadecimal
     */
    record Hmac(String agent, String timestamp, Seal seal, String signature) implements InboxProof {
        /**
         * Makes sure that one of the agent's secrets made the signature.
         *
         * @param secrets as they stand in the agent's file; none if it has none
         * @throws RefusedRecordException if none did
         */
        public void require(List<String> secrets, byte[] value) {
            byte[] mac = HexFormat.of().parseHex(signature);
            byte[] text = text(agent, timestamp, seal.nonce(), value);
            boolean holds = false;
            for (String secret : secrets) {
                // All of them are tried, and each is compared in constant time.
                holds |= MessageDigest.isEqual(sign(secret, text), mac);
            }
            if (!holds) {
                throw new RefusedRecordException(
                        "wrong-signature",
                        "the signature is of no secret of agent '" + agent
                                + "' that ingress has; sign exactly the lines that docs/kafka.md names");
            }
        }
    }

    /** A token that an issuer of the policy signed for this one record. */
    record Token(String token) implements InboxProof {
        /**
         * Returns what a token that holds says of its record.
         *
         * @param claims the claims of the token, which is verified
         * @throws RefusedRecordException if it is not of this record, or may be used again
         */
        public static Seal seal(Map<String, Object> claims, byte[] value) {
            if (!(claims.get("jti") instanceof String nonce)) {
                throw new RefusedRecordException(
                        "wrong-token", "the token has no 'jti', which is the nonce of the record");
            }
            requireNonce(nonce);
            if (!(claims.get("iat") instanceof Instant issuedAt)) {
                throw new RefusedRecordException("wrong-token", "the token has no 'iat', when it was signed");
            }
            if (!(claims.get(BODY_CLAIM) instanceof String hash)
                    || !MessageDigest.isEqual(ascii(hash), ascii(Digest.sha256Hex(value)))) {
                throw new RefusedRecordException(
                        "wrong-token",
                        "the claim '" + BODY_CLAIM
                                + "' of the token is not the SHA-256 of the record's value, in lower-case"
                                + " hexadecimal");
            }
            return new Seal(nonce, issuedAt);
        }
    }

    /**
     * Reads the proof in the headers of a record.
     *
     * @param header returns the last header of a name
     * @throws RefusedRecordException naming the header that is missing or wrong
     */
    static InboxProof of(Function<String, @Nullable String> header) {
        String token = header.apply(TOKEN);
        if (token != null) {
            return new Token(token);
        }
        String agent = required(header, AGENT);
        if (!PLAIN_AGENT.matcher(agent).matches()) {
            throw new RefusedRecordException(
                    "wrong-header",
                    AGENT
                            + " has to be the id of an agent, of letters, digits, '.', '_' and '-'; others sign with a"
                            + " token");
        }
        String timestamp = required(header, TIMESTAMP);
        String nonce = required(header, NONCE);
        requireNonce(nonce);
        String signature = required(header, SIGNATURE);
        if (!HEX.matcher(signature).matches()) {
            throw new RefusedRecordException("wrong-header", SIGNATURE + " has to be 64 hexadecimal digits");
        }
        try {
            return new Hmac(agent, timestamp, new Seal(nonce, Instant.parse(timestamp)), signature);
        } catch (DateTimeException e) {
            throw new RefusedRecordException(
                    "wrong-header", TIMESTAMP + " has to be a time such as 2026-01-31T12:00:00Z", 0, e);
        }
    }

    /** Returns the signature of a record, in lower-case hexadecimal. */
    static String sign(String secret, String agent, String timestamp, String nonce, byte[] value) {
        return HexFormat.of().formatHex(sign(secret, text(agent, timestamp, nonce, value)));
    }

    private static byte[] text(String agent, String timestamp, String nonce, byte[] value) {
        return String.join("\n", SCHEME, agent, timestamp, nonce, Digest.sha256Hex(value))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] sign(String secret, byte[] text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String required(Function<String, @Nullable String> header, String name) {
        String value = header.apply(name);
        if (value == null || value.isEmpty()) {
            throw new RefusedRecordException(
                    "unsigned",
                    "the header " + name + " is missing: a record has "
                            + String.join(", ", AGENT, TIMESTAMP, NONCE, SIGNATURE) + ", or " + TOKEN);
        }
        return value;
    }

    private static void requireNonce(String nonce) {
        if (!NONCE_FORM.matcher(nonce).matches()) {
            throw new RefusedRecordException(
                    "wrong-header", "the nonce has to be 16 to 200 visible ASCII characters, such as a UUID");
        }
    }
}
