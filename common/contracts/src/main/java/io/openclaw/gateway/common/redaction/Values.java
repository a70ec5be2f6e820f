package io.openclaw.gateway.common.redaction;

/** Finds where a value begins and ends, and masks of it what is a literal. */
final class Values {
    static final int MAX_VALUE = 4096;
    private static final int MAX_BLANKS = 8;
    private static final int MAX_LOOKS = 8;
    private static final int MAX_BEFORE = 256;

    private final String text;
    private final boolean command;
    private final Spans spans;
    private final Work work;

    private int wordStart = -1;
    private int wordEnd = -1;
    private int lastEnd = -1;
    private int sameEnd;

    /**
     * @param command whether the text is a command, in which backticks run what they hold
     */
    Values(String text, boolean command, Spans spans, Work work) {
        this.text = text;
        this.command = command;
        this.spans = spans;
        this.work = work;
    }

    /** Masks a value that may begin with the scheme of an authorization; returns its end, or -1 if there is none. */
    int maskBehindScheme(int from, SecretNames.Name name) {
        int at = from;
        while (at < text.length() && text.charAt(at) == '\\') {
            at++;
        }
        if (at < text.length() && isQuote(text.charAt(at))) {
            int scheme = Literals.schemeOf(text, at + 1, Math.min(text.length(), at + 24));
            return scheme > 0 ? mask(scheme, tokenOf(name)) : mask(from, name);
        }
        int scheme = Literals.schemeOf(text, from, Math.min(text.length(), from + 24));
        return scheme > 0 ? mask(scheme, tokenOf(name)) : mask(from, name);
    }

    static SecretNames.Name tokenOf(SecretNames.Name name) {
        return name.isAuthorization() ? new SecretNames.Name("credential", true, false) : name;
    }

    /** Tells whether a name and an equals sign stand there. */
    boolean isAssignment(int at) {
        int end = at;
        while (end < text.length() && end - at < 64 && (Chars.isName(text.charAt(end)) || text.charAt(end) == '.')) {
            end++;
        }
        return end > at && end < text.length() && text.charAt(end) == '=';
    }

    /** Masks the value that begins there; returns its end, or -1 if there is none. */
    int mask(int from, SecretNames.Name name) {
        int at = from;
        int length = text.length();
        int slashes = 0;
        while (at < length && text.charAt(at) == '\\') {
            at++;
            slashes++;
        }
        if (at >= length) {
            return -1;
        }
        if (slashes == 0) {
            at = behindPrefix(at);
        }
        char quote = text.charAt(at);
        if (slashes == 0 && isQuote(quote) && text.startsWith(tripled(quote), at)) {
            return tripleQuoted(at, name);
        }
        if (isQuote(quote)) {
            return quoted(at, slashes, name);
        }
        if (quote == '`' && slashes == 0) {
            return inBackticks(from, at, name);
        }
        if (slashes > 0 && quote != '$') {
            return -1;
        }
        int end = wordFrom(at);
        if (end == lastEnd) {
            // A word that names secrets again and again, and holds none, is not looked at for each of them.
            if (++sameEnd > MAX_LOOKS) {
                return end;
            }
        } else {
            lastEnd = end;
            sameEnd = 0;
        }
        work.add(end - at);
        if (end < length && text.charAt(end) == '(') {
            return -1;
        }
        if (end - at < 3 || (end < length && text.charAt(end) == '[' && isDotted(at, end))) {
            return -1;
        }
        return literal(at, end, name, false);
    }

