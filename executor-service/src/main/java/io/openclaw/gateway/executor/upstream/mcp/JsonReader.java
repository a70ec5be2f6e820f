package io.openclaw.gateway.executor.upstream.mcp;

import io.openclaw.gateway.common.boot.GatewayApplication;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON objects of a body one by one, as they arrive. There is one, most of the time; some servers write
 * notifications before it, each in a line of its own, instead of a stream of events.
 */
final class JsonReader {
    private final InputStream in;

    JsonReader(InputStream in) {
        this.in = new BufferedInputStream(in, 1 << 15);
    }

    /**
     * Returns the next object; null at the end.
     *
     * @throws IOException if the body breaks off, or has something else than objects, or one that is too long
     */
    byte @Nullable [] next() throws IOException {
        int c = in.read();
        while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
            c = in.read();
        }
        if (c < 0) {
            return null;
        }
        if (c != '{') {
            throw new IOException("answered with something else than a JSON object");
        }
        var object = new ByteArrayOutputStream(1024);
        int depth = 0;
        boolean inText = false;
        for (; c >= 0; c = in.read()) {
            object.write(c);
            if (object.size() > GatewayApplication.MAX_PAYLOAD_BYTES) {
                throw new IOException(
                        "answered with more than " + GatewayApplication.MAX_PAYLOAD_BYTES + " bytes; ask it for less");
            }
            if (inText) {
                if (c == '\\') {
                    object.write(in.read());
                } else if (c == '"') {
                    inText = false;
                }
            } else if (c == '"') {
                inText = true;
            } else if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                return object.toByteArray();
            }
        }
        throw new IOException("broke off in the middle of an answer");
    }
}
