package io.openclaw.gateway.common.redaction;

import java.util.Locale;

/** Masks what a name of a secret is given: {@code name=X}, {@code name: X}, {@code --name X}, {@code name: n, value: X}. */
final class Assignments {
    private final String text;
    private final Spans spans;
    private final Work work;
    private final Values values;
    private final Cookies cookies;
    private final Markup markup;
    private final Blocks blocks;
    private final Logins logins;
    private final boolean documents;

    /**
     * @param documents whether the text is, or holds, a document of more than one line, and not a command alone
     */
    Assignments(
            String text,
            boolean documents,
            Spans spans,
            Work work,
            Values values,
            Cookies cookies,
            Markup markup,
            Logins logins) {
        this.text = text;
        this.documents = documents;
        this.spans = spans;
        this.work = work;
        this.values = values;
        this.cookies = cookies;
        this.markup = markup;
        this.blocks = new Blocks(text, values, work);
        this.logins = logins;
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

    /** SQL's {@code IDENTIFIED BY 'x'} and {@code PASSWORD 'x'}. */
    int quoted(int end, SecretNames.Name name) {
        int at = values.blanks(end);
        return at > end && at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"')
                ? values.mask(at, name)
                : -1;
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
            if (value >= 0) {
                return value;
            }
        }
        boolean before = blanks > at;
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
                yield pair >= 0 ? pair : config ? values.maskBehindScheme(value, name) : -1;
            }
            case ':' -> {
                if (next == ':' || (next == '/' && blanks + 2 < text.length() && text.charAt(blanks + 2) == '/')) {
                    yield -1;
                }
                int from = blanks + (next == '=' ? 2 : 1);
                int value = behindEmphasis(values.blanks(from));
                if (name.isCookie()) {
                    yield cookies.mask(value);
                }
                int block = documents ? blocks.mask(start, value, name) : -1;
                if (block < 0) {
                    block = login(value, name);
                }
                if (block >= 0) {
                    yield block;
                }
                yield value > from && !closed && values.isCommandAt(value) ? -1 : values.maskBehindScheme(value, name);
            }
            case '-', '\u2192' -> {
                int from = c == '-' ? blanks + 2 : blanks + 1;
                boolean arrow = before && documents && (c != '-' || next == '>');
                yield arrow
                        ? values.mask(values.blanks(from), new SecretNames.Name(name.kind(), false, name.plural()))
                        : standing(start, end, blanks, before, closed, option, introduced, name);
            }
            case '%' ->
                text.regionMatches(true, blanks, "%3D", 0, 3)
                        ? values.maskBehindScheme(blanks + 3, name)
                        : standing(start, end, blanks, before, closed, option, introduced, name);
            case ',', '\n', '/', '}' -> {
                int pair = pair(blanks, name);
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
            case '<' -> next == '/' ? markup.nextElement(blanks, name) : -1;
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
            return values.mask(blanks, name);
        }
        if (c == '\'' || c == '"') {
            return name.kind().equals("password") ? values.mask(blanks, name) : -1;
        }
        if (text.startsWith("is ", blanks) || text.startsWith("was ", blanks)) {
            int value = values.blanks(text.indexOf(' ', blanks));
            return values.mask(value, new SecretNames.Name(name.kind(), false, name.plural()));
        }
        return pair(blanks, name);
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
        return start >= 2 && Values.isQuote(text.charAt(start - 1)) && text.charAt(start - 2) == '=';
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
