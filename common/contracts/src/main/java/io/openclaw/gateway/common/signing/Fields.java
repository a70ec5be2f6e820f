package io.openclaw.gateway.common.signing;

import io.openclaw.gateway.common.json.RawJson;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** SHA-256 over a list of fields, some of which may be absent. Fields are length-prefixed, so no two lists have the same bytes. */
public final class Fields {
    private final MessageDigest hash;

    /** @param purpose the first field, so that lists for different purposes never have the same bytes */
    public Fields(Purpose purpose) {
        try {
            hash = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
        add(purpose.label());
    }

    /** Adds a text. */
    public Fields add(@Nullable String field) {
        return add(field == null ? null : field.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds JSON as its text. */
    public Fields add(@Nullable RawJson field) {
        return add(field == null ? null : field.text());
    }

    /** Adds bytes. */
    public Fields add(byte @Nullable [] field) {
        hash.update(
                ByteBuffer.allocate(4).putInt(field == null ? -1 : field.length).flip());
        if (field != null) {
            hash.update(field);
        }
        return this;
    }

    /** Returns the 32 bytes of the hash; nothing can be added afterwards. */
    public byte[] sha256() {
        return hash.digest();
    }
}
