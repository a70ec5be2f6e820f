package io.openclaw.gateway.vetting.core.shell;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The words of SQL. Databases differ in what ends a text and a comment: a backslash escapes in MySQL and not in standard SQL,
 * {@code #} begins a comment in MySQL, {@code [a']} is a name in T-SQL, and {@code --1} is no comment in MySQL. A text is read in
 * every way that makes a difference for it; a way in which a quotation never ends is one that no database runs.
 */
final class SqlTokens {
    private static final int MAX_WORDS = 4_000;
    private static final int MAX_STATEMENTS = 200;
    private static final int BACKSLASH = 1;
    private static final int HASH = 2;
    private static final int BRACKETS = 4;
    private static final int DASHES = 8;

    /** What a word is: a keyword, name or operator; a quoted name; or a literal. */
    enum Kind {
        WORD,
        QUOTED,
        LITERAL
    }

    /** @param text the word in lower case, or what stands in the quotation as it is */
    record Token(String text, Kind kind) {
        boolean isWord() {
            return kind == Kind.WORD;
        }

        /** MySQL takes double quotes for literals. */
        boolean isLiteral() {
            return kind == Kind.LITERAL || kind == Kind.QUOTED;
        }

        String shown() {
            return kind == Kind.LITERAL ? "'" + text + "'" : text.toLowerCase(Locale.ROOT);
        }
    }

    private final String text;
    private final int way;
    private final List<List<Token>> statements = new ArrayList<>();
    private List<Token> words = new ArrayList<>();
    private boolean ended = true;

    private SqlTokens(String text, int way) {
        this.text = text;
        this.way = way;
    }

    /** Returns the statements of a text in all its readings, each once. */
    static Set<List<Token>> statements(String text) {
        int differences = differences(text);
        Set<List<Token>> all = new LinkedHashSet<>();
        List<SqlTokens> readings = new ArrayList<>();
        boolean anyEnds = false;
        for (int way = 0; way <= differences; way++) {
            if ((way & ~differences) == 0) {
                var reading = new SqlTokens(text, way);
                reading.read();
                readings.add(reading);
                anyEnds |= reading.ended;
            }
        }
        for (SqlTokens reading : readings) {
            if (reading.ended || !anyEnds) {
                all.addAll(reading.statements);
            }
        }
        return all;
    }

    private static int differences(String text) {
        int differences = text.indexOf('\\') >= 0 ? BACKSLASH : 0;
        differences |= text.indexOf('#') >= 0 ? HASH : 0;
        differences |= text.indexOf('[') >= 0 ? BRACKETS : 0;
        for (int i = text.indexOf("--"); i >= 0; i = text.indexOf("--", i + 2)) {
            if (i + 2 < text.length() && Character.isDigit(text.charAt(i + 2))) {
                return differences | DASHES;
            }
        }
        return differences;
    }

    private boolean in(int difference) {
        return (way & difference) != 0;
    }

    private void read() {
        int length = text.length();
        int i = 0;
        while (i < length && statements.size() < MAX_STATEMENTS) {
            char c = text.charAt(i);
            char next = i + 1 < length ? text.charAt(i + 1) : ' ';
            if (c == '-' && next == '-' && !(in(DASHES) && i + 2 < length && Character.isDigit(text.charAt(i + 2)))) {
                i = lineEnd(i);
            } else if (c == '#' && (in(HASH) || words.isEmpty())) {
                i = lineEnd(i);
            } else if (c == '/' && next == '*') {
                i = comment(i);
            } else if (c == '*' && next == '/') {
                i += 2;
            } else if (c == '\'') {
                i = quotation(i, '\'', Kind.LITERAL);
            } else if (c == '"') {
                i = quotation(i, '"', Kind.QUOTED);
            } else if (c == '`') {
                i = quotation(i, '`', Kind.QUOTED);
            } else if (c == '[' && in(BRACKETS)) {
                int close = text.indexOf(']', i);
                ended &= close >= 0;
                add(text.substring(i + 1, close < 0 ? length : close), Kind.QUOTED);
                i = close < 0 ? length : close + 1;
            } else if (c == '$' && dollarTag(i) != null) {
                i = dollars(i, String.valueOf(dollarTag(i)));
            } else if (c == ';' || isBatchEnd(i)) {
                end();
                i += c == ';' ? 1 : 2;
            } else if (isWordPart(c) || (c == '-' && Character.isDigit(next))) {
                int start = i++;
                while (i < length && (isWordPart(text.charAt(i)) || isInnerDash(i)) && !text.startsWith("*/", i)) {
                    i++;
                }
                word(start, i);
            } else if ("=<>!|+".indexOf(c) >= 0) {
                int start = i++;
                while (i < length && "=<>|".indexOf(text.charAt(i)) >= 0) {
                    i++;
                }
                add(text.substring(start, i), Kind.WORD);
            } else {
                i++;
            }
        }
        end();
    }

    /** {@code E'…'}, {@code N'…'} and their kind belong to the literal. */
    private void word(int start, int end) {
        boolean prefix = end - start <= 2 && end < text.length() && text.charAt(end) == '\'';
        if (!prefix) {
            add(text.substring(start, end).toLowerCase(Locale.ROOT), Kind.WORD);
        }
    }

    private boolean isInnerDash(int i) {
        return text.charAt(i) == '-'
                && i + 1 < text.length()
                && Character.isLetterOrDigit(text.charAt(i + 1))
                && text.charAt(i + 1) != '-';
    }

    /** {@code GO} on a line of its own. */
    private boolean isBatchEnd(int i) {
        return (i == 0 || text.charAt(i - 1) == '\n')
                && text.regionMatches(true, i, "go", 0, 2)
                && (i + 2 == text.length() || text.charAt(i + 2) == '\n' || text.charAt(i + 2) == '\r');
    }

    private int lineEnd(int from) {
        int newline = text.indexOf('\n', from);
        return newline < 0 ? text.length() : newline;
    }

    /** What stands in {@code /*! … } is run by MySQL, and in {@code /*M! … } by MariaDB. */
    private int comment(int at) {
        int i = at + 2;
        if (text.startsWith("!", i) || text.startsWith("M!", i)) {
            i += text.charAt(i) == '!' ? 1 : 2;
            while (i < text.length() && Character.isDigit(text.charAt(i))) {
                i++;
            }
            return i;
        }
        int close = text.indexOf("*/", i);
        return close < 0 ? text.length() : close + 2;
    }

    private int quotation(int at, char quote, Kind kind) {
        var content = new StringBuilder();
        int i = at + 1;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '\\' && in(BACKSLASH) && quote != '`' && i + 1 < text.length()) {
                content.append(text.charAt(i + 1));
                i += 2;
            } else if (c == quote && i + 1 < text.length() && text.charAt(i + 1) == quote) {
                content.append(c);
                i += 2;
            } else if (c == quote) {
                add(content.toString(), kind);
                return i + 1;
            } else {
                content.append(c);
                i++;
            }
        }
        ended = false;
        add(content.toString(), kind);
        return i;
    }

    private @Nullable String dollarTag(int at) {
        int i = at + 1;
        while (i < text.length()
                && i - at < 40
                && (Character.isLetterOrDigit(text.charAt(i)) || text.charAt(i) == '_')) {
            i++;
        }
        boolean tag =
                i < text.length() && text.charAt(i) == '$' && (i == at + 1 || !Character.isDigit(text.charAt(at + 1)));
        return tag ? text.substring(at, i + 1) : null;
    }

    private int dollars(int at, String tag) {
        int close = text.indexOf(tag, at + tag.length());
        ended &= close >= 0;
        add(text.substring(at + tag.length(), close < 0 ? text.length() : close), Kind.LITERAL);
        return close < 0 ? text.length() : close + tag.length();
    }

    private void add(String word, Kind kind) {
        if (words.size() < MAX_WORDS) {
            words.add(new Token(word, kind));
        }
    }

    private void end() {
        if (!words.isEmpty()) {
            statements.add(words);
            words = new ArrayList<>();
        }
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || "_.*$@%:".indexOf(c) >= 0;
    }
}
