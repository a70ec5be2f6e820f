package io.openclaw.gateway.common.signing;

import io.openclaw.gateway.common.call.Stage;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The HMAC-SHA256 keys of the stages. A service is given its own key and those of the stages that it verifies. */
public final class StageKeys {
    /** The least length of a key, in bytes: the output length of SHA-256 (RFC 2104 section 3). */
    public static final int LEAST_BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";

    /** Initialised with the keys; a copy costs a fraction of a new one. */
    private final Map<Stage, Mac> macs = new EnumMap<>(Stage.class);

    private StageKeys() {}

    /**
     * Reads keys in Base64.
     *
     * @throws IllegalArgumentException naming the stage whose key is no Base64 or shorter than 32 bytes
     */
    public static StageKeys ofBase64(Map<Stage, String> encoded) {
        var result = new StageKeys();
        encoded.forEach((stage, text) -> {
            byte[] bytes;
            try {
                bytes = Base64.getDecoder().decode(text.strip());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("the signing key of " + stage.label() + " is not Base64", e);
            }
            if (bytes.length < LEAST_BYTES) {
                throw new IllegalArgumentException("the signing key of " + stage.label() + " has " + bytes.length
                        + " bytes; at least " + LEAST_BYTES + " are needed (openssl rand -base64 32)");
            }
            result.macs.put(stage, initialised(bytes));
        });
        return result;
    }

    /**
     * Returns a fresh HMAC-SHA256 with the key of a stage.
     *
     * @throws IllegalStateException if this service was not given it, naming the setting
     */
    public Mac mac(Stage stage) {
        Mac mac = macs.get(stage);
        if (mac == null) {
            throw new IllegalStateException(
                    "no signing key for " + stage.label() + ": set openclaw.signing.keys." + stage.label()
                            + " to at least " + LEAST_BYTES + " random bytes in Base64 (openssl rand -base64 32)");
        }
        try {
            return (Mac) mac.clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("the platform's HmacSHA256 can be copied", e);
        }
    }

    private static Mac initialised(byte[] key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new AssertionError("every Java platform has " + ALGORITHM, e);
        }
    }
}
