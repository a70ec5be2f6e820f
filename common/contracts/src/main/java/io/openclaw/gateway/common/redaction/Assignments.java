package io.openclaw.gateway.common.redaction;

import java.util.List;
import java.util.Locale;

/** Masks what a name of a secret is given: {@code name=X}, {@code name: X}, {@code --name X}, {@code name: n, value: X}. */
final class Assignments {
    /** What makes bytes, or an object, of a text. */
    private static final List<String> WRAPPERS = List.of(
            "[]byte(",
            "str(",
            "bytes(",
            "new String(",
            "String(",
            "SecretStr(",
            "SecretString(",
            "Buffer.from(",
            "String::from(");

    private static final int LEAST_CODE = 16;
    private static final int MAX_CODE = 1024;

    private final String text;
    private final Spans spans;
    private final Work work;
    private final Values values;
    private final Cookies cookies;
    private final Markup markup;
    private final Blocks blocks;
    private final Forms forms;
    private final Logins logins;
    private final Prose prose;
    private final Escapes escapes;
    private final boolean documents;
    private final boolean command;
    private boolean runs;

    /**
     * @param command whether the text is a command
     * @param documents whether the text is, or holds, a document of more than one line, and not a command alone
     */
    Assignments(
            String text,
            boolean command,
            boolean documents,
            Spans spans,
            Work work,
            Values values,
            Cookies cookies,
            Markup markup,
            Logins logins) {
        this.text = text;
        this.command = command;
        this.documents = documents;
        this.spans = spans;
        this.work = work;
        this.values = values;
        this.cookies = cookies;
        this.markup = markup;
        this.blocks = new Blocks(text, values, work);
        this.forms = new Forms(text, values, work);
        this.logins = logins;
        this.prose = new Prose(text, command, values, work);
        this.escapes = new Escapes(text, !command, values, work);
    }

    /** Takes notice of whether a program was named that runs one of its operands, so that a word behind a name may run. */
    void runs(boolean later) {
        runs = later;
    }

    /** Masks the Base64 of a user and a password behind the word {@code Basic}. */
    int basic(int end) {
        int from = values.blanks(end);
        int to = from;
        while (to < text.length() && Chars.is(text.charAt(to), Chars.ALNUM | Chars.BASE64)) {
            to++;
        }
        work.add(to - end);
        int seen = 0;
        for (int i = from; i < to; i++) {
            seen |= Chars.of(text.charAt(i));
        }
        boolean padded = to < text.length() && text.charAt(to) == '=';
        while (to < text.length() && text.charAt(to) == '=') {
            to++;
        }
        if (from == end
                || to - from < 8
                || !(padded
                        || ((seen & Chars.UPPER) != 0
                                && (seen & Chars.LOWER) != 0
                                && ((seen & Chars.DIGIT) != 0 || to - from >= 16)))) {
            return -1;
        }
        spans.add(from, to, "credential");
        return to;
    }

    /** The code of an OAuth redirect (RFC 6749, 4.1.2), which is long and random; any other code says what it is. */
    int redirectCode(int start, int end) {
        boolean parameter = start == 0 || "?&\"'".indexOf(text.charAt(start - 1)) >= 0;
        int at = end + 1;
        while (parameter
                && at < text.length()
                && at - end < MAX_CODE
                && (Chars.is(text.charAt(at), Chars.TOKEN | Chars.DOT) || text.charAt(at) == '%')) {
            at++;
        }
        work.add(at - end);
        String code = text.substring(end + 1, at);
        if (code.isEmpty()
                || Literals.isAddress(code)
                || code.length() < LEAST_CODE
                || !Literals.looksSecret(code)
                || code.indexOf(':') >= 0) {
            return -1;
        }
        spans.add(end + 1, at, "code");
        return at;
    }

    /** SQL's {@code IDENTIFIED BY 'x'} and {@code PASSWORD 'x'}. */
    int quoted(int end, SecretNames.Name name) {
        int at = values.blanks(end);
        if (at == end || at >= text.length()) {
            return -1;
        }
        return Values.isQuote(text.charAt(at)) ? values.mask(at, name) : documents ? prose.word(at, name) : -1;
    }

