package io.openclaw.gateway.ingress.core;

import io.openclaw.gateway.common.text.Ellipsis;
import java.time.Instant;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Says what is wrong with JSON in words for anyone who sent it: the reader's own name its classes and its settings. */
public final class JsonProblem {
    private static final int MAX_NAME = 80;

    private JsonProblem() {}

    /** Returns what is wrong and where, such as {@code 'tool' has to be a string (line 1, column 9)}. */
    public static String of(JacksonException e) {
        TokenStreamLocation location = e.getLocation();
        String place = location == null || location.getLineNr() < 1
                ? ""
                : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
        return words(e) + place;
    }

    private static String words(JacksonException e) {
        return switch (e) {
            case UnrecognizedPropertyException unknown ->
                "'" + shortened(unknown.getPropertyName()) + "' is no field of it; these are: "
                        + unknown.getKnownPropertyIds().stream()
                                .map(String::valueOf)
                                .sorted()
                                .collect(Collectors.joining(", "));
            case MismatchedInputException mismatch -> mismatch(mismatch);
            case StreamConstraintsException limit -> limit(limit);
            case UnexpectedEndOfInputException end -> "it ends where more has to follow";
            case StreamReadException read -> {
                String name = duplicate(read);
                yield name.isEmpty()
                        ? "it is no JSON"
                        : "it has the name '" + shortened(name) + "' twice in one object";
            }
            default -> "it cannot be read";
        };
    }

    /** Names the limit that the reader reached. */
    private static String limit(StreamConstraintsException e) {
        String message = String.valueOf(e.getOriginalMessage());
        if (message.startsWith("Token count")) {
            return "it has more names, values, brackets and braces than a request may have (openclaw.ingress.max-json-tokens)";
        }
        if (message.startsWith("Document nesting depth")) {
            return "it nests more deeply than " + StreamReadConstraints.DEFAULT_MAX_DEPTH + " levels";
        }
        if (message.startsWith("Name length")) {
            return "it has a name of more than " + StreamReadConstraints.DEFAULT_MAX_NAME_LEN + " characters";
        }
        if (message.startsWith("Number value length")) {
            return "it has a number of more than " + StreamReadConstraints.DEFAULT_MAX_NUM_LEN + " characters";
        }
        return "it has a number or a text that is too long";
    }

    private static String mismatch(MismatchedInputException e) {
        String at = e.getPath().stream()
                .map(each ->
                        each.getPropertyName() == null ? "[" + each.getIndex() + "]" : "." + each.getPropertyName())
                .collect(Collectors.joining());
        if (at.isEmpty()) {
            return String.valueOf(e.getOriginalMessage()).startsWith("Trailing token")
                    ? "it goes on after the end of its value"
                    : "it has to be a JSON object";
        }
        Object value = e instanceof InvalidFormatException format ? format.getValue() : null;
        return "'" + shortened(at.startsWith(".") ? at.substring(1) : at) + "' has to be " + kindOf(e.getTargetType())
                + (value == null ? "" : ", and is \"" + shortened(String.valueOf(value)) + "\"");
    }

    private static String kindOf(@Nullable Class<?> type) {
        if (type == null) {
            return "another kind of value";
        }
        if (type == Instant.class) {
            return "a time as RFC 3339 has it, such as \"2026-01-31T12:00:00Z\"";
        }
        if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        }
        if (type == String.class) {
            return "a string";
        }
        return Number.class.isAssignableFrom(type) || type.isPrimitive() ? "a number" : "another kind of value";
    }

    private static String duplicate(StreamReadException e) {
        JsonParser parser = e.processor();
        String name = parser == null || !String.valueOf(e.getOriginalMessage()).startsWith("Duplicate")
                ? null
                : parser.currentName();
        return name == null ? "" : name;
    }

    private static String shortened(String name) {
        return Ellipsis.of(name, MAX_NAME);
    }
}
