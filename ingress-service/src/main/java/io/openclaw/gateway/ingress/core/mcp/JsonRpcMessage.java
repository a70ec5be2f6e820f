package io.openclaw.gateway.ingress.core.mcp;

import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.JsonText;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.ingress.core.JsonProblem;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * One JSON-RPC 2.0 message of a client (MCP, "Messages"): a request, a notification, or the response to a request of ours.
 *
 * @param id of a request or response, as JSON: a text or a whole number
 * @param method of a request or notification
 * @param params of a request or notification; an object
 * @param result of a response
 * @param error of a response; an object
 */
public record JsonRpcMessage(
        @Nullable RawJson id,
        @Nullable String method,
        RawJson params,
        @Nullable RawJson result,
        @Nullable RawJson error) {
    private static final Pattern ID = Pattern.compile("\".{0,256}\"|-?(?:0|[1-9][0-9]{0,18})", Pattern.DOTALL);
    private static final int LONGEST_METHOD = 200;

    private record Fields(
            @Nullable RawJson jsonrpc,
            @Nullable RawJson id,
            @Nullable RawJson method,
            @Nullable RawJson params,
            @Nullable RawJson result,
            @Nullable RawJson error) {}

    /**
     * Reads a message; {@link #check} it before it is used.
     *
     * @throws JsonRpcException if it is none, saying which of the rules it breaks
     */
    public static JsonRpcMessage read(byte[] body) {
        Fields fields;
        try {
            int first = firstByte(body);
            if (first == '[') {
                throw JsonRpcException.badRequest(
                        JsonRpcException.INVALID_REQUEST,
                        "Batches are for sessions of " + JsonRpcBatch.VERSION + ": send each message on its own");
            }
            if (first != '{') {
                // Tells what is no JSON from what is JSON and no message.
                Json.MAPPER.readTree(body);
                throw JsonRpcException.badRequest(JsonRpcException.INVALID_REQUEST, "The body has to be a JSON object");
            }
            fields = Json.readUnchecked(body, Fields.class);
        } catch (JacksonException e) {
            // The reader of bytes stops at half a character in a name; this says where that is.
            check(body);
            throw JsonRpcException.badRequest(
                    JsonRpcException.PARSE_ERROR, "The body is no JSON that can be read: " + JsonProblem.of(e));
        }
        return checked(fields);
    }

    /**
     * Checks the texts of a message. It is read before that, so that its answer can name its id.
     *
     * @throws JsonRpcException naming the place of a text that UTF-8 cannot carry, or that has a NUL
     */
    public static void check(byte[] body) {
        try {
            JsonText.requireUtf8(body);
            JsonText.requireNoNul(body);
        } catch (InexactJsonException e) {
            throw JsonRpcException.badRequest(JsonRpcException.INVALID_PARAMS, String.valueOf(e.getMessage()));
        }
    }

    private static int firstByte(byte[] body) {
        for (byte b : body) {
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b;
            }
        }
        throw JsonRpcException.badRequest(JsonRpcException.PARSE_ERROR, "The body is empty");
    }

    private static JsonRpcMessage checked(Fields fields) {
        require(is(fields.jsonrpc(), "\"2.0\""), "'jsonrpc' has to be \"2.0\"");
        RawJson id = fields.id();
        require(
                id == null || ID.matcher(id.text()).matches(),
                "'id' has to be a text of at most 256 characters or a whole number, and must not be null");
        require(id == null || isWhole(id), "'id' has half a character, which no answer can repeat");
        RawJson method = fields.method();
        if (method == null) {
            require(id != null, "a message has a 'method', or is a response and has an 'id'");
            require(
                    (fields.result() == null) != (fields.error() == null),
                    "a response has either a 'result' or an 'error'");
            RawJson error = fields.error();
            require(error == null || error.text().startsWith("{"), "'error' has to be an object");
            return new JsonRpcMessage(id, null, RawJson.EMPTY_OBJECT, fields.result(), error);
        }
        require(
                method.text().startsWith("\"") && method.text().length() <= LONGEST_METHOD,
                "'method' has to be a text");
        RawJson params = fields.params() == null ? RawJson.EMPTY_OBJECT : fields.params();
        require(params.text().startsWith("{"), "'params' has to be an object");
        return new JsonRpcMessage(id, method.as(String.class), params, null, null);
    }

    /** The text may have half a character as it is, or as an escape. */
    private static boolean isWhole(RawJson id) {
        try {
            JsonText.requireWhole("'id'", id.text());
            JsonText.requireExact(id);
            return true;
        } catch (InexactJsonException e) {
            return false;
        }
    }

    private static boolean is(@Nullable RawJson json, String text) {
        return json != null && json.text().equals(text);
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw JsonRpcException.badRequest(
                    JsonRpcException.INVALID_REQUEST, "This is no JSON-RPC 2.0 message: " + otherwise);
        }
    }

    public boolean isRequest() {
        return method != null && id != null;
    }

    public boolean isNotification() {
        return method != null && id == null;
    }

    /** Returns {@code params._meta}; an empty object if there is none. */
    public JsonNode meta() {
        JsonNode meta = params.as(JsonNode.class).get("_meta");
        return meta == null || !meta.isObject() ? Json.MAPPER.createObjectNode() : meta;
    }
}
