package io.openclaw.gateway.common.signing;

import io.openclaw.gateway.common.call.Stage;
import io.openclaw.gateway.common.json.RawJson;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The HMAC-SHA256 keys of the old form, one for each stage and known to every service: they verify what was signed before there
 * were key pairs, and sign nothing. To be removed with the next release.
 */
public final class StageKeys {
    private static final int MIN_BYTES = 32;
    private static final String ALGORITHM = "HmacSHA256";

    private final Map<Stage, SecretKeySpec> keys = new EnumMap<>(Stage.class);

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
                throw new IllegalArgumentException("openclaw.signing.old." + stage.label() + " is not Base64", e);
            }
            if (bytes.length < MIN_BYTES) {
                throw new IllegalArgumentException("openclaw.signing.old." + stage.label() + " has " + bytes.length
                        + " bytes; a key has " + MIN_BYTES + " at least");
            }
            result.keys.put(stage, new SecretKeySpec(bytes, ALGORITHM));
        });
        return result;
    }

    /** Returns a fresh HMAC-SHA256 with the key of a stage; one that matches nothing, if there is none. */
    public Signature mac(Stage stage) {
        SecretKeySpec key = keys.get(stage);
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key == null ? new SecretKeySpec(new byte[MIN_BYTES], ALGORITHM) : key);
            return new Signature(mac, key != null);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new AssertionError("every Java platform has " + ALGORITHM, e);
        }
    }

    /** One HMAC over a list of fields, some of which may be absent. */
    public static final class Signature {
        private final Mac mac;
        private final boolean hasKey;

        private Signature(Mac mac, boolean hasKey) {
            this.mac = mac;
            this.hasKey = hasKey;
        }

        /** Adds JSON as its text. */
        public Signature add(@Nullable RawJson field) {
            return add(field == null ? null : field.text());
        }

        /** Adds a text. */
        public Signature add(@Nullable String field) {
            if (field == null) {
                mac.update(ByteBuffer.allocate(4).putInt(-1).flip());
                return this;
            }
            byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
            mac.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
            mac.update(bytes);
            return this;
        }

        /** Tells whether a signature, in hexadecimal digits, is the one of the fields. */
        public boolean matches(@Nullable String signature) {
            byte[] expected = HexFormat.of().formatHex(mac.doFinal()).getBytes(StandardCharsets.US_ASCII);
            return hasKey
                    && signature != null
                    && MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.ISO_8859_1));
        }
    }
}
