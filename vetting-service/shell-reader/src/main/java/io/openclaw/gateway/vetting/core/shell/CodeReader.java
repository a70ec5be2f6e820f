package io.openclaw.gateway.vetting.core.shell;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks into code of scripting languages (Python, Perl, Ruby, PHP, JavaScript, Lua) for what leaves the language: commands it
 * runs, files it deletes, reads and writes, and requests it sends. It knows strings, names and calls, not the grammars.
 */
final class CodeReader {
    private static final Set<String> RUN = Set.of(
            "system",
            "popen",
            "popen2",
            "popen3",
            "getoutput",
            "getstatusoutput",
            "execsync",
            "shell_exec",
            "passthru",
            "proc_open",
            "spawn",
            "spawnsync",
            "execfile",
            "execfilesync",
            "run",
            "call",
            "check_call",
            "check_output",
            "execvp",
            "execv",
            "execl",
            "execlp",
            "execve",
            "spawnl",
            "spawnlp",
            "capture2",
            "capture3",
            "capture2e",
            "pcntl_exec",
            "qx",
            "create_subprocess_shell",
            "create_subprocess_exec",
            "execute",
            "startfile",
            "command",
            "run-program",
            "cmd",
            "shell-command",
            "call-process",
            "posix_spawn");
    private static final Set<String> DELETE_TREE = Set.of(
            "rmtree",
            "rm_rf",
            "rm_r",
            "remove_tree",
            "rimraf",
            "removedirs",
            "remove_entry_secure",
            "rmsync",
            "removeall",
            "delete_directory",
            "deletedirectory",
            "rmdirsync",
            "removesync",
            "emptydirsync");
    private static final Set<String> DELETE = Set.of("unlink", "remove", "unlinksync", "rmdir", "rm", "delete");
    private static final Set<String> WRITE = Set.of(
            "writefile",
            "writefilesync",
            "file_put_contents",
            "write_text",
            "write_bytes",
            "appendfile",
            "appendfilesync",
            "fopen");
    private static final Set<String> READ = Set.of(
            "open", "readfile", "readfilesync", "file_get_contents", "read_text", "read_bytes", "readlines", "slurp");
    private static final Set<String> REQUEST = Set.of(
            "urlopen",
            "urlretrieve",
            "fetch",
            "post",
            "get",
            "put",
            "request",
            "get_response",
            "create_connection",
            "post_form",
            "curl_init",
            "connect",
            "axios");
    private static final Set<String> CODE = Set.of(
            "eval",
            "exec",
            "function",
            "instance_eval",
            "class_eval",
            "create_function",
            "assert",
            "__import__",
            "compile");
    private static final Set<String> EVALUATE =
            Set.of("eval", "exec", "instance_eval", "class_eval", "create_function", "compile");
    private static final Set<String> DECODE = Set.of(
            "b64decode",
            "fromhex",
            "unhexlify",
            "atob",
            "base64_decode",
            "decode64",
            "gzinflate",
            "str_rot13",
            "decompress",
            "hex2bin",
            "decodestring",
            "decode_base64",
            "urlsafe_b64decode",
            "loads",
            "fromcharcode");
    private static final int MOST_CALLS = 200;
    private static final int LONGEST_CALL = 512;
    private static final int MOST_PATHS = 50;
    private static final int LONGEST_PATH = 512;
    /** What stands between two literals that are joined: {@code "a", "b"} or {@code Path("a") / "b"}. */
    private static final java.util.regex.Pattern JOINT = java.util.regex.Pattern.compile("\\)?\\s{0,4}[,/]\\s{0,4}");

    private final Evaluator evaluator;
    private final Map<String, String> strings = new HashMap<>();
    private int calls;

    CodeReader(Evaluator evaluator) {
        this.evaluator = evaluator;
    }

    /** Tells whether a text is a call such as {@code customers.find('x')}, which no shell would run. */
    static boolean looksLikeCall(String text) {
        int i = 0;
        while (i < text.length()
                && (isNameStart(text.charAt(i)) || Character.isDigit(text.charAt(i)) || text.charAt(i) == '.')) {
            i++;
        }
        return i > 0 && i < text.length() && text.charAt(i) == '(' && text.lastIndexOf('.', i) > 0;
    }

    /** @param elements the strings of a list argument, if the first argument is one */
    private record Call(String name, String qualified, List<String> texts, List<String> elements, boolean known) {}

