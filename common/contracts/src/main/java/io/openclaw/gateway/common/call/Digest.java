package io.openclaw.gateway.common.call;

import io.openclaw.gateway.common.json.CanonicalJson;
import io.openclaw.gateway.common.json.RawJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 over the RFC 8785 canonical JSON of agent, upstream, tool and arguments: two calls have the same digest exactly
 * when they ask for the same thing, so what was approved is what runs.
 */
public final class Digest {
    private Digest() {}

    /**
     * Computes the digest.
     *
     * @return 64 lower-case hexadecimal digits
     * @throws io.openclaw.gateway.common.json.InexactJsonException if the arguments have no exact canonical form
     */
    public static String of(String agent, String upstream, String tool, RawJson arguments) {
        var hash = sha256();
        hash.update(utf8("{\"agent\":" + CanonicalJson.quote(agent) + ",\"arguments\":"));
        hash.update(CanonicalJson.of(arguments));
        hash.update(utf8(
                ",\"tool\":" + CanonicalJson.quote(tool) + ",\"upstream\":" + CanonicalJson.quote(upstream) + "}"));
        return HexFormat.of().formatHex(hash.digest());
    }

    /** Returns the SHA-256 of some bytes as 64 lower-case hexadecimal digits. */
    public static String sha256Hex(byte[] bytes) {
        return HexFormat.of().formatHex(sha256().digest(bytes));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
