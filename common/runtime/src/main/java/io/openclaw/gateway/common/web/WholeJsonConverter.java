package io.openclaw.gateway.common.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes JSON answers in one piece, with their length (RFC 9112 section 6.2). Spring's own converter sends them in chunks:
 * a second packet, and a second wake-up of the client, for each answer.
 */
final class WholeJsonConverter extends JacksonJsonHttpMessageConverter {

    WholeJsonConverter(JsonMapper mapper) {
        super(mapper);
    }

    @Override
    protected void writeInternal(
            Object value, ResolvableType type, HttpOutputMessage output, @Nullable Map<String, Object> hints)
            throws IOException {
        var whole = new Whole(output.getHeaders(), new ByteArrayOutputStream(2_048));
        super.writeInternal(value, type, whole, hints);
        output.getHeaders().setContentLength(whole.getBody().size());
        whole.getBody().writeTo(output.getBody());
    }

    private record Whole(HttpHeaders getHeaders, ByteArrayOutputStream getBody) implements HttpOutputMessage {}
}