    void read(String language, String code) throws UnreadableScriptException {
        String lower = language.toLowerCase(Locale.ROOT);
        boolean backquotes = !lower.startsWith("python")
                && !lower.startsWith("node")
                && !lower.equals("deno")
                && !lower.equals("bun");
        boolean decodes = false;
        boolean runsCode = false;
        boolean evaluates = false;
        boolean evaluatesText = false;
        boolean requests = false;
        int i = 0;
        while (i < code.length()) {
            char c = code.charAt(i);
            if ((c == '#' && !lower.equals("php") && (i == 0 || code.charAt(i - 1) != '$'))
                    || (c == '/' && code.startsWith("//", i) && !lower.startsWith("python"))) {
                int newline = code.indexOf('\n', i);
                i = newline < 0 ? code.length() : newline;
            } else if ((c == '`' && backquotes)
                    || code.startsWith("%x", i)
                    || (code.startsWith("qx", i) && !precededByName(code, i))) {
                int open = c == '`' ? i : i + 2;
                if (open >= code.length() || Character.isLetterOrDigit(code.charAt(open)) || code.charAt(open) == ' ') {
                    i++;
                    continue;
                }
                int close = code.indexOf(closing(code.charAt(open)), open + 1);
                int stop = close < 0 ? code.length() : close;
                evaluator.runText(code.substring(open + 1, stop), null);
                i = stop + 1;
            } else if (isQuote(c)) {
                i = stringEnd(code, i);
            } else if (isNameStart(c)) {
                int start = i;
                while (i < code.length()
                        && (isNameStart(code.charAt(i))
                                || Character.isDigit(code.charAt(i))
                                || code.charAt(i) == '.'
                                || code.startsWith("::", i)
                                || (i > start && code.charAt(i) == ':' && code.charAt(i - 1) == ':')
                                || code.startsWith("->", i)
                                || (i > start && code.charAt(i) == '>' && code.charAt(i - 1) == '-'))) {
                    i++;
                }
                String qualified = code.substring(start, i);
                String name = lastName(qualified).toLowerCase(Locale.ROOT);
                int after = skipSpaces(code, i);
                if (after < code.length()
                        && code.charAt(after) == '='
                        && !code.startsWith("==", after)
                        && !code.startsWith("=>", after)) {
                    remember(qualified, code, skipSpaces(code, after + 1));
                    continue;
                }
                boolean parenthesis = after < code.length() && code.charAt(after) == '(';
                boolean bare = (after < code.length()
                                && after > i
                                && (isQuote(code.charAt(after))
                                        || code.charAt(after) == '['
                                        || ((code.charAt(after) == '$' || isNameStart(code.charAt(after)))
                                                && isInteresting(name)
                                                && !name.equals("open")
                                                && !name.equals("remove")
                                                && !name.equals("delete"))))
                        || (after < code.length() && isQuote(code.charAt(after)) && after == i);
                decodes |= DECODE.contains(name)
                        || (name.equals("decode") && code.contains("rot13"))
                        || name.equals("pack")
                        || name.equals("chr")
                        || (name.equals("from") && qualified.equals("Buffer.from") && code.contains("base64"));
                runsCode |= CODE.contains(name) || RUN.contains(name);
                evaluates |= EVALUATE.contains(name);
                // Not re.compile, and not the exec of a regular expression.
                evaluatesText |= name.endsWith("eval") && qualified.equals(name);
                requests |= name.equals("urlopen")
                        || name.equals("urlretrieve")
                        || qualified.startsWith("requests.")
                        || name.equals("fetch")
                        || (name.equals("file_get_contents") && code.contains("://"));
                if (parenthesis || (bare && isInteresting(name))) {
                    if (++calls > MOST_CALLS) {
                        throw new UnreadableScriptException("code in it makes more than " + MOST_CALLS + " calls");
                    }
                    follow(language, call(name, qualified, code, parenthesis ? after + 1 : after, parenthesis));
                }
            } else {
                i++;
            }
        }
        whole(code);
        // The request may be by a library that is not known here.
        if ((requests && evaluates) || (evaluatesText && (code.contains("http://") || code.contains("https://")))) {
            evaluator.emit(":downloaded-code", Argument.of(language));
        }
        if (decodes && runsCode) {
            evaluator.emit(":decoded-code", Argument.of(language));
            String hidden = hiddenText(code);
            if (hidden != null) {
                new CodeReader(evaluator).read(language, hidden);
                evaluator.runText(hidden, null);
            }
        }
        if (lower.matches("(ruby|perl|php|python[0-9.]*|node).*")
                && code.indexOf('(') < 0
                && code.indexOf('=') < 0
                && code.indexOf('{') < 0
                && code.indexOf('\'') < 0
                && code.indexOf('"') < 0
                && code.indexOf('`') < 0) {
            // Not the language at all: somebody passes a command where code belongs.
            evaluator.runText(code, null);
        }
    }

