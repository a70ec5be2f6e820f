package io.openclaw.gateway.vetting.core.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads SQL far enough to say what a statement does: its words in lower case, and whether a condition limits it. */
public final class SqlStatements {
    private static final Set<String> FIRST_WORDS = Set.of(
            "select",
            "insert",
            "update",
            "delete",
            "drop",
            "truncate",
            "alter",
            "create",
            "grant",
            "revoke",
            "merge",
            "replace",
            "copy",
            "call",
            "do",
            "vacuum",
            "lock",
            "set",
            "reset",
            "shutdown",
            "flush",
            "kill",
            "rename",
            "load",
            "attach",
            "detach",
            "exec",
            "execute",
            "describe",
            "show",
            "use",
            "begin",
            "with",
            "explain",
            "purge",
            "backup",
            "restore",
            "dbcc");
    private static final Set<String> SECOND_WORDS = Set.of(
            "table",
            "database",
            "schema",
            "view",
            "index",
            "user",
            "role",
            "from",
            "into",
            "column",
            "sequence",
            "function",
            "procedure",
            "trigger",
            "tables",
            "databases",
            "all",
            "keyspace",
            "type",
            "extension",
            "materialized",
            "tablespace",
            "collection",
            "temporary",
            "unique",
            "login",
            "publication",
            "subscription");
    private static final int MOST_STATEMENTS = 200;

    private SqlStatements() {}

    /** Tells whether a text is SQL rather than a shell command. */
    public static boolean looksLike(String text) {
        String[] words = firstWords(text);
        String first = words[0];
        if (!FIRST_WORDS.contains(first)) {
            return false;
        }
        return SECOND_WORDS.contains(words[1])
                || (first.equals("select")
                        && (words[1].startsWith("*")
                                || text.toLowerCase(Locale.ROOT).contains(" from ")))
                || (first.equals("update") && words[2].equals("set"))
                || ((first.equals("describe") || first.equals("show") || first.equals("use"))
                        && text.stripTrailing().endsWith(";"))
                || ((first.equals("grant") || first.equals("revoke"))
                        && text.toLowerCase(Locale.ROOT).contains(" on "))
                || (first.equals("truncate") && text.stripTrailing().endsWith(";"));
    }

    private static String[] firstWords(String text) {
        String[] words = {"", "", ""};
        int word = 0;
        int i = 0;
        while (i < text.length() && word < 3) {
            while (i < text.length() && Character.isWhitespace(text.charAt(i))) {
                i++;
            }
            int start = i;
            while (i < text.length() && !Character.isWhitespace(text.charAt(i)) && i - start < 40) {
                i++;
            }
            if (i - start >= 40) {
                break;
            }
            words[word++] = text.substring(start, i).toLowerCase(Locale.ROOT);
        }
        return words;
    }

    /** Returns the statements of a text, each as {@code :sql WORD…}; {@code --no-where} is added where a condition lacks. */
    public static List<Invocation> read(String text) {
        List<Invocation> statements = new ArrayList<>();
        List<Argument> words = new ArrayList<>();
        int i = 0;
        int length = text.length();
        while (i < length && statements.size() < MOST_STATEMENTS) {
            char c = text.charAt(i);
            if ((c == '-' && i + 1 < length && text.charAt(i + 1) == '-') || (c == '#' && words.isEmpty())) {
                i = lineEnd(text, i);
            } else if (c == '/' && i + 1 < length && text.charAt(i + 1) == '*') {
                int close = text.indexOf("*/", i + 2);
                // What MySQL runs although it stands in a comment.
                if (text.startsWith("/*!", i)) {
                    i += 3;
                    while (i < length && Character.isDigit(text.charAt(i))) {
                        i++;
                    }
                } else {
                    i = close < 0 ? length : close + 2;
                }
            } else if (c == '\'') {
                int close = text.indexOf('\'', i + 1);
                int stop = close < 0 ? length : close;
                words.add(Argument.of("'" + text.substring(i + 1, stop) + "'"));
                i = stop + 1;
            } else if (c == ';') {
                end(words, statements);
                i++;
            } else if (isWordPart(c)) {
                int start = i;
                while (i < length && isWordPart(text.charAt(i))) {
                    i++;
                }
                words.add(Argument.of(text.substring(start, i)
                        .replace("\"", "")
                        .replace("`", "")
                        .toLowerCase(Locale.ROOT)));
            } else {
                if (c == '=' || c == '<' || c == '>') {
                    words.add(Argument.of(String.valueOf(c)));
                }
                i++;
            }
        }
        end(words, statements);
        return statements;
    }

    private static int lineEnd(String text, int from) {
        int newline = text.indexOf('\n', from);
        return newline < 0 ? text.length() : newline;
    }

    private static void end(List<Argument> words, List<Invocation> statements) {
        if (words.isEmpty()) {
            return;
        }
        int start = 0;
        String first = words.getFirst().text();
        if (first.equals("explain") && words.size() > 1) {
            start = words.get(1).text().equals("analyze") ? 2 : words.size() - 1;
        } else if (first.equals("with")) {
            for (int i = 1; i < words.size(); i++) {
                String word = words.get(i).text();
                if (word.equals("delete") || word.equals("update")) {
                    start = i;
                    break;
                }
            }
        }
        List<Argument> statement = new ArrayList<>(words.subList(Math.min(start, words.size() - 1), words.size()));
        String verb = statement.getFirst().text();
        if ((verb.equals("delete") || verb.equals("update")) && !isLimited(statement)) {
            statement.add(Argument.of("--no-where"));
        }
        statements.add(Invocation.of(":sql", List.copyOf(statement)));
        words.clear();
    }

    /** A condition that is always true limits nothing. */
    private static boolean isLimited(List<Argument> words) {
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).text().equals("where")) {
                List<String> rest = words.subList(i + 1, words.size()).stream()
                        .map(Argument::text)
                        .toList();
                return !(rest.equals(List.of("true"))
                        || rest.equals(List.of("1"))
                        || (rest.size() == 3
                                && rest.get(1).equals("=")
                                && rest.get(0).equals(rest.get(2))));
            }
        }
        return false;
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || "_.*$@%\"`-:".indexOf(c) >= 0;
    }
}