    /**
     * Masks what stands behind a name of a secret, in whatever way it is given to it.
     *
     * @param option whether the name is an option of a command
     * @param introduced whether a word before the name says that a value follows, such as {@code set} or {@code login}
     * @return where to go on, or -1 if nothing stands there
     */
    int named(int start, int end, SecretNames.Name name, boolean option, boolean introduced) {
        int at = end;
        boolean closed = false;
        while (at < text.length() && at - end < 12) {
            char c = text.charAt(at);
            if (c == '\\'
                    && at + 1 < text.length()
                    && (Values.isQuote(text.charAt(at + 1)) || text.charAt(at + 1) == '\\')) {
                at++;
            } else if (Values.isQuote(c)) {
                if (closed) {
                    break;
                }
                closed = true;
                at++;
            } else if ((c == ']' || c == '[' || isEmphasis(c)) && at + 1 < text.length()) {
                at++;
            } else {
                break;
            }
        }
        int blanks = values.blanks(at);
        work.add(blanks - end);
        if (blanks >= text.length()) {
            return -1;
        }
        if (closed && isAttribute(start)) {
            int value = markup.attributes(at, name);
            if (value < 0 && !command) {
                value = forms.part(start, at, name);
            }
            if (value >= 0) {
                return value;
            }
        }
        if (at == end || text.charAt(end) == '\\') {
            int value = escapes.mask(end, name);
            if (value >= 0) {
                return value;
            }
        }
        boolean before = blanks > at;
        if (text.startsWith("..", blanks) && documents) {
            int dots = blanks;
            while (dots < text.length()
                    && dots - blanks < 64
                    && (text.charAt(dots) == '.' || text.charAt(dots) == ' ')) {
                dots++;
            }
            work.add(dots - blanks);
            int value = dots < text.length() && text.charAt(dots) == ':' ? values.blanks(dots + 1) : dots;
            return prose.word(value, name);
        }
        char c = text.charAt(blanks);
        char next = blanks + 1 < text.length() ? text.charAt(blanks + 1) : 0;
        return switch (c) {
            case '=' -> {
                int from = blanks + 1;
                while (from < text.length()
                        && from - blanks < 3
                        && (text.charAt(from) == '=' || text.charAt(from) == '>')) {
                    from++;
                }
                int value = values.blanks(from);
                boolean config = before || closed || value == from || from - blanks > 1;
                int pair = config ? login(value, name) : -1;
                if (pair < 0 && config) {
                    pair = several(value, name, before);
                }
                if (pair < 0 && documents) {
                    pair = wrapped(value, name);
                }
                if (pair < 0 && next == '&') {
                    pair = escapes.mask(blanks, name);
                }
                yield pair >= 0 ? pair : config ? values.maskBehindScheme(value, name) : -1;
            }
            case ':' -> {
                if (next == ':' || (next == '/' && blanks + 2 < text.length() && text.charAt(blanks + 2) == '/')) {
                    yield -1;
                }
                int from = blanks + (next == '=' ? 2 : 1);
                int value = behindEmphasis(values.blanks(from));
                if (name.isCookie()) {
                    boolean quoted = value < text.length() && Values.isQuote(text.charAt(value));
                    yield cookies.mask(quoted ? value + 1 : value);
                }
                int block = documents ? blocks.mask(start, value, name) : -1;
                if (block < 0) {
                    block = login(value, name);
                }
                if (block < 0) {
                    block = several(value, name, true);
                }
                if (block < 0 && next == '=' && documents) {
                    block = wrapped(value, name);
                }
                if (block < 0 && documents) {
                    block = typed(value, name);
                }
                if (block < 0 && documents) {
                    value = behindTag(value);
                }
                if (isIntrinsic(value)) {
                    yield -1;
                }
                if (block < 0 && !command && text.startsWith("</", value)) {
                    block = markup.nextElement(value, name, true);
                }
                if (block < 0 && !command && value < text.length()) {
                    block = text.charAt(value) == '<'
                            ? markup.inside(value, name)
                            : text.charAt(value) == '&' ? escapes.mask(blanks, name) : -1;
                }
                if (block >= 0) {
                    yield block;
                }
                yield value > from && !closed && values.isCommandAt(value) ? -1 : values.maskBehindScheme(value, name);
            }
            case '-', '\u2192', '\u2013', '\u2014' -> {
                int from = c == '-' && next == '>' ? blanks + 2 : blanks + 1;
                boolean arrow = documents && (c == '\u2192' || (before && (c != '-' || next == '>' || next == ' ')));
                yield arrow
                        ? values.mask(values.blanks(from), new SecretNames.Name(name.kind(), false, name.plural()))
                        : standing(start, end, blanks, before, closed, option, introduced, name);
            }
            case ',', '\n', '/', '}' -> {
                int pair = pair(blanks, name);
                if (pair < 0 && c == '\n' && !command && isHeading(start)) {
                    pair = prose.below(blanks, name, true);
                }
                if (pair >= 0) {
                    yield pair;
                }
                if (c == ',' && closed) {
                    int value = values.blanks(blanks + 1);
                    if (value < text.length()
                            && Values.isQuote(text.charAt(value))
                            && !values.isAssignment(value + 1)) {
                        yield values.maskBehindScheme(value, name);
                    }
                }
                yield -1;
            }
            case '>' -> {
                boolean element = start > 0 && (text.charAt(start - 1) == '<' || text.charAt(start - 1) == ':');
                yield element ? markup.body(blanks + 1, name) : -1;
            }
            case '<' ->
                next == '-' && documents && before && !command
                        ? values.mask(values.blanks(blanks + 2), name)
                        : next == '/' ? markup.nextElement(blanks, name, !command) : -1;
            case '{' -> closed ? defaultIn(blanks, name) : -1;
            case '(' -> {
                int pair = login(blanks, name);
                if (pair >= 0) {
                    yield pair;
                }
                int value = values.blanks(blanks + 1);
                yield value < text.length() && Values.isQuote(text.charAt(value)) ? values.mask(value, name) : -1;
            }
            default -> standing(start, end, blanks, before, closed, option, introduced, name);
        };
    }

