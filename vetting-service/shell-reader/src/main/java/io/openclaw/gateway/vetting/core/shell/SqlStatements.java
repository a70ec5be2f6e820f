package io.openclaw.gateway.vetting.core.shell;

import io.openclaw.gateway.vetting.core.shell.SqlTokens.Token;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads SQL far enough to say what a statement does: its words in lower case, and whether a condition limits it. Nobody says
 * which database it is for, so a text is read in every way that databases differ in ({@link SqlTokens}), and what it does in any
 * of them counts.
 */
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
    /** Statements behind which, in T-SQL and in bodies of procedures, another one may stand without a semicolon. */
    private static final Set<String> OPEN_ENDED = Set.of(
            "select",
            "insert",
            "update",
            "delete",
            "set",
            "declare",
            "print",
            "use",
            "with",
            "if",
            "begin",
            "while",
            "exec",
            "execute",
            "go",
            "else",
            "then",
            "loop",
            "raise",
            "perform",
            "return",
            "merge",
            "waitfor",
            "drop",
            "truncate",
            "create",
            "do",
            "as",
            "prepare");

    private static final Set<String> OBJECTS = Set.of(
            "table",
            "database",
            "schema",
            "view",
            "index",
            "user",
            "role",
            "login",
            "procedure",
            "proc",
            "function",
            "trigger",
            "column",
            "sequence",
            "type",
            "extension",
            "server",
            "event",
            "policy",
            "constraint",
            "tablespace",
            "materialized");
    private static final Set<String> EXECUTING = Set.of(
            "exec",
            "execute",
            "immediate",
            "sp_executesql",
            "sys.sp_executesql",
            "prepare",
            "do",
            "dblink_exec",
            "dblink",
            "openquery",
            "query_to_xml",
            "cron.schedule",
            "dbms_sql.parse",
            "dbms_job.submit",
            "dbms_scheduler.create_job",
            "sp_prepexec",
            "sp_execute_external_script");
    private static final Pattern CLIENT_SHELL = Pattern.compile(
            "^(?:\\\\!|\\\\(?:o|g|w|copy .* program|gexec)\\s*\\|?.*\\||\\.(?:shell|system|sh)\\b|\\.(?:import|output|once|read|excel)\\s+\\|"
                    + "|:?!!|!\\s*[a-z/]|\\\\(?:i|ir|include|cd|setenv|gexec)\\b)");
    /** Where a statement may begin, these are commands of a client. */
    private static final Pattern CLIENT_WORD =
            Pattern.compile("(?i)^(?:system|host|source|spool|tee|pager)\\s+[a-z/~.|]");

    private static final int MAX_STATEMENTS = 200;
    private static final int MAX_NESTING = 3;

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

    /**
     * Returns the statements of a text, each as {@code :sql WORD…}; {@code --no-where} is added where a condition lacks or is
     * always true. Text that a statement executes is {@code :sql-text} if it is not written down, and read if it is; files of the
     * server are {@code :read} and {@code :write}; what a client hands to a shell is {@code :sql-shell}.
     */
    public static List<Invocation> read(String text) {
        Set<Invocation> found = new LinkedHashSet<>();
        read(text, 0, found);
        return List.copyOf(found);
    }

    private static void read(String text, int nesting, Set<Invocation> found) {
        clientCommands(text, found);
        for (List<Token> statement : SqlTokens.statements(text)) {
            if (found.size() >= MAX_STATEMENTS) {
                return;
            }
            for (List<Token> part : parts(statement)) {
                statement(part, nesting, found);
            }
        }
    }

    /** {@code \! ls} of psql and mysql, {@code .shell ls} of sqlite3, {@code :!! ls} of sqlcmd. */
    private static void clientCommands(String text, Set<Invocation> found) {
        boolean fresh = true;
        for (String line : text.split("\n", MAX_STATEMENTS)) {
            String command = line.strip();
            boolean shell = CLIENT_SHELL.matcher(command).find()
                    || (fresh && CLIENT_WORD.matcher(command).find());
            if (shell) {
                found.add(Invocation.of(":sql-shell", List.of(Argument.of(command))));
            }
            fresh = shell || (command.isEmpty() ? fresh : command.endsWith(";"));
        }
    }

    /** Takes statements apart that stand behind each other without a semicolon. */
    private static List<List<Token>> parts(List<Token> statement) {
        List<List<Token>> parts = new ArrayList<>();
        int start = 0;
        for (int i = 1; i < statement.size(); i++) {
            if (statement.get(i).isWord()
                    && OPEN_ENDED.contains(statement.get(start).text())
                    && begins(statement, i)
                    && parts.size() < MAX_STATEMENTS) {
                parts.add(statement.subList(start, i));
                start = i;
            }
        }
        parts.add(statement.subList(start, statement.size()));
        return parts;
    }

    private static boolean begins(List<Token> words, int at) {
        String before = words.get(at - 1).text();
        String next = at + 1 < words.size() ? words.get(at + 1).text() : "";
        String third = at + 2 < words.size() ? words.get(at + 2).text() : "";
        return switch (words.get(at).text()) {
            case "drop" -> OBJECTS.contains(next) && !before.endsWith(",");
            case "alter" -> OBJECTS.contains(next);
            case "truncate" -> next.equals("table");
            case "delete" -> next.equals("from") && !before.equals("before") && !before.equals("after");
            case "update" ->
                third.equals("set") && !before.equals("for") && !before.equals("on") && !before.equals("key");
            case "waitfor" -> next.equals("delay") || next.equals("time");
            case "shutdown" -> before.equals("1") || next.isEmpty() || next.equals("with");
            case "exec", "execute" ->
                !before.equals("grant")
                        && !next.isEmpty()
                        && !next.equals("on")
                        && !next.equals("procedure")
                        && !next.equals("function");
            case "merge" -> next.equals("into");
            case "backup", "restore" -> next.equals("database") || next.equals("log");
            case "dbcc" -> true;
            case "insert" -> next.equals("overwrite");
            case "create" -> next.equals("or") && third.equals("replace");
            default -> false;
        };
    }

    private static void statement(List<Token> given, int nesting, Set<Invocation> found) {
        List<Token> words = given;
        String first = words.getFirst().text();
        if (first.equals("explain") && words.size() > 1) {
            // Only EXPLAIN ANALYZE runs what it explains.
            boolean runs = words.stream().limit(8).anyMatch(word -> word.text().startsWith("analy"));
            int verb = 1;
            while (verb < words.size() - 1
                    && !FIRST_WORDS.contains(words.get(verb).text())) {
                verb++;
            }
            words = words.subList(runs ? verb : words.size() - 1, words.size());
        } else if (first.equals("prepare")) {
            int as = indexOf(words, "as", 0);
            if (as > 0 && as + 1 < words.size()) {
                words = words.subList(as + 1, words.size());
            }
        }
        List<Argument> statement = new ArrayList<>(words.size() + 1);
        words.forEach(word -> statement.add(Argument.of(word.shown())));
        String verb = words.getFirst().text();
        if ((verb.equals("delete") || verb.equals("update")) && !SqlConditions.isLimited(words)) {
            statement.add(Argument.of("--no-where"));
        }
        found.add(Invocation.of(":sql", List.copyOf(statement)));
        files(words, found);
        executed(words, nesting, found);
    }

    private static int indexOf(List<Token> words, String word, int from) {
        for (int i = from; i < words.size(); i++) {
            if (words.get(i).isWord() && words.get(i).text().equals(word)) {
                return i;
            }
        }
        return -1;
    }

    /** Files on the machine of the database: {@code COPY t FROM 'f'}, {@code ATTACH 'f'}, {@code LOAD DATA INFILE 'f'}. */
    private static void files(List<Token> words, Set<Invocation> found) {
        String verb = words.getFirst().text();
        for (int i = 1; i < words.size(); i++) {
            Token word = words.get(i);
            if (!word.isLiteral() || word.text().isEmpty() || word.text().length() > 1024) {
                continue;
            }
            String before = words.get(i - 1).text();
            boolean writes = verb.equals("attach")
                    || (verb.equals("vacuum") && before.equals("into"))
                    || (verb.equals("backup") && (before.equals("disk") || before.equals("=") || before.equals("to")))
                    || ((verb.equals("copy") || verb.equals("export") || verb.equals("unload")) && before.equals("to"));
            boolean reads =
                    ((verb.equals("copy") || verb.equals("select") || verb.equals("import") || verb.equals("bulk"))
                                    && before.equals("from"))
                            || before.equals("infile")
                            || before.equals("bulk")
                            || before.startsWith("read_")
                            || (verb.equals("load") && i == 1);
            if (writes || reads) {
                found.add(Invocation.of(writes ? ":write" : ":read", List.of(Argument.of(Paths.normal(word.text())))));
            }
        }
    }

    /** What {@code EXEC}, {@code EXECUTE IMMEDIATE}, {@code PREPARE}, {@code DO} and their kind execute is SQL in its turn. */
    private static void executed(List<Token> words, int nesting, Set<Invocation> found) {
        String verb = words.getFirst().text();
        int at = -1;
        boolean routine =
                verb.equals("create") && (has(words, "function") || has(words, "procedure") || has(words, "trigger"));
        for (int i = 0; i < words.size() && at < 0; i++) {
            if (words.get(i).isWord()
                    && (EXECUTING.contains(words.get(i).text())
                            && (i == 0 || !words.get(i).text().equals("do")))) {
                at = i;
            }
        }
        if (verb.equals("grant") || verb.equals("revoke") || (at < 0 && !routine)) {
            return;
        }
        boolean any = false;
        boolean built = false;
        int end = Math.min(words.size(), at < 0 ? words.size() : at + 200);
        for (int i = Math.max(0, at); i < end; i++) {
            Token word = words.get(i);
            built |= word.text().equals("||")
                    || word.text().equals("+")
                    || word.text().equals("concat")
                    || word.text().equals("format")
                    || word.text().equals("chr")
                    || word.text().equals("char")
                    || word.text().equals("unhex")
                    || word.text().equals("replace");
            if (word.isLiteral() && word.text().length() > 3) {
                any = true;
                if (nesting < MAX_NESTING
                        && (word.text().indexOf(' ') >= 0
                                || word.text().indexOf('/') >= 0
                                || word.text().indexOf('\n') >= 0)) {
                    read(word.text(), nesting + 1, found);
                }
            }
        }
        String target = at >= 0 && at + 1 < words.size() ? words.get(at + 1).text() : "";
        boolean variable = at >= 0
                && !any
                && (words.get(at).text().equals("immediate")
                        || words.get(at).text().equals("sp_executesql")
                        || (words.get(at).text().startsWith("exec") && target.startsWith("@")));
        boolean fromVariable = verb.equals("prepare") && !any;
        if ((at >= 0 && built) || variable || (fromVariable && has(words, "from")) || nesting >= MAX_NESTING) {
            found.add(Invocation.of(":sql-text", List.of(Argument.of(verb))));
        }
    }

    private static boolean has(List<Token> words, String word) {
        return indexOf(words, word, 0) >= 0;
    }
}
