package io.openclaw.gateway.ingress.web;

import io.openclaw.gateway.common.boot.GatewayApplication;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.ingress.core.InvalidRequestException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;

/** Reads bodies of at most 4 MiB. */
final class RequestBody {
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

    private static byte[] bytes(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        if (length > GatewayApplication.MAX_PAYLOAD_BYTES) {
            throw new BodyTooLargeException();
        }
        try {
            int most = length >= 0 ? (int) length : GatewayApplication.MAX_PAYLOAD_BYTES + 1;
            byte[] body = request.getInputStream().readNBytes(most);
            if (body.length > GatewayApplication.MAX_PAYLOAD_BYTES) {
                throw new BodyTooLargeException();
            }
            return body;
        } catch (IOException e) {
            throw new InvalidRequestException("the body did not arrive whole", e);
        }
    }

    private static String place(JacksonException e) {
        TokenStreamLocation location = e.getLocation();
        return location == null ? "" : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }
}
