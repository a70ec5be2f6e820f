package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.JsonText;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;

/** Reads what an agent sends as JSON, whichever door it came in by. */
public final class JsonBody {
    private JsonBody() {}

    /**
     * Reads a body.
     *
     * @param body UTF-8 without a byte order mark
     * @throws InvalidRequestException naming the place where it is no JSON, no value of the type, or no text that UTF-8 carries, or has a NUL
     */
    public static <T> T read(byte[] body, Class<T> type) {
        try {
            T value = Json.read(body, type, DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
            JsonText.requireNoNul(body);
            if (value == null) {
                throw new InvalidRequestException("the body is null; it must be a JSON object");
            }
            return value;
        } catch (InexactJsonException e) {
            throw new InvalidRequestException("the body cannot be taken: " + e.getMessage(), e);
        } catch (JacksonException e) {
            throw new InvalidRequestException("the body cannot be read: " + JsonProblem.of(e), e);
        }
    }
}
