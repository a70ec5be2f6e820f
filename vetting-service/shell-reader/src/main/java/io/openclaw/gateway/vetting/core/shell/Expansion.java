package io.openclaw.gateway.vetting.core.shell;

import io.openclaw.gateway.vetting.core.shell.Script.Arithmetic;
import io.openclaw.gateway.vetting.core.shell.Script.Braces;
import io.openclaw.gateway.vetting.core.shell.Script.Parameter;
import io.openclaw.gateway.vetting.core.shell.Script.Part;
import io.openclaw.gateway.vetting.core.shell.Script.ProcessSubstitution;
import io.openclaw.gateway.vetting.core.shell.Script.Substitution;
import io.openclaw.gateway.vetting.core.shell.Script.Text;
import io.openclaw.gateway.vetting.core.shell.Script.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Expands words as the shell does: braces, variables, substitutions, then the splitting into fields. */
final class Expansion {
    private static final int MOST_FIELDS = 1_024;
    private static final int LONGEST_TEXT = 256 * 1024;

    private final Evaluator evaluator;

    Expansion(Evaluator evaluator) {
        this.evaluator = evaluator;
    }

    /** Expands words into the fields that a command is given. */
    List<Argument> fields(List<Word> words) throws UnreadableScriptException {
        List<Argument> fields = new ArrayList<>(words.size());
        for (Word word : words) {
            String plain = word.plain();
            if (plain != null && (plain.isEmpty() || plain.charAt(0) != '~')) {
                fields.add(Argument.of(plain));
            } else {
                for (List<Part> variant : variants(word.parts())) {
                    split(variant, fields);
                }
            }
            if (fields.size() > MOST_FIELDS) {
                throw new UnreadableScriptException("it expands to more than " + MOST_FIELDS + " words");
            }
        }
        return fields;
    }

    /** Expands a word that is not split, such as the value of an assignment. */
    Argument single(Word word) throws UnreadableScriptException {
        String plain = word.plain();
        if (plain != null && (plain.isEmpty() || plain.charAt(0) != '~')) {
            return Argument.of(plain);
        }
        var text = new StringBuilder();
        int marks = 0;
        for (Part part : word.parts()) {
            Argument value = value(part);
            text.append(value.text());
            marks |= value.marks();
            check(text.length());
        }
        return new Argument(text.toString(), marks);
    }

    private static List<List<Part>> variants(List<Part> parts) throws UnreadableScriptException {
        List<List<Part>> variants = List.of(List.of());
        boolean any = false;
        for (Part part : parts) {
            any |= part instanceof Braces;
        }
        if (!any) {
            return List.of(parts);
        }
        for (Part part : parts) {
            List<List<Part>> next = new ArrayList<>();
            for (List<Part> variant : variants) {
                if (part instanceof Braces braces) {
                    for (Word alternative : braces.alternatives()) {
                        for (List<Part> tail : variants(alternative.parts())) {
                            next.add(joined(variant, tail));
                        }
                    }
                } else {
                    next.add(joined(variant, List.of(part)));
                }
                if (next.size() > MOST_FIELDS) {
                    throw new UnreadableScriptException("its braces expand to more than " + MOST_FIELDS + " words");
                }
            }
            variants = next;
        }
        return variants;
    }

    private static List<Part> joined(List<Part> head, List<Part> tail) {
        List<Part> all = new ArrayList<>(head.size() + tail.size());
        all.addAll(head);
        all.addAll(tail);
        return all;
    }

