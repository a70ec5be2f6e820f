package io.openclaw.gateway.vetting.core.tool;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The fields of one object of arguments, by what they are. */
record Fields(Map<Role, List<Field>> byRole) {

    /** An argument: its name as it is written, and its value. */
    record Field(String name, JsonNode value) {
        boolean isText() {
            return value.isString();
        }

        String text() {
            return value.asString("");
        }
    }

    static Fields of(JsonNode object, ToolProfile tool) {
        Map<Role, List<Field>> byRole = new EnumMap<>(Role.class);
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            byRole.computeIfAbsent(Role.of(entry.getKey(), tool), role -> new ArrayList<>(2))
                    .add(new Field(entry.getKey(), entry.getValue()));
        }
        return new Fields(byRole);
    }

    List<Field> all(Role role) {
        return byRole.getOrDefault(role, List.of());
    }

    @Nullable
    Field first(Role role) {
        List<Field> all = all(role);
        return all.isEmpty() ? null : all.getFirst();
    }

    /** Returns the first field that is a text. */
    @Nullable
    Field text(Role role) {
        for (Field field : all(role)) {
            if (field.isText()) {
                return field;
            }
        }
        return null;
    }

    boolean isSet(Role role) {
        for (Field field : all(role)) {
            String text = field.text();
            if (field.value().asBoolean(false) || text.equalsIgnoreCase("true") || text.equals("1")) {
                return true;
            }
        }
        return false;
    }
}
