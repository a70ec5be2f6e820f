package io.openclaw.gateway.ingress.core.mcp;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.ingress.core.JsonProblem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Several JSON-RPC messages in one body (JSON-RPC 2.0 section 6), which MCP has in 2025-03-26 alone. */
public final class JsonRpcBatch {
    /** The revision that has batches, and whose servers have to take them. */
    public static final String VERSION = "2025-03-26";

    /** Each message may become a call that is waited for. */
    public static final int MAX_MESSAGES = 32;

    private JsonRpcBatch() {}

    /** Tells whether a body is an array, as far as its first character tells. */
    public static boolean is(byte[] body) {
        for (byte b : body) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b == '[';
            }
        }
        return false;
    }

    /**
     * Returns the bytes of each message; whether one is a message is for {@link JsonRpcMessage#read} to say.
     *
     * @throws JsonRpcException if the body is no JSON, or has no message, or more than {@value #MAX_MESSAGES}
     */
    public static List<byte[]> split(byte[] body) {
        List<byte[]> messages = new ArrayList<>();
        try (JsonParser parser = Json.MAPPER.createParser(body)) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (messages.size() == MAX_MESSAGES) {
                    throw JsonRpcException.badRequest(
                            JsonRpcException.INVALID_REQUEST,
                            "The batch has more than " + MAX_MESSAGES + " messages: send several batches");
                }
                int start = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
                parser.skipChildren();
                parser.finishToken();
                int end = Math.toIntExact(parser.currentLocation().getByteOffset());
                messages.add(Arrays.copyOfRange(body, start, end));
            }
            if (parser.nextToken() != null) {
                throw JsonRpcException.badRequest(
                        JsonRpcException.PARSE_ERROR, "The body goes on after the end of the batch");
            }
        } catch (JacksonException e) {
            throw JsonRpcException.badRequest(
                    JsonRpcException.PARSE_ERROR, "The body is no JSON that can be read: " + JsonProblem.of(e));
        }
        if (messages.isEmpty()) {
            throw JsonRpcException.badRequest(JsonRpcException.INVALID_REQUEST, "The batch is empty");
        }
        return messages;
    }

    /**
     * Reads a message of a batch as {@link JsonRpcMessage#read} does.
     *
     * @throws JsonRpcException if it is none; a batch is none either
     */
    public static JsonRpcMessage read(byte[] message) {
        if (is(message)) {
            throw JsonRpcException.badRequest(
                    JsonRpcException.INVALID_REQUEST,
                    "A batch must not hold a batch: send each message as one of its own entries");
        }
        return JsonRpcMessage.read(message);
    }
}
