package io.openclaw.gateway.ingress.execute.core;

import io.openclaw.gateway.common.json.InexactJsonException;
import io.openclaw.gateway.common.json.JsonText;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.common.text.Ellipsis;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes what a model wrote fit to be published, stored and shown: masked, bounded, and without half characters, NUL and other control
 * characters. A text that no topic can carry would interrupt its run each time that it is driven.
 */
final class ModelWords {
    /** How many calls one answer may choose. */
    static final int MAX_CHOICES = 64;

    /** How long the arguments of one call may be, in characters. */
    static final int MAX_ARGUMENTS = 256 * 1024;

    /** How long the arguments of all calls of one answer may be together, so that the answer fits into one event. */
    static final int MAX_ALL_ARGUMENTS = 768 * 1024;

    private static final Redactor REDACTOR = new Redactor();
    private static final String UNNAMED = "unnamed";
    private static final int MAX_NAME = 200;
    private static final int MAX_REFUSED_ARGUMENTS = 2_000;

    private ModelWords() {}

    /**
     * A choice as the model wrote it, and as it is kept.
     *
     * @param said never stored
     * @param shown masked and bounded; the arguments are a JSON string if they cannot be used
     * @param problem why it cannot become a call
     */
    record Heard(Choice said, Choice shown, @Nullable String problem) {}

    /** Returns a text without characters that a topic or a database cannot carry, masked and cut. */
    static String clean(String text, int max) {
        var clean = new StringBuilder(text.length());
        JsonText.repaired(text)
                .chars()
                .map(c -> Character.isISOControl(c) && c != '\n' && c != '\r' && c != '\t' ? '\uFFFD' : c)
                .forEach(c -> clean.append((char) c));
        return Ellipsis.of(REDACTOR.redact(clean.toString()), max);
    }

    /** Reads the choices of one answer. Each has an id of its own in it, the model's wherever that can be kept. */
    static List<Heard> heard(List<Choice> choices) {
        Set<String> ids = new HashSet<>();
        List<Heard> heard = new ArrayList<>();
        int characters = 0;
        for (Choice choice : choices) {
            String problem = problemWith(choice.arguments());
            if (problem == null && characters + choice.arguments().text().length() > MAX_ALL_ARGUMENTS) {
                problem = "the arguments of all calls of one answer may have " + MAX_ALL_ARGUMENTS
                        + " characters together; choose fewer calls at once";
            }
            RawJson arguments = REDACTOR.redact(choice.arguments());
            if (problem == null) {
                characters += choice.arguments().text().length();
            } else {
                arguments = RawJson.from(clean(written(arguments), MAX_REFUSED_ARGUMENTS));
            }
            String id = clean(choice.id(), MAX_NAME);
            if (!id.equals(choice.id()) || !ids.add(id)) {
                id = newId(heard.size() + 1, ids);
            }
            String name = choice.name().isBlank() ? UNNAMED : clean(choice.name(), MAX_NAME);
            heard.add(new Heard(choice, new Choice(id, name, arguments), problem));
        }
        return heard;
    }

    private static String newId(int place, Set<String> ids) {
        String id = "choice-" + place;
        while (!ids.add(id)) {
            id += "-";
        }
        return id;
    }

    /** Returns what a model wrote in the place of arguments; a JSON string stands for a text that is no object. */
    private static String written(RawJson arguments) {
        return arguments.text().startsWith("\"") ? arguments.as(String.class) : arguments.text();
    }

    /** Returns why arguments are no arguments of a call; null if they are. */
    static @Nullable String problemWith(RawJson arguments) {
        int length = arguments.text().length();
        if (length > MAX_ARGUMENTS) {
            return "the arguments have " + length + " characters; they may have " + MAX_ARGUMENTS;
        }
        if (!arguments.text().startsWith("{")) {
            return "the arguments have to be one JSON object, whole and valid";
        }
        try {
            JsonText.requireExact(arguments);
            JsonText.requireNoNul(arguments.text().getBytes(StandardCharsets.UTF_8));
        } catch (InexactJsonException e) {
            return "arguments: " + e.getMessage();
        }
        return null;
    }
}
