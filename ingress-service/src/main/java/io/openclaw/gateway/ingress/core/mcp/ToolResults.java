package io.openclaw.gateway.ingress.core.mcp;

import io.openclaw.gateway.common.call.Outcome;
import io.openclaw.gateway.common.call.Reason;
import io.openclaw.gateway.common.event.CallCompleted;
import io.openclaw.gateway.common.event.CallError;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.mcp.ExposedNames;
import io.openclaw.gateway.ingress.core.CallState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What became of a call, as the result of the MCP request that asked for it. A call that was refused is the result of a tool
 * that failed, and its text is for a model: what was refused, by which rule, and what it may do instead.
 */
public final class ToolResults {
    /** The tool that tells what became of a call. */
    public static final String STATUS_TOOL = ExposedNames.STATUS_TOOL;

    private static final String MCP_ERROR = "mcp_error";
    private static final int RESOURCE_NOT_FOUND = -32002;
    private static final int URL_ELICITATION_REQUIRED = -32042;

    private ToolResults() {}

    /**
     * Returns the result of {@code tools/call}.
     *
     * @throws JsonRpcException if the upstream answered with an error of the protocol
     */
    public static RawJson ofTool(CallCompleted end, boolean modern) {
        RawJson result = end.result();
        CallError error = end.error();
        if (error != null && error.type().equals(MCP_ERROR)) {
            throw protocolError(end, modern);
        }
        if (end.outcome() == Outcome.DENIED && isAbout(end, Reason.UNKNOWN_TOOL)) {
            throw JsonRpcException.invalidParams("Unknown tool: " + end.call().tool());
        }
        if (result != null && (end.outcome() == Outcome.SUCCEEDED || end.outcome() == Outcome.FAILED)) {
            return findings(end.findings(), completed(asToolResult(result, end.outcome()), modern));
        }
        if (end.outcome() == Outcome.SUCCEEDED) {
            return completed(text("Done.", false), modern);
        }
        return completed(text(refusal(end), true), modern);
    }

    /**
     * Returns the result of any other request that was carried out by an upstream.
     *
     * @throws JsonRpcException if it was refused, or failed
     */
    public static RawJson ofOperation(CallCompleted end, boolean modern) {
        RawJson result = end.result();
        CallError error = end.error();
        if (error != null && error.type().equals(MCP_ERROR)) {
            throw protocolError(end, modern);
        }
        if (end.outcome() == Outcome.SUCCEEDED && result != null) {
            return completed(result, modern);
        }
        boolean refused = end.outcome() == Outcome.DENIED || end.outcome() == Outcome.EXPIRED;
        throw new JsonRpcException(
                refused ? JsonRpcException.REFUSED : JsonRpcException.INTERNAL_ERROR,
                refusal(end),
                RawJson.from(java.util.Map.of(
                        "callId",
                        end.call().callId().toString(),
                        "outcome",
                        end.outcome().name())),
                200);
    }

    private static JsonRpcException protocolError(CallCompleted end, boolean modern) {
        JsonNode error = end.result() == null
                ? Json.MAPPER.createObjectNode()
                : end.result().as(JsonNode.class);
        int code = error.path("code").asInt(JsonRpcException.INTERNAL_ERROR);
        // Codes that the newer revision has given up.
        if (modern && code == RESOURCE_NOT_FOUND) {
            code = JsonRpcException.INVALID_PARAMS;
        } else if (modern && code == URL_ELICITATION_REQUIRED) {
            code = JsonRpcException.INTERNAL_ERROR;
        }
        JsonNode data = error.get("data");
        String message = error.path("message").asString("the upstream gave no reason");
        List<String> notes = end.findings().stream().map(ToolResults::note).toList();
        return new JsonRpcException(
                code,
                notes.isEmpty() ? message : String.join(" ", notes) + " The upstream said: " + message,
                data == null ? null : RawJson.from(data),
                modern && code == JsonRpcException.MISSING_CAPABILITY ? 400 : 200);
    }

    /**
     * An MCP server's result is one already; that of a worker is where it has the same shape, and else becomes a text. What has
     * {@code structuredContent} already is not put into another.
     */
    private static RawJson asToolResult(RawJson result, Outcome outcome) {
        JsonNode node = result.text().startsWith("{") ? result.as(JsonNode.class) : null;
        if (node != null && node.path("content").isArray()) {
            return result;
        }
        if (node instanceof ObjectNode object && object.has("structuredContent") && !object.has("content")) {
            object.putArray("content")
                    .addObject()
                    .put("type", "text")
                    .put("text", object.get("structuredContent").toString());
            return RawJson.from(object);
        }
        ObjectNode made = node(
                node == null && result.text().startsWith("\"") ? result.as(String.class) : result.text(),
                outcome == Outcome.FAILED);
        if (node != null) {
            made.set("structuredContent", node);
        }
        return RawJson.from(made);
    }

