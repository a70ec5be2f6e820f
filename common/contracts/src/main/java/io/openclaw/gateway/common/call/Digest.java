package io.openclaw.gateway.common.call;

import io.openclaw.gateway.common.json.CanonicalJson;
import io.openclaw.gateway.common.json.RawJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 over the canonical JSON ({@link CanonicalJson}) of agent, upstream, tool, arguments and context: two calls have the same
 * digest exactly when they ask for the same thing, so what was approved is what runs.
 *
 * <p>The context counts as {@link CallContext#decided} has it. A call without one has the digest that it had before contexts
 * counted; see docs/decisions/0014-context-in-the-digest.md.
 */
public final class Digest {
    private Digest() {}

    /** Computes the digest of a call without context. */
    public static String of(String agent, String upstream, String tool, RawJson arguments) {
        return of(agent, upstream, tool, arguments, null);
    }

    /**
     * Computes the digest.
     *
     * @param context the call's context, or null
     * @return 64 lower-case hexadecimal digits
     * @throws io.openclaw.gateway.common.json.InexactJsonException if the arguments or the context have no exact canonical form
     */
    public static String of(String agent, String upstream, String tool, RawJson arguments, @Nullable RawJson context) {
        RawJson decided = CallContext.decided(context);
        var hash = sha256();
        hash.update(utf8("{\"agent\":" + CanonicalJson.quote(agent) + ",\"arguments\":"));
        hash.update(CanonicalJson.of(arguments));
        if (decided != null) {
            hash.update(utf8(",\"context\":"));
            hash.update(CanonicalJson.of(decided));
        }
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
