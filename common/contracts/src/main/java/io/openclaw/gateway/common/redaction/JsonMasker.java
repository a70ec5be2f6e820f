package io.openclaw.gateway.common.redaction;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Masks the secrets in a JSON text (RFC 8259) without taking it apart: what is not masked stays as it was written, to the
 * letter. Structure is never masked, its texts and numbers are.
 */
final class JsonMasker {
    /** Thrown for a text that is no JSON. */
    static final class NoJsonException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NoJsonException() {
            super("no JSON", null, false, false);
        }
    }

    private record Edit(int start, int end, String text) {}

    /** What is known where a value stands. */
    private record Place(SecretNames.@Nullable Name name, boolean direct, String program) {
        static final Place PLAIN = new Place(null, false, "");
    }

    private static final int MAX_DEPTH = 1000;

    private final String text;
    private final Work work;
    private final List<Edit> edits = new ArrayList<>();
    private int at;
    private int depth;
    private int maskedNames;
    private int stringStart;
    private int stringEnd;

    private JsonMasker(String text, Work work) {
        this.text = text;
        this.work = work;
    }

    /**
     * Returns the JSON with its secrets masked.
     *
     * @throws NoJsonException if it is no JSON
     */
    static String mask(String json, Work work) {
        var masker = new JsonMasker(json, work);
        masker.value(Place.PLAIN);
        masker.blanks();
        if (masker.at != json.length()) {
            throw new NoJsonException();
        }
        return masker.edited();
    }

    private String edited() {
        if (edits.isEmpty()) {
            return text;
        }
        var edited = new StringBuilder(text.length() + 32 * edits.size());
        int done = 0;
        for (Edit edit : edits) {
            edited.append(text, done, edit.start).append(edit.text);
            done = edit.end;
        }
        return edited.append(text, done, text.length()).toString();
    }

    private void value(Place place) {
        blanks();
        if (at >= text.length() || depth > MAX_DEPTH) {
            throw new NoJsonException();
        }
        depth++;
        switch (text.charAt(at)) {
            case '{' -> object(place);
            case '[' -> array(place);
            case '"' -> {
                String read = string();
                String masked = masked(read, place);
                if (!masked.equals(read)) {
                    edits.add(new Edit(stringStart, stringEnd, quoted(masked)));
                }
            }
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number(place);
        }
        depth--;
    }

    private String masked(String read, Place place) {
        SecretNames.Name name = place.name;
        if (name == null) {
            return TextMasker.mask(read, work);
        }
        return place.direct || TextMasker.looksSecret(read)
                ? TextMasker.maskValue(read, name, work)
                : TextMasker.mask(read, work);
    }

    private void object(Place place) {
        at++;
        SecretNames.Name pairName = null;
        int valueEdit = -1;
        int valueStart = -1;
        int valueEnd = -1;
        String value = null;
        String program = "";
        boolean first = true;
        while (true) {
            blanks();
            if (first && next('}')) {
                return;
            }
            first = false;
            if (at >= text.length() || text.charAt(at) != '"') {
                throw new NoJsonException();
            }
            String name = string();
            String shownName = TextMasker.mask(name, work);
            if (!shownName.equals(name)) {
                // Two names that are masked alike would be one name twice.
                String unique = ++maskedNames > 1 ? shownName + " #" + maskedNames : shownName;
                edits.add(new Edit(stringStart, stringEnd, quoted(unique)));
            }
            blanks();
            if (!next(':')) {
                throw new NoJsonException();
            }
            blanks();
            SecretNames.Name said = SecretNames.of(name);
            int from = at;
            int edit = edits.size();
            boolean isString = at < text.length() && text.charAt(at) == '"';
            Place inner = said != null
                    ? new Place(said, true, program)
                    : place.name != null && !isString
                            ? new Place(place.name, false, program)
                            : place.name != null
                                    ? new Place(place.name, holdsTheValue(name), program)
                                    : new Place(null, false, program);
            if (isString && said == null) {
                String read = string();
                String masked = masked(read, inner);
                if (!masked.equals(read)) {
                    edits.add(new Edit(stringStart, stringEnd, quoted(masked)));
                }
                if (isName(name)) {
                    pairName = SecretNames.of(read);
                } else if (isLabel(name) && isPassword(SecretNames.of(read))) {
                    pairName = SecretNames.of(read);
                } else if (holdsTheValue(name)) {
                    value = read;
                    valueStart = from;
                    valueEnd = at;
                    valueEdit = edit;
                }
                String called = TextMasker.isProgram(programOf(read)) ? programOf(read) : "";
                program = called.isEmpty() ? program : called;
            } else {
                value(inner);
            }
            blanks();
            if (next('}')) {
                break;
            }
            if (!next(',')) {
                throw new NoJsonException();
            }
        }
        if (pairName != null && value != null) {
            String masked = TextMasker.maskValue(value, pairName, work);
            boolean isEdited = valueEdit < edits.size() && edits.get(valueEdit).start == valueStart;
            if (!masked.equals(value)) {
                var whole = new Edit(valueStart, valueEnd, quoted(masked));
                if (isEdited) {
                    edits.set(valueEdit, whole);
                } else {
                    edits.add(valueEdit, whole);
                }
            }
        }
    }

    private static String programOf(String word) {
        return word.length() > 64 ? "" : word.substring(word.lastIndexOf('/') + 1);
    }

    private static boolean isName(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "name", "key", "header", "field", "variable", "param", "parameter", "k", "id", "option" -> true;
            default -> false;
        };
    }

    /** What names a field of a form, for a person or a browser; it may say much else. */
    private static boolean isLabel(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "label", "title", "type", "selector", "ref", "element", "placeholder", "locator" -> true;
            default -> false;
        };
    }

    private static boolean isPassword(SecretNames.@Nullable Name name) {
        return name != null && name.sure() && name.kind().startsWith("pass");
    }

    private static boolean holdsTheValue(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "value",
                    "val",
                    "v",
                    "content",
                    "data",
                    "default",
                    "current",
                    "new",
                    "old",
                    "plain",
                    "raw",
                    "text",
                    "to",
                    "securevalue" -> true;
            default -> false;
        };
    }

    /** A list may be the words of one command: an option in it says what the next word is. */
    private void array(Place place) {
        at++;
        String program = place.program;
        SecretNames.Name said = null;
        String option = null;
        boolean first = true;
        while (true) {
            blanks();
            if (first && next(']')) {
                return;
            }
            if (at < text.length() && text.charAt(at) == '"') {
                String read = string();
                String masked;
                SecretNames.Name name = said;
                String waiting = option;
                said = null;
                option = null;
                String glued = program.isEmpty() ? null : TextMasker.optionOf(program, read);
                if (name != null && !read.startsWith("-")) {
                    masked = TextMasker.maskValue(read, name, work);
                } else if (waiting != null && !read.startsWith("-")) {
                    masked = TextMasker.maskCredential(read, waiting, work);
                } else if (glued != null
                        && !glued.startsWith("--")
                        && read.length() > glued.replaceAll("[!:%,]$", "").length()) {
                    masked = TextMasker.maskGlued(read, glued, work);
                } else {
                    masked = masked(read, place);
                    if (glued != null && TextMasker.standsAlone(glued)) {
                        option = glued;
                    } else if (read.startsWith("-") && read.indexOf('=') < 0) {
                        said = SecretNames.of(read);
                    } else if (first && place.name == null && read.length() <= 40) {
                        said = SecretNames.of(read);
                    }
                }
                if (!masked.equals(read)) {
                    edits.add(new Edit(stringStart, stringEnd, quoted(masked)));
                }
                String called = programOf(read);
                if (TextMasker.isProgram(called)) {
                    program = called;
                } else if (called.equals("login") && TextMasker.isProgram(program + " login")) {
                    program = program + " login";
                } else if (first
                        && (called.equals("docker")
                                || called.equals("podman")
                                || called.equals("buildah")
                                || called.equals("helm")
                                || called.equals("skopeo")
                                || called.equals("az")
                                || called.equals("oc")
                                || called.equals("cf"))) {
                    program = called;
                }
            } else {
                said = null;
                option = null;
                value(place);
            }
            first = false;
            blanks();
            if (next(']')) {
                return;
            }
            if (!next(',')) {
                throw new NoJsonException();
            }
        }
    }

    private void number(Place place) {
        int start = at;
        if (at < text.length() && text.charAt(at) == '-') {
            at++;
        }
        int digits = at;
        digits();
        if (at == digits || (text.charAt(digits) == '0' && at - digits > 1)) {
            throw new NoJsonException();
        }
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            int fraction = at;
            digits();
            if (at == fraction) {
                throw new NoJsonException();
            }
        }
        if (at < text.length() && (text.charAt(at) | 0x20) == 'e') {
            at++;
            if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
                at++;
            }
            int exponent = at;
            digits();
            if (at == exponent) {
                throw new NoJsonException();
            }
        }
        work.add(at - start);
        SecretNames.Name name = place.name;
        if (name == null || !place.direct) {
            return;
        }
        String read = text.substring(start, at);
        if (!name.plural() && (name.sure() || TextMasker.looksSecret(read))) {
            edits.add(new Edit(start, at, quoted(Spans.mask(name.kind(), read.length()))));
        }
    }

    private void digits() {
        while (at < text.length() && Chars.is(text.charAt(at), Chars.DIGIT)) {
            at++;
        }
    }

    private void word(String word) {
        if (!text.startsWith(word, at)) {
            throw new NoJsonException();
        }
        at += word.length();
    }

    private boolean next(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void blanks() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return;
            }
            at++;
            work.add(1);
        }
    }

    /** Reads the string that begins here, and keeps where it stood. */
    private String string() {
        int start = at;
        int i = at + 1;
        boolean plain = true;
        while (true) {
            if (i >= text.length() || text.charAt(i) < ' ') {
                throw new NoJsonException();
            }
            char c = text.charAt(i);
            if (c == '"') {
                break;
            }
            if (c == '\\') {
                plain = false;
                i++;
                if (i >= text.length()) {
                    throw new NoJsonException();
                }
            }
            i++;
        }
        work.add(i - start);
        at = i + 1;
        stringStart = start;
        stringEnd = at;
        return plain ? text.substring(start + 1, i) : unescaped(start + 1, i);
    }

    private String unescaped(int from, int to) {
        var unescaped = new StringBuilder(to - from);
        int i = from;
        while (i < to) {
            char c = text.charAt(i);
            if (c != '\\') {
                unescaped.append(c);
                i++;
                continue;
            }
            i++;
            switch (text.charAt(i)) {
                case '"', '\\', '/' -> unescaped.append(text.charAt(i));
                case 'n' -> unescaped.append('\n');
                case 't' -> unescaped.append('\t');
                case 'r' -> unescaped.append('\r');
                case 'b' -> unescaped.append('\b');
                case 'f' -> unescaped.append('\f');
                case 'u' -> {
                    if (i + 4 >= to) {
                        throw new NoJsonException();
                    }
                    int code = 0;
                    for (int digit = 1; digit <= 4; digit++) {
                        int value = Character.digit(text.charAt(i + digit), 16);
                        if (value < 0) {
                            throw new NoJsonException();
                        }
                        code = code * 16 + value;
                    }
                    unescaped.append((char) code);
                    i += 4;
                }
                default -> throw new NoJsonException();
            }
            i++;
        }
        return unescaped.toString();
    }

    private static String quoted(String value) {
        var quoted = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    // A lone surrogate would become a question mark where the JSON becomes UTF-8.
                    if (c < ' ' || Character.isSurrogate(c)) {
                        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }
}