    private static RawJson findings(List<Reason> findings, RawJson result) {
        if (findings.isEmpty()) {
            return result;
        }
        ObjectNode node = (ObjectNode) result.as(JsonNode.class);
        ArrayNode content = Json.MAPPER.createArrayNode();
        findings.forEach(finding -> content.addObject().put("type", "text").put("text", note(finding)));
        node.path("content").forEach(content::add);
        node.set("content", content);
        return RawJson.from(node);
    }

    private static String note(Reason finding) {
        return "Note of the gateway (" + finding.ruleId() + "): " + finding.text();
    }

    /** The newer revision wants every result to say what kind it is. */
    private static RawJson completed(RawJson result, boolean modern) {
        if (!modern || result.text().contains("\"resultType\"")) {
            return result;
        }
        String text = result.text();
        int brace = text.indexOf('{') + 1;
        boolean empty = text.substring(brace).strip().startsWith("}");
        return RawJson.of("{\"resultType\":\"complete\"" + (empty ? "" : ",") + text.substring(brace));
    }

    /** Returns a result with what 2026-07-28 wants said about keeping it: unless its server said so, it is not to be kept. */
    public static RawJson cacheable(RawJson result) {
        if (!(result.as(JsonNode.class) instanceof ObjectNode node)
                || !node.path("resultType").asString("").equals("complete")) {
            return result;
        }
        if (!node.has("ttlMs")) {
            node.put("ttlMs", 0);
        }
        // What one agent may read, another may not.
        node.put("cacheScope", "private");
        return RawJson.from(node);
    }

    private static String refusal(CallCompleted end) {
        CallError error = end.error() == null ? CallError.of("unknown", "no reason was given") : end.error();
        String advice = switch (end.outcome()) {
            case DENIED -> adviceAfter(end);
            case EXPIRED ->
                "Nobody decided in time, and it was not run. Go on without it, or ask for it again when somebody"
                        + " is there.";
            case CANCELLED -> "";
            case UNKNOWN -> "Find out whether it took effect before you do anything that depends on it.";
            default -> error.type().startsWith("upstream_") ? "Other tools are not affected. Try again later." : "";
        };
        return "The gateway reports that this call was " + words(end.outcome()) + ". " + error.message()
                + (advice.isEmpty() ? "" : " " + advice) + " (call "
                + end.call().callId() + ")";
    }

    private static String adviceAfter(CallCompleted end) {
        if (isAbout(end, Reason.INVALID_ARGUMENTS)) {
            return "Correct the arguments and call it again.";
        }
        return "It was not run. Do not try to get around the rule, in other words or by another tool: do what you can"
                + " without it, or tell the person you work for which rule refused what, so that they can decide.";
    }

    private static boolean isAbout(CallCompleted end, String ruleId) {
        return end.verdicts().stream()
                .flatMap(verdict -> verdict.reasons().stream())
                .anyMatch(reason -> reason.ruleId().equals(ruleId));
    }

    private static String words(Outcome outcome) {
        return switch (outcome) {
            case DENIED -> "refused";
            case EXPIRED -> "not decided about in time";
            case CANCELLED -> "cancelled";
            case UNKNOWN -> "started, and its end is not known";
            default -> "not successful";
        };
    }

    /**
     * Returns the result for a client that is not kept waiting any longer.
     *
     * @param asError whether the tool promises a shape that only an error need not have
     */
    public static RawJson pending(CallState state, boolean asError, boolean modern) {
        String why = switch (state) {
            case CallState.Waiting waiting ->
                "It waits for a person to approve it, until " + minute(waiting.expiresAt())
                        + ", and runs as soon as they do.";
            case CallState.Asking asking ->
                "It has asked " + asking.requests().keySet() + " and waits for an answer of your client.";
            default -> "It is still running.";
        };
        return completed(
                text(
                        "This call has not ended yet, and has not failed. " + why
                                + " Do not ask for it again: that would be a second call. To learn what became of it, call the"
                                + " tool " + STATUS_TOOL + " with {\"call_id\": \""
                                + state.call().callId() + "\"}.",
                        asError),
                modern);
    }

    /** Returns what is said of an operation that is no call of a tool while a person decides about it. */
    public static String waiting(CallState.Waiting waiting, String operation) {
        return operation + " has not ended yet, and has not failed: it waits for a person to approve it, until "
                + minute(waiting.expiresAt()) + ". To learn what became of it, call the tool " + STATUS_TOOL
                + " with {\"call_id\": \"" + waiting.call().callId() + "\"}.";
    }

    /** Returns why a call has not ended, in a few words for a progress bar. */
    public static @Nullable String progress(CallState state) {
        return state instanceof CallState.Waiting waiting
                ? "waits for a person to approve it, until " + minute(waiting.expiresAt())
                : null;
    }

    private static Instant minute(Instant instant) {
        return instant.truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
    }

    /** Returns a result that is one text. */
    public static RawJson text(String text, boolean isError) {
        return RawJson.from(node(text, isError));
    }

    private static ObjectNode node(String text, boolean isError) {
        ObjectNode result = Json.MAPPER.createObjectNode();
        result.putArray("content").addObject().put("type", "text").put("text", text);
        if (isError) {
            result.put("isError", true);
        }
        return result;
    }
}