    /** Looks for a long literal that is base64 or hexadecimal, and returns what it hides. */
    private @Nullable String hiddenText(String code) {
        int i = 0;
        while (i < code.length()) {
            if (!isQuote(code.charAt(i))) {
                i++;
                continue;
            }
            int end = stringEnd(code, i);
            String text = contents(code, i, end);
            if (text.length() >= 8 && text.matches("[A-Za-z0-9+/=_-]+")) {
                String decoded = text.matches("(?:[0-9a-fA-F]{2})+") ? Outputs.hex(text) : Outputs.base64(text);
                if (decoded != null && decoded.chars().allMatch(c -> c == '\n' || c == '\t' || (c >= ' ' && c < 127))) {
                    return decoded;
                }
            }
            i = end;
        }
        return null;
    }

    private static final java.util.regex.Pattern PRINTS = java.util.regex.Pattern.compile(
            "(?:print|println|define|printf|puts|cat|display|write|writeln|echo|format|message|show|say|console\\.log|display notification|version|sessionInfo|1\\+1|"
                    + "[\\s\\d()\\[\\]{}+*/%.,;:=<>!&|^~-])*");

    /** In these a word alone is a call. */
    private static final Set<String> COMMAND_LANGUAGES =
            Set.of("osascript", "expect", "tclsh", "tclsh8.6", "wish", "rebol", "gp", "gnuplot", "octave", "matlab");

    /** A string of code, and where it begins and ends, its quotes included. */
    private record Literal(int start, int end, String text) {}

    /** Returns the strings of code in a language that is not read, at most 50. */
    static List<String> literals(String code) {
        return literals(code, 50).stream().map(Literal::text).toList();
    }

    private static List<Literal> literals(String code, int most) {
        List<Literal> literals = new ArrayList<>();
        int i = 0;
        while (i < code.length() && literals.size() < most) {
            if (isQuote(code.charAt(i))) {
                int end = stringEnd(code, i);
                literals.add(new Literal(i, end, contents(code, i, end)));
                i = end;
            } else {
                i++;
            }
        }
        return literals;
    }

    /** Tells whether code does nothing but calculate and print. */
    static boolean onlyPrints(String language, String code) {
        var rest = new StringBuilder();
        int i = 0;
        while (i < code.length() && i < 4096) {
            if (isQuote(code.charAt(i))) {
                i = stringEnd(code, i);
            } else {
                rest.append(code.charAt(i++));
            }
        }
        boolean calls =
                rest.indexOf("(") >= 0 || rest.indexOf("`") >= 0 || rest.indexOf("!") >= 0 || rest.indexOf("|") >= 0;
        return (!calls && !COMMAND_LANGUAGES.contains(language))
                || PRINTS.matcher(rest).matches();
    }

    /**
     * Returns the paths that a code names, whatever it does with them: literals that are absolute, and literals in a row that
     * a function joins, {@code Path.home().joinpath(".ssh", "id_rsa")}.
     */
    private static Set<String> paths(String code) {
        Set<String> paths = new LinkedHashSet<>();
        var joined = new StringBuilder();
        boolean inCall = false;
        int previous = -1;
        for (Literal literal : literals(code, Integer.MAX_VALUE)) {
            String text = literal.text();
            boolean follows = previous >= 0
                    && JOINT.matcher(code.substring(previous, literal.start())).matches();
            if (!follows) {
                joined.setLength(0);
                int open = literal.start() - 1;
                inCall = open > 0 && code.charAt(open) == '(' && Character.isLetter(code.charAt(open - 1));
            }
            addPath(paths, text, false);
            // What is longer is no path, and growing on would cost the square of the code's length.
            if (joined.length() < LONGEST_PATH) {
                joined.append(joined.isEmpty() || text.startsWith("/") ? "" : "/")
                        .append(text);
                addPath(paths, joined.toString(), follows && inCall);
            }
            if (paths.size() >= MOST_PATHS) {
                break;
            }
            previous = literal.end();
        }
        return paths;
    }