    /** Masks what stands behind a name and blanks alone. */
    private int standing(
            int start,
            int end,
            int blanks,
            boolean before,
            boolean closed,
            boolean option,
            boolean introduced,
            SecretNames.Name name) {
        char c = text.charAt(blanks);
        if (!before) {
            return -1;
        }
        if (Chars.isLetter(c) && isElement(start)) {
            return markup.start(blanks, name);
        }
        if (closed && isEmphasis(text.charAt(blanks - 1))) {
            return prose.standing(blanks, name);
        }
        if (closed) {
            return pair(blanks, name);
        }
        if (option) {
            return isNegated(start, end) || c == '-' ? -1 : values.maskBehindScheme(blanks, name);
        }
        if (name.kind().equals("token") && SecretNames.isWord(text, start, end, "bearer")) {
            return values.mask(blanks, name);
        }
        if (introduced && c != '-') {
            int masked = values.mask(blanks, name);
            if (masked > blanks || !documents) {
                return masked;
            }
        }
        if (c == '\'' || c == '"') {
            return values.mask(
                    blanks,
                    name.kind().equals("password") ? name : new SecretNames.Name(name.kind(), false, name.plural()));
        }
        if (text.startsWith("is ", blanks) || text.startsWith("was ", blanks)) {
            int value = values.blanks(text.indexOf(' ', blanks));
            int masked = values.mask(value, new SecretNames.Name(name.kind(), false, name.plural()));
            if (masked >= 0 && masked > value) {
                return masked;
            }
        }
        int pair = pair(blanks, name);
        if (pair < 0 && documents && !runs && !name.isCookie()) {
            pair = declared(blanks, name);
        }
        return pair < 0 && documents && !runs && !name.isCookie() ? prose.standing(blanks, name) : pair;
    }

    /** The start of an element, with a namespace or without. */
    private boolean isElement(int start) {
        int at = start - 1;
        if (at > 0 && text.charAt(at) == ':') {
            at--;
            while (at > 0 && start - at < 32 && Chars.isName(text.charAt(at))) {
                at--;
            }
            work.add(start - at);
        }
        return at >= 0 && text.charAt(at) == '<';
    }

