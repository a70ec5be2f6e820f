package io.openclaw.gateway.policy.core;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelVariableResolver;
import io.openclaw.gateway.common.call.CallContext;
import io.openclaw.gateway.common.call.ToolCall;
import io.openclaw.gateway.common.json.CanonicalJson;
import io.openclaw.gateway.common.json.RawJson;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a condition can know of a call. The names are declared with their types, so a condition that misspells one does not
 * compile; what is costly is made when it is first asked for.
 */
final class Facts implements CelVariableResolver {
    /** The declared names; each has a value for every call. */
    static final Map<String, CelType> DECLARED = declared();

    private final ToolCall call;
    private final Principal principal;
    private final KnownTool tool;
    private @Nullable Map<String, Object> arguments;
    private @Nullable CallContext context;

    Facts(ToolCall call, Principal principal, KnownTool tool) {
        this.call = call;
        this.principal = principal;
        this.tool = tool;
    }

    private static Map<String, CelType> declared() {
        var texts = MapType.create(SimpleType.STRING, SimpleType.STRING);
        Map<String, CelType> types = new TreeMap<>();
        types.put("agent.id", SimpleType.STRING);
        types.put("agent.owner", SimpleType.STRING);
        types.put("agent.team", SimpleType.STRING);
        types.put("agent.labels", texts);
        types.put("agent.roles", ListType.create(SimpleType.STRING));
        types.put("tool.upstream", SimpleType.STRING);
        types.put("tool.name", SimpleType.STRING);
        types.put("tool.address", SimpleType.STRING);
        types.put("tool.labels", texts);
        types.put("tool.readOnly", SimpleType.BOOL);
        types.put("tool.destructive", SimpleType.BOOL);
        types.put("tool.idempotent", SimpleType.BOOL);
        types.put("tool.openWorld", SimpleType.BOOL);
        types.put("call.arguments", MapType.create(SimpleType.STRING, SimpleType.DYN));
        types.put("call.intent", SimpleType.STRING);
        types.put("call.origin", SimpleType.STRING);
        types.put("call.mode", SimpleType.STRING);
        types.put("call.onBehalfOf", SimpleType.STRING);
        types.put("call.onBehalfOfProven", SimpleType.BOOL);
        types.put("session.id", SimpleType.STRING);
        types.put("session.channel", SimpleType.STRING);
        types.put("context.sessionKey", SimpleType.STRING);
        types.put("context.agentId", SimpleType.STRING);
        types.put("context.dryRun", SimpleType.BOOL);
        types.put("context.messageChannel", SimpleType.STRING);
        types.put("context.accountId", SimpleType.STRING);
        types.put("context.messageTo", SimpleType.STRING);
        types.put("context.threadId", SimpleType.STRING);
        types.put("context.meta", MapType.create(SimpleType.STRING, SimpleType.DYN));
        types.put("context.inputResponses", MapType.create(SimpleType.STRING, SimpleType.DYN));
        types.put("time", SimpleType.TIMESTAMP);
        return types;
    }

    @Override
    public Optional<Object> find(String name) {
        return Optional.ofNullable(
                switch (name) {
                    case "agent.id" -> call.agent();
                    case "agent.owner" -> principal.owner();
                    case "agent.team" -> principal.team();
                    case "agent.labels" -> principal.labels();
                    case "agent.roles" -> principal.roles();
                    case "tool.upstream" -> call.upstream();
                    case "tool.name" -> call.tool();
                    case "tool.address" -> call.address();
                    case "tool.labels" -> tool.labels();
                    case "tool.readOnly" -> tool.isReadOnly();
                    case "tool.destructive" -> tool.isDestructive();
                    case "tool.idempotent" -> tool.isIdempotent();
                    case "tool.openWorld" -> tool.isOpenWorld();
                    case "call.arguments" -> arguments();
                    case "call.intent" -> orEmpty(call.intent());
                    case "call.origin" -> call.origin().name();
                    case "call.mode" -> call.mode().name();
                    case "call.onBehalfOf" -> orEmpty(call.identified().onBehalfOf());
                    case "call.onBehalfOfProven" -> call.identified().proven();
                    case "session.id" -> session();
                    case "context.sessionKey" -> orEmpty(context().sessionKey());
                    case "session.channel", "context.messageChannel" ->
                        orEmpty(context().messageChannel());
                    case "context.agentId" -> orEmpty(context().agentId());
                    case "context.dryRun" -> Boolean.TRUE.equals(context().dryRun());
                    case "context.accountId" -> orEmpty(context().accountId());
                    case "context.messageTo" -> orEmpty(context().messageTo());
                    case "context.threadId" -> orEmpty(context().threadId());
                    case "context.meta" -> mapOf(context().meta());
                    case "context.inputResponses" -> mapOf(context().inputResponses());
                    case "time" -> call.requestedAt();
                    default -> null;
                });
    }

    /** The conversation: what reaches the upstream of it, or what the caller says it is. */
    private String session() {
        String key = context().sessionKey();
        return key != null
                ? key
                : orEmpty(call.run() == null ? null : call.run().session());
    }

    private Map<String, Object> arguments() {
        if (arguments == null) {
            arguments = mapOf(call.arguments());
        }
        return arguments;
    }

    private CallContext context() {
        if (context == null) {
            context = CallContext.of(call);
        }
        return context;
    }

    private static Map<String, Object> mapOf(@Nullable RawJson json) {
        return json == null ? Map.of() : mapOf(json.as(JsonNode.class));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static Map<String, Object> mapOf(JsonNode object) {
        Map<String, Object> map = LinkedHashMap.newLinkedHashMap(object.size());
        object.properties().forEach(field -> map.put(field.getKey(), valueOf(field.getValue())));
        return map;
    }

    /**
     * JSON in CEL's types: a number is an int or uint where it is a whole one of 64 bits, and a double where a double is exactly
     * it. Any other is its text: a double beside it could be on the other side of what a condition compares it with, and a
     * text cannot be compared with a number at all, so the condition cannot be evaluated and the rule counts against the call.
     */
    private static Object valueOf(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> mapOf(node);
            case ARRAY -> {
                List<Object> list = new ArrayList<>(node.size());
                node.forEach(element -> list.add(valueOf(element)));
                yield list;
            }
            case STRING -> node.asString();
            case BOOLEAN -> node.asBoolean();
            case NUMBER -> number(node);
            default -> NullValue.NULL_VALUE;
        };
    }

    private static Object number(JsonNode node) {
        if (node.isIntegralNumber()) {
            BigInteger integer = node.bigIntegerValue();
            if (integer.bitLength() < Long.SIZE) {
                return integer.longValue();
            }
            if (integer.signum() > 0 && integer.bitLength() == Long.SIZE) {
                return UnsignedLong.valueOf(integer);
            }
        }
        BigDecimal number = node.decimalValue();
        return CanonicalJson.isDouble(number)
                ? (Object) number.doubleValue()
                : number.stripTrailingZeros().toPlainString();
    }
}