    private static void addPath(Set<String> paths, String text, boolean joined) {
        boolean rooted = text.startsWith("/") || text.startsWith("~/") || (joined && text.startsWith("."));
        if (rooted && text.length() > 1 && text.length() < LONGEST_PATH && text.indexOf(' ') < 0) {
            paths.add(text);
        }
    }

    private static final java.util.regex.Pattern PRINTED = java.util.regex.Pattern.compile(
            "^\\s*(?:BEGIN\\s*\\{)?\\s*(?:print|puts|say|echo|console\\.log|process\\.stdout\\.write)[\\s(]*([\"'])((?:(?!\\1).){1,400})\\1[\\s);}]*$");

    /** Returns what code prints that prints one literal and does nothing else; {@code null} for any other. */
    static @Nullable Argument printed(Argument code) {
        java.util.regex.Matcher print = PRINTED.matcher(code.text());
        return code.text().length() < 500 && print.matches()
                ? new Argument(Escapes.decode(print.group(2)), code.marks())
                : null;
    }

    private static final java.util.regex.Pattern DELETERS = java.util.regex.Pattern.compile(
            "(?i)\\b(?:unlink|rmtree|rm_rf|rm_r|remove_tree|rmSync|rmdirSync|unlinkSync|removeSync|removeall|deltree|rmdir)\\b|\\.rm\\(");
    private static final java.util.regex.Pattern MANY = java.util.regex.Pattern.compile(
            "(?i)\\b(?:rglob|glob|walk|listdir|iterdir|scandir|readdirSync|readdir|opendir|find|Dir\\[|children|each_child)\\b");
    private static final java.util.regex.Pattern ENVIRONMENT = java.util.regex.Pattern.compile(
            "(?:print|log|puts|dump|write|say|echo|inspect|stringify|p)\\w*[\\s(]+(?:\\w+\\(|json\\.dumps\\(|dict\\()*\\s*(?:process\\.env|os\\.environ|ENV(?:\\.\\w+)?|%ENV|\\$_ENV|getenv\\(\\)|Sys\\.getenv\\(\\)|Deno\\.env\\.toObject\\(\\))\\s*(?:[),;]|$)"
                    // All of it in awk.
                    + "|\\bin\\s+ENVIRON\\b");

    /** What a look at the whole code shows: paths, deletes of what it finds, and its environment printed. */
    private void whole(String code) throws UnreadableScriptException {
        if (code.length() > 16 * 1024) {
            return;
        }
        for (String path : paths(code)) {
            evaluator.emit(":read", Argument.of("--unknown-program"), Argument.of(path));
        }
        if ((code.contains("env") || code.contains("ENV"))
                && ENVIRONMENT.matcher(code).find()) {
            evaluator.emit(":environment");
        }
        if (!deleted && mayDelete(code) && DELETERS.matcher(code).find()) {
            boolean many = MANY.matcher(code).find();
            if (code.contains("homedir()")
                    || code.contains("Dir.home")
                    || code.contains("expanduser")
                    || code.contains("Path.home")) {
                evaluator.emit("rm", Argument.of("-rf"), Argument.of("~"));
            }
            for (String literal : literals(code)) {
                if (literal.startsWith("/") || literal.startsWith("~")) {
                    evaluator.emit("rm", Argument.of(many ? "-rf" : "-f"), Argument.of(literal));
                }
            }
            java.util.regex.Matcher pattern = ANGLED.matcher(code);
            while (pattern.find()) {
                evaluator.emit("rm", Argument.of("-rf"), Argument.of(pattern.group(1)));
            }
        }
    }

    private static boolean mayDelete(String code) {
        return code.contains("unlink") || code.contains("rm") || code.contains("emove") || code.contains("deltree");
    }

    private static final java.util.regex.Pattern ANGLED = java.util.regex.Pattern.compile("<([~/][^<>\\s]*\\*)>");

    private boolean deleted;

    private static boolean isInteresting(String name) {
        return RUN.contains(name)
                || DELETE_TREE.contains(name)
                || DELETE.contains(name)
                || CODE.contains(name)
                || WRITE.contains(name)
                || READ.contains(name);
    }