    /** A name alone on its line is one of what stands below it: {@code ### Password}. */
    private boolean isHeading(int start) {
        int at = start;
        while (at > 0 && start - at < 8 && "#* `_".indexOf(text.charAt(at - 1)) >= 0) {
            at--;
        }
        return at == 0 || text.charAt(at - 1) == '\n';
    }

    /**
     * Values on the lines below, or several in brackets.
     *
     * @param apart whether a word alone on the next line is the value, which a shell would run behind {@code name=}
     */
    private int several(int value, SecretNames.Name name, boolean apart) {
        if (!documents || value >= text.length()) {
            return -1;
        }
        char c = text.charAt(value);
        if (c == '<' && !command && text.startsWith("<<", value)) {
            int line = text.indexOf('\n', value, Math.min(text.length(), value + 32));
            work.add(32);
            return line < 0 ? -1 : prose.below(line, name, true);
        }
        if (c == '\n' || c == '\r') {
            int pair = apart ? pair(value, name) : -1;
            return pair >= 0 ? pair : prose.below(value, name, apart);
        }
        return c == '[' && name.plural() ? prose.brackets(value, name) : -1;
    }

    /** {@code []byte("X")}, {@code new String("X")}, and {@code {X}} of connection strings. */
    private int wrapped(int from, SecretNames.Name name) {
        if (from >= text.length()) {
            return -1;
        }
        if (text.charAt(from) == '{' && name.kind().equals("password")) {
            int close = text.indexOf('}', from, Math.min(text.length(), from + 128));
            work.add(128);
            boolean ends = close > 0 && (close + 1 == text.length() || ";\n".indexOf(text.charAt(close + 1)) >= 0);
            boolean word =
                    ends && text.substring(from + 1, close).chars().allMatch(c -> c > ' ' && "\"':,$".indexOf(c) < 0);
            return word
                    ? values.literal(from + 1, close, new SecretNames.Name(name.kind(), false, name.plural()), false)
                    : -1;
        }
        for (String wrapper : WRAPPERS) {
            if (text.startsWith(wrapper, from)) {
                int value = from + wrapper.length();
                return value < text.length() && Values.isQuote(text.charAt(value))
                        ? values.mask(value, new SecretNames.Name(name.kind(), false, name.plural()))
                        : -1;
            }
        }
        return -1;
    }

