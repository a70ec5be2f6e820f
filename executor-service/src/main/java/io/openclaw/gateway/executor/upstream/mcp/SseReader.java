package io.openclaw.gateway.executor.upstream.mcp;

import io.openclaw.gateway.common.boot.GatewayApplication;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads server-sent events (WHATWG HTML, section 9.2.6); an event may have 4 MiB. */
final class SseReader {
    private InputStream in = InputStream.nullInputStream();
    private @Nullable String lastId;
    private int retryMillis = -1;

    /** Reads from a stream from now on. */
    void read(InputStream stream) {
        this.in = new BufferedInputStream(stream);
    }

    /** Returns the id of the last event that had one. */
    @Nullable
    String lastId() {
        return lastId;
    }

    /** Returns how long to wait before coming back, in milliseconds; -1 if the server did not say. */
    int retryMillis() {
        return retryMillis;
    }

    /**
     * Returns the data of the next event that has any; null at the end.
     *
     * @throws IOException if the stream breaks, or an event is too long
     */
    byte @Nullable [] next() throws IOException {
        var data = new ByteArrayOutputStream();
        boolean hasData = false;
        for (byte[] line = line(); line != null; line = line()) {
            if (line.length == 0) {
                if (hasData && data.size() > 0) {
                    return data.toByteArray();
                }
                data.reset();
                hasData = false;
                continue;
            }
            int colon = indexOfColon(line);
            String field = new String(line, 0, colon, StandardCharsets.UTF_8);
            int start = Math.min(line.length, colon + 1);
            if (start < line.length && line[start] == ' ') {
                start++;
            }
            switch (field) {
                case "data" -> {
                    if (hasData) {
                        data.write('\n');
                    }
                    data.write(line, start, line.length - start);
                    hasData = true;
                    if (data.size() > GatewayApplication.MAX_PAYLOAD_BYTES) {
                        throw new IOException(
                                "an event has more than " + GatewayApplication.MAX_PAYLOAD_BYTES + " bytes");
                    }
                }
                case "id" -> lastId = new String(line, start, line.length - start, StandardCharsets.UTF_8);
                case "retry" -> {
                    String value = new String(line, start, line.length - start, StandardCharsets.UTF_8);
                    if (value.matches("\\d{1,9}")) {
                        retryMillis = Integer.parseInt(value);
                    }
                }
                default -> {}
            }
        }
        return null;
    }

    private static int indexOfColon(byte[] line) {
        for (int i = 0; i < line.length; i++) {
            if (line[i] == ':') {
                return i;
            }
        }
        return line.length;
    }

    /** Returns a line without its end; null at the end of the stream. */
    private byte @Nullable [] line() throws IOException {
        var line = new ByteArrayOutputStream(256);
        int c = in.read();
        if (c < 0) {
            return null;
        }
        for (; c >= 0; c = in.read()) {
            if (c == '\n') {
                break;
            }
            if (c == '\r') {
                in.mark(1);
                if (in.read() != '\n') {
                    in.reset();
                }
                break;
            }
            line.write(c);
            if (line.size() > GatewayApplication.MAX_PAYLOAD_BYTES + 16) {
                throw new IOException("a line has more than " + GatewayApplication.MAX_PAYLOAD_BYTES + " bytes");
            }
        }
        return line.toByteArray();
    }
}