    private void remember(String name, String code, int at) {
        if (at < code.length() && isQuote(code.charAt(at)) && strings.size() < 200) {
            int end = stringEnd(code, at);
            strings.put(lastName(name), contents(code, at, end));
        }
    }

    private Call call(String name, String qualified, String code, int from, boolean parenthesis) {
        List<String> texts = new ArrayList<>();
        List<String> elements = new ArrayList<>();
        boolean known = true;
        boolean inList = false;
        boolean plus = false;
        int nesting = 0;
        int i = from;
        int limit = Math.min(code.length(), from + LONGEST_CALL);
        while (i < limit) {
            char c = code.charAt(i);
            if (isQuote(c)) {
                int end = stringEnd(code, i);
                String text = contents(code, i, end);
                if (plus && inList && !elements.isEmpty()) {
                    elements.set(elements.size() - 1, elements.getLast() + text);
                } else if (plus && !texts.isEmpty() && !inList) {
                    texts.set(texts.size() - 1, texts.getLast() + text);
                } else if (inList) {
                    elements.add(text);
                } else {
                    texts.add(text);
                }
                plus = false;
                i = end;
                continue;
            }
            if (c == '(') {
                nesting++;
            } else if (c == ')') {
                if (nesting-- == 0) {
                    break;
                }
            } else if (c == '[') {
                inList = true;
            } else if (c == ']') {
                inList = false;
            } else if ((c == ';' || c == '\n') && !parenthesis) {
                break;
            } else if (c == '+' || (c == '.' && !texts.isEmpty())) {
                plus = true;
            } else if (isNameStart(c) || c == '$') {
                int start = i;
                while (i < code.length()
                        && (isNameStart(code.charAt(i))
                                || Character.isDigit(code.charAt(i))
                                || code.charAt(i) == '$')) {
                    i++;
                }
                if (i - start <= 2 && isLiteralPrefix(code, start, i) && i < code.length() && isQuote(code.charAt(i))) {
                    continue;
                }
                String value = strings.get(code.substring(start, i).replace("$", ""));
                boolean keyword = i < code.length() && code.charAt(i) == '=';
                if (value != null) {
                    if (plus && !texts.isEmpty()) {
                        texts.set(texts.size() - 1, texts.getLast() + value);
                    } else if (inList) {
                        elements.add(value);
                    } else {
                        texts.add(value);
                    }
                } else if (texts.isEmpty() && elements.isEmpty() && !keyword) {
                    known = false;
                } else if (plus && !texts.isEmpty()) {
                    texts.set(texts.size() - 1, texts.getLast() + "${" + code.substring(start, i) + "}");
                }
                plus = false;
                continue;
            } else if (c == ',') {
                plus = false;
            }
            i++;
        }
        return new Call(name, qualified, texts, elements, known);
    }

    private void follow(String language, Call call) throws UnreadableScriptException {
        String first = call.texts().isEmpty() ? null : call.texts().getFirst();
        if (first != null
                && (call.name().equals("getattr")
                        || call.name().equals("__getattribute__")
                        || call.name().equals("methodcaller"))
                && (RUN.contains(first.toLowerCase(Locale.ROOT))
                        || DELETE.contains(first)
                        || EVALUATE.contains(first))) {
            evaluator.doubt("code in it calls by a name that is put together: " + first);
        }
        boolean process = RUN.contains(call.name())
                || (call.name().equals("exec")
                        && !language.toLowerCase(Locale.ROOT).startsWith("python"));
        if (process) {
            if (first != null
                    && first.indexOf(' ') < 0
                    && !call.elements().isEmpty()
                    && (call.elements().getFirst().startsWith("-")
                            || call.elements().getFirst().startsWith("/"))) {
                List<Argument> words = new ArrayList<>(List.of(Argument.of(first)));
                call.elements().forEach(element -> words.add(Argument.of(element)));
                evaluator.aliasFreeRun(words, null);
            } else if (!call.elements().isEmpty()) {
                evaluator.aliasFreeRun(
                        call.elements().stream().map(Argument::of).toList(), null);
            } else if (first != null && call.texts().size() > 1 && first.indexOf(' ') < 0) {
                evaluator.aliasFreeRun(call.texts().stream().map(Argument::of).toList(), null);
            } else if (first != null) {
                evaluator.runText(first, null);
            } else if (!call.known() && !Set.of("run", "call", "spawn").contains(call.name())) {
                evaluator.doubt("code in it runs a command that is not written down: " + call.qualified() + "(…)");
            }
        } else if (DELETE_TREE.contains(call.name())) {
            delete(first, call, "-rf");
        } else if (DELETE.contains(call.name())
                && first != null
                && (first.indexOf('/') >= 0
                        || call.qualified().matches("(?i).*(os|fs|file|path|pathname|fileutils)\\W.*|unlink"))) {
            delete(first, call, first.endsWith("*") ? "-rf" : "-f");
        } else if (call.name().equals("open") || call.name().equals("fopen")) {
            boolean writes = (call.texts().size() > 1 && call.texts().get(1).matches("[wax+].*|r\\+.*|>.*"))
                    || (first != null && first.startsWith(">"));
            file(writes ? ":write" : ":read", first);
        } else if (WRITE.contains(call.name())) {
            file(":write", first);
        } else if (READ.contains(call.name())
                || (call.name().equals("read")
                        && (call.qualified().startsWith("File.")
                                || call.qualified().startsWith("IO.")))) {
            file(":read", first);
        } else if (REQUEST.contains(call.name())
                && first != null
                && (first.contains("://")
                        || call.name().equals("connect")
                        || call.name().equals("create_connection"))) {
            String method =
                    call.name().startsWith("post") ? "post" : call.name().equals("put") ? "put" : "get";
            evaluator.emit(":http", Argument.of(method), Argument.of(first));
        } else if (CODE.contains(call.name()) && first != null && !call.name().equals("__import__")) {
            new CodeReader(evaluator).read(language, first);
        }
    }

