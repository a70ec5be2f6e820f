package io.openclaw.gateway.ingress.web;

import io.openclaw.gateway.common.boot.GatewayApplication;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import io.openclaw.gateway.ingress.core.Utf8;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;

/** Reads bodies of at most 4 MiB. */
public final class RequestBody {
    /** A body that comes byte by byte is not waited for any longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int BUFFER = 16_384;

    private RequestBody() {}

    /**
     * Reads a body as JSON.
     *
     * @throws BodyTooLargeException if it has more than 4 MiB
     * @throws InvalidRequestException naming the place where it is no JSON, or no value of the type
     */
    static <T> T read(HttpServletRequest request, Class<T> type) {
        byte[] body = bytes(request);
        try {
            T value = Json.read(body, type, DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
            if (value == null) {
                throw new InvalidRequestException("the body is null; it must be a JSON object");
            }
            return value;
        } catch (JacksonException e) {
            throw new InvalidRequestException("the body cannot be read" + place(e) + ": " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Reads a body as UTF-8, without a byte order mark.
     *
     * @throws BodyTooLargeException if it has more than 4 MiB
     * @throws InvalidRequestException if it does not arrive whole, and within half a minute; or is no UTF-8
     */
    public static byte[] bytes(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        if (length > GatewayApplication.MAX_PAYLOAD_BYTES) {
            throw new BodyTooLargeException();
        }
        try {
            long end = System.nanoTime() + PATIENCE.toNanos();
            InputStream in = request.getInputStream();
            var body = new ByteArrayOutputStream(length >= 0 ? (int) length : BUFFER);
            var buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                body.write(buffer, 0, n);
                if (body.size() > GatewayApplication.MAX_PAYLOAD_BYTES) {
                    throw new BodyTooLargeException();
                }
                if (System.nanoTime() > end) {
                    throw new InvalidRequestException(
                            "the body did not arrive within " + PATIENCE.toSeconds() + " s; send it at once");
                }
            }
            return Utf8.of(body.toByteArray());
        } catch (IOException e) {
            throw new InvalidRequestException("the body did not arrive whole", e);
        }
    }

    private static String place(JacksonException e) {
        TokenStreamLocation location = e.getLocation();
        return location == null ? "" : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }
}
