package io.openclaw.gateway.common.redaction;

import java.util.ArrayList;
import java.util.Comparator;
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
    private record Place(SecretNames.@Nullable Name name, boolean direct, String program, boolean command) {
        static final Place PLAIN = new Place(null, false, "", false);
    }

    /** A text of a list, and where it stood. */
    private record Item(String text, int start, int end, boolean masked) {}

    private static final int MAX_DEPTH = 1000;
    private static final int MAX_WORDS = 256;

    private final String text;
    private final Work work;
    private final List<Edit> edits = new ArrayList<>();
    private int at;
    private int depth;
    private int maskedNames;
    private boolean sorted = true;
    /** Whether what was masked already is looked for elsewhere, and nothing else. */
    private final boolean again;

    private int stringStart;
    private int stringEnd;

    private JsonMasker(String text, boolean again, Work work) {
        this.text = text;
        this.again = again;
        this.work = work;
    }

    /**
     * Returns the JSON with its secrets masked.
     *
     * @throws NoJsonException if it is no JSON
     */
    static String mask(String json, Work work) {
        return new JsonMasker(json, false, work).masked();
    }

    /**
     * Masks in a JSON whose secrets are masked what stands of them elsewhere in it.
     *
     * @throws NoJsonException if it is no JSON
     */
    static String maskRepeats(String json, Work work) {
        return new JsonMasker(json, true, work).masked();
    }

    private String masked() {
        value(Place.PLAIN);
        blanks();
        if (at != text.length()) {
            throw new NoJsonException();
        }
        return edited();
    }

    private String edited() {
        if (edits.isEmpty()) {
            return text;
        }
        if (!sorted) {
            edits.sort(Comparator.comparingInt(Edit::start));
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
        if (again || name == null) {
            return plain(read, place.command);
        }
        return place.direct || Literals.looksSecret(read)
                ? TextMasker.maskValue(read, name, work)
                : plain(read, place.command);
    }

    private String plain(String read, boolean command) {
        return again ? work.masked().mask(read, command, work) : TextMasker.mask(read, command, work);
    }

    private void object(Place place) {
        at++;
        SecretNames.Name pairName = null;
        int valueEdit = -1;
        int valueStart = -1;
        int valueEnd = -1;
        String value = null;
        String program = "";
        List<String> columns = null;
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
            String shownName = plain(name, false);
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
            boolean command = place.command || isCommand(name);
            Place inner = said != null
                    ? new Place(said, true, program, command)
                    : place.name != null && !isString
                            ? new Place(place.name, false, program, command)
                            : place.name != null
                                    ? new Place(place.name, holdsTheValue(name), program, command)
                                    : new Place(null, false, program, command);
            if (columns != null && isRows(name) && at < text.length() && text.charAt(at) == '[') {
                rows(columns, inner);
            } else if (isString && said == null) {
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
                String called = programOf(read);
                program = isProgram(called) ? called : program;
            } else if (isColumns(name) && at < text.length() && text.charAt(at) == '[') {
                columns = columns(inner);
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
        if (pairName != null && value != null && !again) {
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
        blanks();
        if (next(']')) {
            return;
        }
        var words = new WordList(place);
        while (true) {
            blanks();
            if (at < text.length() && text.charAt(at) == '"') {
                words.add(string());
            } else {
                words.interrupt();
                value(place);
            }
            blanks();
            if (next(']')) {
                break;
            }
            if (!next(',')) {
                throw new NoJsonException();
            }
        }
        if (!again) {
            command(place.program, words.items);
        }
    }

    /** The texts of one list, read as the words of a command. */
    private final class WordList {
        private final Place place;
        private final List<Item> items = new ArrayList<>();
        private String program;
        private SecretNames.@Nullable Name said;
        private @Nullable String option;
        private boolean operand;
        private boolean first = true;

        WordList(Place place) {
            this.place = place;
            program = place.program;
            operand = Operands.changes(program) || Operands.runs(program);
        }

        void interrupt() {
            said = null;
            option = null;
            first = false;
        }

        void add(String read) {
            String masked = masked(read);
            boolean edited = !masked.equals(read);
            if (edited) {
                edits.add(new Edit(stringStart, stringEnd, quoted(masked)));
            }
            if (items.size() < MAX_WORDS) {
                items.add(new Item(read, stringStart, stringEnd, edited));
            }
            notice(read);
            first = false;
        }

        private String masked(String read) {
            SecretNames.Name name = said;
            String waiting = option;
            said = null;
            option = null;
            boolean isOption = read.startsWith("-");
            if (operand && !isOption) {
                // What would run, or be deleted, stays visible.
                return again ? read : TextMasker.maskTokens(read, work);
            }
            if (again) {
                return plain(read, false);
            }
            if (name != null && !isOption) {
                return TextMasker.maskValue(read, name, work);
            }
            if (waiting != null && !isOption) {
                return ProgramOptions.maskCredential(read, waiting, work);
            }
            String glued = program.isEmpty() ? null : ProgramOptions.optionOf(program, read);
            if (glued != null
                    && !glued.startsWith("--")
                    && read.length() > ProgramOptions.bare(glued).length()) {
                return ProgramOptions.maskGlued(read, glued, work);
            }
            if (glued != null && ProgramOptions.standsAlone(glued)) {
                option = glued;
            } else if (isOption ? read.indexOf('=') < 0 : first && place.name == null && read.length() <= 40) {
                said = SecretNames.of(read);
            }
            return JsonMasker.this.masked(read, place);
        }

        private void notice(String read) {
            String called = programOf(read);
            if (operand && Operands.runs(program) && !read.startsWith("-")) {
                operand = false;
            }
            if (ProgramOptions.isProgram(called)) {
                program = called;
            } else if (called.equals("login") && ProgramOptions.isProgram(program + " login")) {
                program = program + " login";
            } else if (first && (ProgramOptions.isProgram(called + " login") || isProgram(called))) {
                program = called;
                operand = Operands.changes(called) || Operands.runs(called);
            } else if (isOperand(items, called)) {
                program = called;
                operand = true;
            }
        }
    }

    /** {@code ["sudo","rm",…]}: the program stands behind another one that runs it. */
    private static boolean isOperand(List<Item> items, String called) {
        return items.size() > 1
                && items.size() <= 4
                && Operands.leads(programOf(items.getFirst().text))
                && (Operands.changes(called) || Operands.runs(called));
    }

    private static boolean isProgram(String called) {
        return ProgramOptions.isProgram(called)
                || Commands.isProgram(called)
                || Operands.changes(called)
                || Operands.runs(called);
    }

    /** Looks at the words of a list as at those of a command. */
    private void command(String program, List<Item> items) {
        List<String> words = new ArrayList<>();
        words.add(program);
        items.forEach(item -> words.add(item.text));
        for (Commands.Found found : Commands.find(words)) {
            if (found.word() == 0) {
                continue;
            }
            Item item = items.get(found.word() - 1);
            String secret = item.text.substring(found.from(), found.to());
            if (item.masked || secret.isEmpty()) {
                continue;
            }
            var name = new SecretNames.Name("password", found.sure(), false);
            String masked = item.text.substring(0, found.from())
                    + TextMasker.maskValue(secret, name, work)
                    + item.text.substring(found.to());
            if (!masked.equals(item.text) && edits.stream().noneMatch(edit -> edit.start == item.start)) {
                sorted = false;
                edits.add(new Edit(item.start, item.end, quoted(masked)));
            }
        }
    }

    /** Reads a list of the names of columns; {@code null} if there is anything else in it, or none names a secret. */
    private @Nullable List<String> columns(Place place) {
        int start = at;
        List<String> columns = new ArrayList<>();
        List<Edit> shown = new ArrayList<>();
        at++;
        blanks();
        while (at < text.length() && text.charAt(at) == '"' && columns.size() < MAX_WORDS) {
            String read = string();
            columns.add(read);
            String masked = plain(read, false);
            if (!masked.equals(read)) {
                shown.add(new Edit(stringStart, stringEnd, quoted(masked)));
            }
            blanks();
            if (!next(',')) {
                break;
            }
            blanks();
        }
        if (next(']') && columns.stream().anyMatch(column -> SecretNames.of(column) != null)) {
            edits.addAll(shown);
            return columns;
        }
        at = start;
        value(place);
        return null;
    }

    /** Rows of a table: each value is one of the column that stands in its place. */
    private void rows(List<String> columns, Place place) {
        at++;
        blanks();
        if (next(']')) {
            return;
        }
        while (true) {
            blanks();
            if (next('[')) {
                row(columns, place);
            } else {
                value(place);
            }
            blanks();
            if (next(']')) {
                return;
            }
            if (!next(',')) {
                throw new NoJsonException();
            }
        }
    }

    private void row(List<String> columns, Place place) {
        blanks();
        if (next(']')) {
            return;
        }
        for (int i = 0; ; i++) {
            SecretNames.Name name = i < columns.size() && !again ? SecretNames.of(columns.get(i)) : null;
            value(name == null ? place : new Place(name, name.kind().startsWith("pass"), place.program, place.command));
            blanks();
            if (next(']')) {
                return;
            }
            if (!next(',')) {
                throw new NoJsonException();
            }
        }
    }

    private static boolean isColumns(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "columns", "headers", "header", "fields", "fieldnames", "cols" -> true;
            default -> false;
        };
    }

    private static boolean isRows(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "rows", "data", "values", "records", "results" -> true;
            default -> false;
        };
    }

    /** Names of arguments whose text is run. */
    private static boolean isCommand(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "command", "cmd", "commands", "script", "shell", "bash", "sh", "exec", "run", "commandline" -> true;
            default -> false;
        };
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
        if (name == null || !place.direct || again) {
            return;
        }
        String read = text.substring(start, at);
        if (!name.plural() && (name.sure() || Literals.looksSecret(read))) {
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