    /** Python's {@code b'…'} and {@code f"…"}, C#'s {@code @"…"}, Rust's {@code r#"…"#}. */
    private int behindPrefix(int from) {
        int at = from;
        while (at < text.length() && at - from < 2 && "$@bBfFrRuULN".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        if (at > from && (text.charAt(from) | 0x20) == 'r') {
            while (at < text.length() && at - from < 4 && text.charAt(at) == '#') {
                at++;
            }
        }
        return at > from && at < text.length() && isQuote(text.charAt(at)) ? at : from;
    }

    private static String tripled(char quote) {
        return quote == '"' ? "\"\"\"" : "'''";
    }

    private int tripleQuoted(int at, SecretNames.Name name) {
        String quotes = tripled(text.charAt(at));
        int start = at + 3;
        int limit = Math.min(text.length(), start + MAX_VALUE);
        int end = text.indexOf(quotes, start, limit);
        work.add((end < 0 ? limit : end) - at);
        if (end <= start) {
            return -1;
        }
        while (start < end && text.charAt(start) <= ' ') {
            start++;
        }
        int stop = end;
        while (stop > start && text.charAt(stop - 1) <= ' ') {
            stop--;
        }
        return stop == start ? -1 : Math.max(end, literal(start, stop, name, true));
    }

    /** A shell runs what stands in backticks: masked is only one word that no command line holds. */
    private int inBackticks(int from, int at, SecretNames.Name name) {
        boolean glued = from > 0 && text.charAt(from - 1) == '=';
        int end = text.indexOf('`', at + 1, Math.min(text.length(), at + 512));
        work.add((end < 0 ? 512 : end - at));
        if (command || glued || end < 0) {
            return -1;
        }
        String word = text.substring(at + 1, end);
        return Literals.hasBlank(word) || !Literals.looksSecret(word) ? -1 : literal(at + 1, end, name, true);
    }

    private int quoted(int at, int slashes, SecretNames.Name name) {
        char quote = text.charAt(at);
        if (slashes == 0 && isClosing(at)) {
            return -1;
        }
        int start = at + 1;
        int end = start;
        int limit = Math.min(text.length(), start + MAX_VALUE);
        while (end < limit) {
            if (text.charAt(end) == quote) {
                int escapes = 0;
                while (end - 1 - escapes >= start && text.charAt(end - 1 - escapes) == '\\') {
                    escapes++;
                }
                if (escapes <= slashes || (quote == '\'' && slashes == 0)) {
                    end -= Math.min(escapes, slashes);
                    break;
                }
            }
            end++;
        }
        work.add(end - at);
        return start == end ? -1 : literal(start, end, name, true);
    }

    /**
     * Tells whether a quote ends a text that begins before it, rather than beginning a value: {@code input("Password: ").strip()}.
     * What follows it is code then, and is shown.
     */
    private boolean isClosing(int at) {
        char next = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
        if (next > ' ' && ").,;+]}&|:%*".indexOf(next) < 0) {
            return false;
        }
        char quote = text.charAt(at);
        boolean odd = false;
        int from = Math.max(0, at - MAX_BEFORE);
        work.add(at - from);
        for (int i = at - 1; i >= from && text.charAt(i) != '\n'; i--) {
            boolean apostrophe =
                    quote == '\'' && i > 0 && Chars.isLetter(text.charAt(i - 1)) && Chars.isLetter(text.charAt(i + 1));
            odd ^= text.charAt(i) == quote && !apostrophe;
        }
        return odd;
    }

    /** Returns where an unquoted value ends; a word is walked once, however many values end with it. */
    private int wordFrom(int at) {
        if (at >= wordStart && at < wordEnd) {
            return wordEnd;
        }
        int end = at;
        while (end < text.length() && !endsWord(end, text.length())) {
            end++;
        }
        work.add(end - at);
        wordStart = at;
        wordEnd = end;
        return end;
    }

    private boolean endsWord(int at, int limit) {
        char c = text.charAt(at);
        if (c <= ' ' || isQuote(c)) {
            return true;
        }
        return switch (c) {
            case '`', ';', '&', '|', '<', '>', '(', ')', '}', ']' -> true;
            case '{', '[' -> true;
            case '\\' -> {
                char next = at + 1 < limit ? text.charAt(at + 1) : ' ';
                yield next == 'n' || next == 'r' || next == 't' || next <= ' ' || isQuote(next) || next == '\\';
            }
            case ',' ->
                at + 1 >= limit || text.charAt(at + 1) <= ' ' || isQuote(text.charAt(at + 1)) || isAssignment(at + 1);
            case '$' ->
                at + 1 < limit
                        && (text.charAt(at + 1) == '(' || text.charAt(at + 1) == '{' || text.charAt(at + 1) == '\'');
            default -> false;
        };
    }

    /** Masks a literal; what is no literal in it stays. Returns where to go on. */
    int literal(int start, int end, SecretNames.Name name, boolean quoted) {
        String value = text.substring(start, end);
        int mask = Spans.endOfMask(text, start);
        if (mask > 0) {
            return mask;
        }
        if (value.isEmpty()
                || Literals.isNoSecret(value, name)
                || Literals.isReference(value, 0, value.length())
                || Literals.isAddress(value)) {
            return start;
        }
        if (quoted && (value.charAt(0) <= ' ' || Literals.isStructure(value))) {
            return start;
        }
        int code = Literals.codeIn(value, 0, value.length());
        boolean whole = code == value.length();
        if (quoted
                && (whole
                        ? Literals.isCommandLike(value)
                        : Literals.hasBlank(value.substring(0, code))
                                || !Literals.looksSecret(value.substring(0, code)))) {
            return start;
        }
        if (!name.sure()
                && !Literals.looksSecret(value.substring(0, code))
                && !(name.kind().equals("passphrase") && Literals.isSeed(value))) {
            return start;
        }
        if (code == 0) {
            return start;
        }
        spans.add(start, start + code, Literals.kindOf(name));
        return start + code;
    }

    /** {@code sudo -p password: rm -rf x}: a word with an option behind it is a command. */
    boolean isCommandAt(int from) {
        int end = from;
        while (end < text.length()
                && end - from < 64
                && (Chars.is(text.charAt(end), Chars.LOWER | Chars.DIGIT | Chars.DASH | Chars.DOT)
                        || text.charAt(end) == '/')) {
            end++;
        }
        if (end == from || end + 1 >= text.length() || text.charAt(end) != ' ') {
            return false;
        }
        char next = text.charAt(end + 1);
        return next == '-' || next == '/' || next == '~' || next == '*' || next == '$';
    }

    /** Returns where the blanks that begin there end. */
    int blanks(int from) {
        int at = from;
        while (at < text.length() && at - from < MAX_BLANKS && Chars.isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    static boolean isQuote(char c) {
        return c == '"' || c == '\'';
    }

    private boolean isDotted(int start, int end) {
        for (int i = start; i < end; i++) {
            if (!Chars.is(text.charAt(i), Chars.WORD | Chars.DOT)) {
                return false;
            }
        }
        return true;
    }
}
