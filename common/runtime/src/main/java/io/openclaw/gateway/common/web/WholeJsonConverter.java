package io.openclaw.gateway.common.web;

import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.JsonText;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads JSON whose texts can be kept, and writes JSON answers in one piece, with their length (RFC 9112 section 6.2). Spring's own converter sends them in chunks:
 * a second packet, and a second wake-up of the client, for each answer.
 */
final class WholeJsonConverter extends JacksonJsonHttpMessageConverter {

    private static final int MAX_BODY = 4 * 1024 * 1024;

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

    /**
     * Reads a body whole, and refuses texts that neither UTF-8 nor PostgreSQL can carry: lone surrogates and NUL.
     *
     * @throws InexactJsonException naming the place
     */
    @Override
    public Object read(ResolvableType type, HttpInputMessage input, @Nullable Map<String, Object> hints)
            throws IOException {
        byte[] body = input.getBody().readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            throw new InexactJsonException("the body has more than " + MAX_BODY + " bytes");
        }
        JsonText.requireUtf8(body);
        JsonText.requireNoNul(body);
        return super.read(type, new Read(input.getHeaders(), new ByteArrayInputStream(body)), hints);
    }

    private record Read(HttpHeaders getHeaders, InputStream getBody) implements HttpInputMessage {}

    private record Whole(HttpHeaders getHeaders, ByteArrayOutputStream getBody) implements HttpOutputMessage {}
}