    private void delete(@Nullable String path, Call call, String flag) throws UnreadableScriptException {
        deleted |= path != null || !call.elements().isEmpty();
        String target = path == null
                ? call.elements().isEmpty() ? null : call.elements().getFirst()
                : path;
        Argument operand = target == null ? Expansion.unknown("path") : Argument.of(target);
        evaluator.emit("rm", Argument.of(flag), operand);
    }

    private void file(String what, @Nullable String path) throws UnreadableScriptException {
        if (path != null && !path.isEmpty()) {
            evaluator.emit(what, Argument.of(path.replaceFirst("^[><]+\\s*", "")));
        }
    }

    private static String lastName(String qualified) {
        int dot =
                Math.max(qualified.lastIndexOf('.'), Math.max(qualified.lastIndexOf(':'), qualified.lastIndexOf('>')));
        return qualified.substring(dot + 1);
    }

    /** {@code f"…"}, {@code rb'…'} and their kind. */
    private static boolean isLiteralPrefix(String code, int from, int to) {
        for (int i = from; i < to; i++) {
            if ("fFrRbBuU".indexOf(code.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isQuote(char c) {
        return c == '\'' || c == '"' || c == '`';
    }

    private static char closing(char open) {
        return switch (open) {
            case '(' -> ')';
            case '{' -> '}';
            case '[' -> ']';
            case '<' -> '>';
            default -> open;
        };
    }

    private static boolean isNameStart(char c) {
        return Character.isLetter(c) || c == '_';
    }

    private static boolean precededByName(String code, int at) {
        return at > 0 && (isNameStart(code.charAt(at - 1)) || Character.isDigit(code.charAt(at - 1)));
    }

    private static int skipSpaces(String code, int from) {
        int i = from;
        while (i < code.length() && (code.charAt(i) == ' ' || code.charAt(i) == '\t')) {
            i++;
        }
        return i;
    }

    private static boolean isTriple(String code, int at) {
        String quote = code.substring(at, at + 1).repeat(3);
        return code.startsWith(quote, at);
    }

    /** Returns the position after a string literal. */
    private static int stringEnd(String code, int at) {
        if (isTriple(code, at)) {
            int close = code.indexOf(code.substring(at, at + 3), at + 3);
            return close < 0 ? code.length() : close + 3;
        }
        char quote = code.charAt(at);
        int i = at + 1;
        while (i < code.length() && code.charAt(i) != quote) {
            i += code.charAt(i) == '\\' ? 2 : 1;
        }
        return Math.min(code.length(), i + 1);
    }

    private static String contents(String code, int at, int end) {
        int width = isTriple(code, at) && end - at >= 6 ? 3 : 1;
        int stop = Math.max(at + width, end - width);
        return Escapes.decode(code.substring(Math.min(at + width, code.length()), Math.min(stop, code.length())));
    }
}