    private void split(List<Part> parts, List<Argument> fields) throws UnreadableScriptException {
        var text = new StringBuilder();
        int marks = 0;
        boolean any = false;
        for (Part part : parts) {
            if (part instanceof Parameter parameter && isAllArguments(parameter)) {
                List<Argument> all = evaluator.positional();
                for (int i = 0; i < all.size(); i++) {
                    if (i > 0) {
                        fields.add(new Argument(text.toString(), marks));
                        text.setLength(0);
                        marks = 0;
                    }
                    text.append(all.get(i).text());
                    marks |= all.get(i).marks();
                    any = true;
                }
                continue;
            }
            Argument value = value(part);
            if (part instanceof Text || isQuoted(part)) {
                any |= !value.text().isEmpty() || part instanceof Text;
                text.append(value.text());
                marks |= value.marks();
            } else {
                int start = 0;
                String whole = value.text();
                String separators = evaluator.separators();
                for (int i = 0; i <= whole.length(); i++) {
                    if (i == whole.length()
                            || isSpace(whole.charAt(i))
                            || (!separators.isEmpty() && separators.indexOf(whole.charAt(i)) >= 0)) {
                        if (i > start) {
                            text.append(whole, start, i);
                            marks |= value.marks();
                            any = true;
                        }
                        if (i < whole.length() && any) {
                            fields.add(new Argument(text.toString(), marks));
                            text.setLength(0);
                            marks = 0;
                            any = false;
                        }
                        start = i + 1;
                    }
                }
            }
            check(text.length());
        }
        if (any) {
            fields.add(new Argument(text.toString(), marks));
        }
    }

    private static void check(int length) throws UnreadableScriptException {
        if (length > LONGEST_TEXT) {
            throw new UnreadableScriptException("a word of it expands to more than " + LONGEST_TEXT + " characters");
        }
    }

    private static boolean isAllArguments(Parameter parameter) {
        return parameter.name().equals("@")
                || (parameter.name().equals("*")
                        && !parameter.quoted()
                        && parameter.operator().isEmpty());
    }

    private static boolean isQuoted(Part part) {
        return switch (part) {
            case Text text -> text.quoted();
            case Parameter parameter -> parameter.quoted();
            case Substitution substitution -> substitution.quoted();
            case ProcessSubstitution process -> true;
            case Arithmetic arithmetic -> true;
            case Braces braces -> false;
        };
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }

    private Argument value(Part part) throws UnreadableScriptException {
        return switch (part) {
            case Text text -> Argument.of(text.text());
            case Parameter parameter -> parameter(parameter);
            case Substitution substitution -> evaluator.output(substitution.body());
            case ProcessSubstitution process -> evaluator.process(process);
            case Arithmetic arithmetic -> arithmetic(arithmetic);
            case Braces braces -> single(braces.alternatives().getFirst());
        };
    }

    private Argument arithmetic(Arithmetic arithmetic) throws UnreadableScriptException {
        Argument expression = single(arithmetic.expression());
        String text = expression.text().strip();
        boolean number = !text.isEmpty() && text.length() < 18 && text.chars().allMatch(Character::isDigit);
        return number ? Argument.of(text) : new Argument("$(())", expression.marks() | Mark.UNKNOWN.bit());
    }

    private Argument parameter(Parameter parameter) throws UnreadableScriptException {
        String operator = parameter.operator();
        if (operator.startsWith("!")) {
            Argument name = evaluator.variable(parameter.name());
            return name == null || name.isUnknown() ? unknown(parameter.name()) : orUnknown(name.text());
        }
        Argument value = evaluator.variable(parameter.name());
        if (operator.isEmpty()) {
            return value == null ? evaluator.unknownVariable(parameter.name()) : value;
        }
        if (operator.startsWith("#")
                && parameter.operator().length() == 1
                && parameter.operand().parts().isEmpty()) {
            return value == null || value.isUnknown()
                    ? unknown("#" + parameter.name())
                    : Argument.of(Integer.toString(value.text().length()));
        }
        Argument operand = single(parameter.operand());
        Argument known = value == null ? evaluator.unknownVariable(parameter.name()) : value;
        boolean set =
                value != null && !(operator.startsWith(":") && value.text().isEmpty());
        return switch (operator) {
            case ":-", "-", ":=", "=" -> set ? known : assumed(parameter.name(), operand, operator);
            case ":+", "+" ->
                value == null
                        ? new Argument(operand.text(), operand.marks() | Mark.UNKNOWN.bit())
                        : set ? operand : Argument.of("");
            case ":?", "?" -> known;
            default ->
                value == null || value.isUnknown() || operand.isUnknown()
                        ? unknown(parameter.name()).marked(value == null ? 0 : value.marks())
                        : changed(value, operator, operand.text());
        };
    }

