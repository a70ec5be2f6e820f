package io.openclaw.gateway.vetting.core.tool;

import io.openclaw.gateway.vetting.core.shell.Argument;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import io.openclaw.gateway.vetting.core.tool.Fields.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads a request whose method, address and body stand in arguments of their own. */
final class RequestArguments {
    private static final Set<String> METHODS = Names.set("""
            get head post put patch delete options purge trace connect
            """);
    private static final Set<String> CHANGING = Set.of("post", "put", "patch", "delete", "purge");
    private static final Set<String> PROTOCOL = Names.set("""
            http https rest api request requests curl axios fetch webhook
            """);
    private static final Set<String> BODIES =
            Set.of("body", "data", "json", "payload", "form", "content", "requestbody", "params");
    private static final Set<String> ROUTES = Set.of("route", "resource", "pathname", "requesturi", "apipath", "path");
    private static final int MAX_BODY = 64 * 1024;

    private final ToolArguments reader;
    private final ToolProfile profile;
    private final Fields fields;
    private final Set<String> used;

    RequestArguments(ToolArguments reader, ToolProfile profile, Fields fields, Set<String> used) {
        this.reader = reader;
        this.profile = profile;
        this.fields = fields;
        this.used = used;
    }

    void read(JsonNode object) {
        if (profile.does(Effect.RUN) || profile.program() != null) {
            return;
        }
        String method = method(object, 0);
        Field address = address();
        boolean named = method == null && address != null;
        if (named) {
            method = methodOfTool();
        }
        if (method == null || address == null) {
            if (profile.does(Effect.FETCH)) {
                hostAndPath();
            }
            return;
        }
        if (fields.text(Role.ADDRESS) == null) {
            // The path of a request is no file.
            used.add(address.name());
            hostAndPath();
        }
        if (CHANGING.contains(method)) {
            List<Argument> request = new ArrayList<>();
            request.add(new Argument(method, 0));
            request.add(new Argument(address.text().strip(), 0));
            body(object, request);
            reader.add(Invocation.of(":http", request));
        }
    }

    /** The host may be given apart from the path. */
    private void hostAndPath() {
        Field host = fields.text(Role.HOST);
        if (host != null) {
            reader.add(Invocation.of(":fetch", List.of(new Argument(host.text().strip(), 0))));
            used.add(host.name());
        }
    }

    private @Nullable Field address() {
        Field address = fields.text(Role.ADDRESS);
        if (address != null) {
            return address;
        }
        for (Map.Entry<Role, List<Field>> entry : fields.byRole().entrySet()) {
            for (Field field : entry.getValue()) {
                if (field.isText() && ROUTES.contains(Names.plain(field.name()))) {
                    return field;
                }
            }
        }
        return fields.text(Role.HOST);
    }

    /** The method may stand in an object beside the address, or be overridden by a header or a parameter. */
    private static @Nullable String method(JsonNode object, int depth) {
        String found = null;
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            String plain = Names.plain(entry.getKey());
            JsonNode value = entry.getValue();
            boolean overrides =
                    plain.endsWith("methodoverride") || entry.getKey().equals("_method");
            if (value.isString()
                    && (overrides
                            || plain.endsWith("method")
                            || plain.equals("verb")
                            || (plain.equals("type") && depth == 0))) {
                String method = value.asString().strip().toLowerCase(Locale.ROOT);
                if (METHODS.contains(method) && (found == null || overrides || CHANGING.contains(method))) {
                    found = stricter(found, method);
                }
            } else if (value.isObject() && depth < 3) {
                found = stricter(found, method(value, depth + 1));
            } else if (value.isString() && value.asString().contains("_method=")) {
                String text = value.asString().toLowerCase(Locale.ROOT);
                found = stricter(found, text.contains("_method=delete") ? "delete" : null);
            }
        }
        return found;
    }

    private static @Nullable String stricter(@Nullable String one, @Nullable String other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return rank(other) > rank(one) ? other : one;
    }

    private static int rank(String method) {
        return method.equals("delete") || method.equals("purge") ? 2 : CHANGING.contains(method) ? 1 : 0;
    }

    /** {@code http_delete}, {@code rest_put}. */
    private @Nullable String methodOfTool() {
        boolean speaks = profile.words().stream().anyMatch(PROTOCOL::contains);
        return speaks
                ? profile.words().stream()
                        .filter(CHANGING::contains)
                        .findFirst()
                        .orElse(null)
                : null;
    }

    private void body(JsonNode object, List<Argument> request) {
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            if (BODIES.contains(Names.plain(entry.getKey()))) {
                String text = entry.getValue().isString()
                        ? entry.getValue().asString()
                        : entry.getValue().toString();
                request.add(new Argument(text.length() > MAX_BODY ? text.substring(0, MAX_BODY) : text, 0));
            }
        }
    }
}