    /** {@code password: str = "X"}: a type stands between the name and the value. */
    private int typed(int from, SecretNames.Name name) {
        int at = from;
        while (at < text.length()
                && at - from < 40
                && (Chars.isName(text.charAt(at)) || "&<>[]?.|".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        work.add(at - from);
        int equal = values.blanks(at);
        if (at == from || equal == at || equal + 1 >= text.length() || text.charAt(equal) != '=') {
            return -1;
        }
        int value = values.blanks(equal + 1);
        return value < text.length() && Values.isQuote(text.charAt(value)) ? values.mask(value, name) : -1;
    }

    /** {@code var password string = "X"}, {@code SET PASSWORD FOR bob = 'X'}. */
    private int declared(int from, SecretNames.Name name) {
        if (SecretNames.isWord(text, from, Math.min(text.length(), from + 4), "for ")) {
            int equal = from + 4;
            int limit = Math.min(text.length(), from + 80);
            while (equal < limit && (Chars.isName(text.charAt(equal)) || "'\"`@%. ".indexOf(text.charAt(equal)) >= 0)) {
                equal++;
            }
            work.add(equal - from);
            int value = equal >= limit || text.charAt(equal) != '=' ? text.length() : values.blanks(equal + 1);
            return value < text.length() && Values.isQuote(text.charAt(value)) ? values.mask(value, name) : -1;
        }
        return typed(from, name);
    }

    /** Tags and anchors of YAML stand before a value: {@code password: !vault X}. */
    private int behindTag(int from) {
        if (from >= text.length() || (text.charAt(from) != '!' && text.charAt(from) != '&')) {
            return from;
        }
        int at = from + 1;
        while (at < text.length()
                && at - from < 24
                && (Chars.is(text.charAt(at), Chars.LETTER | Chars.UNDERSCORE) || text.charAt(at) == '!')) {
            at++;
        }
        work.add(at - from);
        int value = values.blanks(at);
        return value == at || value >= text.length() || text.charAt(value) <= ' ' || isIntrinsic(from) ? from : value;
    }

    /** Functions of CloudFormation, whose value is a name: {@code !Ref DbPassword}. */
    private boolean isIntrinsic(int tag) {
        return text.startsWith("!Ref", tag)
                || text.startsWith("!Sub", tag)
                || text.startsWith("!GetAtt", tag)
                || text.startsWith("!ImportValue", tag);
    }

    /** A block of HCL whose label is the name: {@code variable "password" { default = "X" }}. */
    private int defaultIn(int open, SecretNames.Name name) {
        int limit = Math.min(text.length(), open + 256);
        int close = text.indexOf('}', open, limit);
        int at = text.indexOf("default", open, close < 0 ? limit : close);
        work.add(limit - open);
        if (at < 0) {
            return -1;
        }
        int equal = values.blanks(at + 7);
        if (equal >= text.length() || text.charAt(equal) != '=') {
            return -1;
        }
        int value = values.blanks(equal + 1);
        return value < text.length() && Values.isQuote(text.charAt(value)) ? values.mask(value, name) : -1;
    }

    /** Markdown's signs around a name: {@code **password**}, {@code `password`}; in a command they mean something else. */
    private boolean isEmphasis(char c) {
        return documents && (c == '*' || c == '`');
    }

    private int behindEmphasis(int from) {
        int at = from;
        while (at < text.length() && at - from < 3 && isEmphasis(text.charAt(at))) {
            at++;
        }
        return at > from && at < text.length() && text.charAt(at) == ' ' ? values.blanks(at) : from;
    }

    /** A user and a password in parentheses or brackets, behind a name of credentials. */
    private int login(int from, SecretNames.Name name) {
        boolean opens = from < text.length() && (text.charAt(from) == '(' || text.charAt(from) == '[');
        return opens && name.kind().equals("credential") ? logins.pair(from) : -1;
    }

    private boolean isAttribute(int start) {
        int at = start;
        while (at > 0 && start - at < 64 && Chars.is(text.charAt(at - 1), Chars.NAME | Chars.DOT)) {
            at--;
        }
        work.add(start - at);
        return at >= 2 && Values.isQuote(text.charAt(at - 1)) && text.charAt(at - 2) == '=';
    }

    private boolean isNegated(int start, int end) {
        String word = text.substring(start, Math.min(end, start + 20)).toLowerCase(Locale.ROOT);
        int from = 0;
        while (from < word.length() && word.charAt(from) == '-') {
            from++;
        }
        String bare = word.substring(from);
        return bare.startsWith("no-")
                || bare.startsWith("with-")
                || bare.startsWith("without-")
                || bare.startsWith("show-")
                || bare.startsWith("print-")
                || bare.startsWith("skip-")
                || bare.startsWith("ask-")
                || bare.startsWith("prompt-")
                || bare.startsWith("use-")
                || bare.startsWith("require-");
    }

    /** {@code name: X, value: Y}: the value of a pair whose name is secret. */
    private int pair(int from, SecretNames.Name name) {
        int at = from;
        while (at < text.length() && at - from < 24) {
            char c = text.charAt(at);
            if (c <= ' ' || c == ',' || c == '"' || c == '\'' || c == '\\' || c == '/') {
                at++;
            } else {
                break;
            }
        }
        work.add(at - from);
        int end = at;
        while (end < text.length() && end - at < 8 && Chars.isLetter(text.charAt(end))) {
            end++;
        }
        boolean isValue = SecretNames.isWord(text, at, end, "value")
                || SecretNames.isWord(text, at, end, "content")
                || SecretNames.isWord(text, at, end, "val");
        if (!isValue) {
            return -1;
        }
        int close = end;
        while (close < text.length()
                && close - end < 4
                && (Values.isQuote(text.charAt(close)) || text.charAt(close) == '\\')) {
            close++;
        }
        close = values.blanks(close);
        if (close >= text.length() || (text.charAt(close) != '=' && text.charAt(close) != ':')) {
            return -1;
        }
        return values.maskBehindScheme(values.blanks(close + 1), name);
    }
}
