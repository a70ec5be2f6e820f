package io.openclaw.gateway.policy.proposal;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Writes JSON values as CEL (github.com/google/cel-spec, langdef.md): literals, and the place of an argument. */
final class Cel {
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Set<String> RESERVED = Set.of(
            "as",
            "break",
            "const",
            "continue",
            "else",
            "false",
            "for",
            "function",
            "if",
            "import",
            "in",
            "let",
            "loop",
            "namespace",
            "null",
            "package",
            "return",
            "true",
            "var",
            "void",
            "while");

    private Cel() {}

    /** Writes the place of an argument: {@code call.arguments.path}, {@code call.arguments["a b"]}. */
    static String argument(String name) {
        return "call.arguments"
                + (IDENTIFIER.matcher(name).matches() && !RESERVED.contains(name)
                        ? "." + name
                        : "[" + text(name) + "]");
    }

    /** Writes a value; empty for a number that conditions cannot compare exactly (docs/decisions/0013). */
    static Optional<String> value(JsonNode node) {
        if (node.isString()) {
            return Optional.of(text(node.asString()));
        }
        if (node.isNumber()) {
            return number(node);
        }
        if (node.isArray()) {
            var items = new StringJoiner(", ", "[", "]");
            for (JsonNode item : node) {
                Optional<String> written = value(item);
                if (written.isEmpty()) {
                    return written;
                }
                items.add(written.get());
            }
            return Optional.of(items.toString());
        }
        if (node.isObject()) {
            var fields = new StringJoiner(", ", "{", "}");
            for (var field : node.properties()) {
                Optional<String> written = value(field.getValue());
                if (written.isEmpty()) {
                    return written;
                }
                fields.add(text(field.getKey()) + ": " + written.get());
            }
            return Optional.of(fields.toString());
        }
        return Optional.of(node.isBoolean() ? Boolean.toString(node.asBoolean()) : "null");
    }

    private static Optional<String> number(JsonNode node) {
        if (node.isIntegralNumber()) {
            return node.canConvertToLong() ? Optional.of(node.bigIntegerValue().toString()) : Optional.empty();
        }
        BigDecimal exact = node.decimalValue();
        double nearest = exact.doubleValue();
        return Double.isFinite(nearest) && new BigDecimal(nearest + "").compareTo(exact) == 0
                ? Optional.of(Double.toString(nearest))
                : Optional.empty();
    }

    /** Writes a text in double quotes and on one line, whatever is in it. */
    static String text(String text) {
        var written = new StringBuilder("\"");
        text.codePoints().forEach(point -> {
            switch (point) {
                case '"', '\\' -> written.append('\\').appendCodePoint(point);
                case '\n' -> written.append("\\n");
                case '\r' -> written.append("\\r");
                case '\t' -> written.append("\\t");
                default -> {
                    boolean isPlain = (point >= 0x20 && point < 0x7f) || Character.isLetterOrDigit(point);
                    if (isPlain) {
                        written.appendCodePoint(point);
                    } else if (point <= 0xffff) {
                        written.append("\\u%04x".formatted(point));
                    } else {
                        written.append("\\U%08x".formatted(point));
                    }
                }
            }
        });
        return written.append('"').toString();
    }
}
