package io.openclaw.gateway.common.policy;

import io.openclaw.gateway.common.call.Digest;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;

/** API keys of agents: {@code ocg_} and 32 random bytes in unpadded base64url. Only their SHA-256 is kept. */
public final class AgentKey {
    /** What every key begins with. */
    public static final String PREFIX = "ocg_";

    private static final SecureRandom RANDOM = new SecureRandom();

    private AgentKey() {}

    /** Returns a new key. */
    public static String generate() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Returns what a policy keeps of a key: its SHA-256, 64 lower-case hexadecimal digits. */
    public static String sha256(String key) {
        return Digest.sha256Hex(key.getBytes(StandardCharsets.UTF_8));
    }
}