    /** A variable that the text does not set may be set by the environment; what matters is the worse of the two. */
    private Argument assumed(String name, Argument fallback, String operator) {
        if (operator.endsWith("=")) {
            evaluator.set(name, fallback);
        }
        return fallback;
    }

    private Argument orUnknown(String name) {
        Argument value = evaluator.variable(name);
        return value == null ? unknown(name) : value;
    }

    private static Argument changed(Argument value, String operator, String operand) {
        String text = value.text();
        String result = switch (operator) {
            case ":" -> substring(text, operand);
            case "#", "##" -> withoutPrefix(text, operand);
            case "%", "%%" -> withoutSuffix(text, operand);
            case "/", "//" -> replaced(text, operand, operator.length() == 2);
            case "^", "^^" -> operator.length() == 2 ? text.toUpperCase(Locale.ROOT) : capital(text);
            case ",", ",," -> text.toLowerCase(Locale.ROOT);
            case "@" -> text;
            default -> null;
        };
        return result == null
                ? new Argument(text, value.marks() | Mark.UNKNOWN.bit())
                : new Argument(result, value.marks());
    }

    private static @Nullable String substring(String text, String operand) {
        String[] numbers = operand.strip().split(":", 2);
        try {
            int offset = Integer.parseInt(numbers[0].strip());
            int from = Math.clamp(offset < 0 ? text.length() + offset : offset, 0, text.length());
            if (numbers.length == 1) {
                return text.substring(from);
            }
            int length = Integer.parseInt(numbers[1].strip());
            int to = length < 0 ? text.length() + length : Math.min(text.length(), from + length);
            return to < from ? "" : text.substring(from, to);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable String withoutPrefix(String text, String pattern) {
        if (pattern.startsWith("*") && !isPattern(pattern.substring(1)) && pattern.length() > 1) {
            int found = text.lastIndexOf(pattern.substring(1));
            return found < 0 ? text : text.substring(found + pattern.length() - 1);
        }
        return isPattern(pattern) ? null : text.startsWith(pattern) ? text.substring(pattern.length()) : text;
    }

    private static @Nullable String withoutSuffix(String text, String pattern) {
        if (pattern.endsWith("*") && !isPattern(pattern.substring(0, pattern.length() - 1)) && pattern.length() > 1) {
            int found = text.indexOf(pattern.substring(0, pattern.length() - 1));
            return found < 0 ? text : text.substring(0, found);
        }
        return isPattern(pattern)
                ? null
                : text.endsWith(pattern) ? text.substring(0, text.length() - pattern.length()) : text;
    }

    private static @Nullable String replaced(String text, String operand, boolean all) {
        boolean whole = all || operand.startsWith("/");
        String rest = operand.startsWith("/") ? operand.substring(1) : operand;
        int slash = rest.indexOf('/');
        String what = slash < 0 ? rest : rest.substring(0, slash);
        String with = slash < 0 ? "" : rest.substring(slash + 1);
        if (isPattern(what) || what.isEmpty()) {
            return null;
        }
        int first = text.indexOf(what);
        return whole
                ? text.replace(what, with)
                : first < 0 ? text : text.substring(0, first) + with + text.substring(first + what.length());
    }

    private static boolean isPattern(String text) {
        return text.indexOf('*') >= 0 || text.indexOf('?') >= 0 || text.indexOf('[') >= 0;
    }

    private static String capital(String text) {
        return text.isEmpty() ? text : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    static Argument unknown(String name) {
        return new Argument("${" + name + "}", Mark.UNKNOWN.bit());
    }
}
