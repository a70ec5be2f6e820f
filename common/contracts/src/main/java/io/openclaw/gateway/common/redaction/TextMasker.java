package io.openclaw.gateway.common.redaction;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the secrets in one text: what stands behind a name that says so, and what {@link SecretScanner} recognises.
 *
 * <p>Only a literal is masked. What a shell would run ({@code $(…)}, backticks, {@code <(…)}, what follows {@code ;}, {@code |},
 * {@code &} or a new line) and what is structure ({@code {…}}, {@code […]}) stays, so that nobody can hide an effect from a
 * person by dressing it as a secret. One pass; the work is linear in the length of the text.
 */
final class TextMasker {
    private static final int MAX_VALUE = 4096;
    private static final int MAX_BLANKS = 8;
    private static final int MAX_LOOKS = 8;

    /** What stands where a value would, and is none: types, switches, and words of a sentence. */
    private static final Set<String> NO_SECRETS = Set.of(
            "true",
            "false",
            "null",
            "none",
            "nil",
            "yes",
            "no",
            "on",
            "off",
            "undefined",
            "string",
            "str",
            "number",
            "integer",
            "int",
            "boolean",
            "bool",
            "object",
            "array",
            "bytes",
            "any",
            "char",
            "text",
            "varchar",
            "uuid",
            "required",
            "optional",
            "empty",
            "enabled",
            "disabled",
            "hidden",
            "strict",
            "default",
            "auto",
            "n/a",
            "option",
            "must",
            "should",
            "is",
            "are",
            "was",
            "the",
            "a",
            "an",
            "your",
            "this",
            "that",
            "at",
            "in",
            "for",
            "of",
            "to",
            "and",
            "or",
            "not",
            "may",
            "can",
            "will",
            "with",
            "from",
            "invalid",
            "expired",
            "missing",
            "incorrect",
            "wrong",
            "valid",
            "unknown",
            "type",
            "token",
            "tokens",
            "auth",
            "authentication",
            "authorization",
            "scheme",
            "header",
            "bearer",
            "basic",
            "digest",
            "secret",
            "password",
            "key",
            "keys",
            "value",
            "it",
            "we",
            "you",
            "if",
            "when",
            "by",
            "has",
            "have",
            "as",
            "please",
            "see",
            "via",
            "changed",
            "reset",
            "rotated",
            "ok",
            "passed",
            "failed",
            "masked");

    private static final Set<String> ENVIRONMENTS = Set.of(
            "process",
            "os",
            "env",
            "settings",
            "config",
            "self",
            "this",
            "var",
            "local",
            "secrets",
            "data",
            "module",
            "args",
            "params",
            "props",
            "options",
            "request",
            "req",
            "app",
            "system",
            "environment",
            "vars",
            "inputs",
            "github",
            "each",
            "values",
            "cfg",
            "conf",
            "ctx",
            "context");
    private static final Set<String> SCHEMES =
            Set.of("bearer", "basic", "digest", "token", "apikey", "negotiate", "ntlm", "key", "splunk", "hawk", "bot");
    /** Options whose name says nothing, by program: what follows them, or is glued to them, is a password. */
    private static final Map<String, String> OPTIONS = Map.ofEntries(
            Map.entry("mysql", "-p!"),
            Map.entry("mysqldump", "-p!"),
            Map.entry("mysqladmin", "-p!"),
            Map.entry("mysqlimport", "-p!"),
            Map.entry("mysqlsh", "-p!"),
            Map.entry("mariadb", "-p!"),
            Map.entry("mariadb-dump", "-p!"),
            Map.entry("sshpass", "-p"),
            Map.entry("mongo", "-p"),
            Map.entry("mongosh", "-p"),
            Map.entry("mongodump", "-p"),
            Map.entry("mongorestore", "-p"),
            Map.entry("mongoexport", "-p"),
            Map.entry("mongoimport", "-p"),
            Map.entry("redis-cli", "-a"),
            Map.entry("ldapsearch", "-w"),
            Map.entry("ldapmodify", "-w"),
            Map.entry("ldapadd", "-w"),
            Map.entry("ldapwhoami", "-w"),
            Map.entry("ldappasswd", "-w -s"),
            Map.entry("zip", "-P"),
            Map.entry("unzip", "-P"),
            Map.entry("7z", "-p!"),
            Map.entry("7za", "-p!"),
            Map.entry("rar", "-p! -hp!"),
            Map.entry("unrar", "-p!"),
            Map.entry("sqlcmd", "-P"),
            Map.entry("bcp", "-P"),
            Map.entry("isql", "-P"),
            Map.entry("curl", "-u: --user: --proxy-user: -U: -E: --cert: --pass"),
            Map.entry("http", "-a: --auth:"),
            Map.entry("https", "-a: --auth:"),
            Map.entry("smbclient", "-U%"),
            Map.entry("rpcclient", "-U%"),
            Map.entry("docker login", "-p"),
            Map.entry("podman login", "-p"),
            Map.entry("buildah login", "-p"),
            Map.entry("helm login", "-p"),
            Map.entry("skopeo login", "-p"),
            Map.entry("az login", "-p"),
            Map.entry("cf login", "-p"),
            Map.entry("oc login", "-p"),
            Map.entry("vault login", "="),
            Map.entry("psftp", "-pw"),
            Map.entry("plink", "-pw"),
            Map.entry("pscp", "-pw"),
            Map.entry("rdesktop", "-p"),
            Map.entry("xfreerdp", "/p:"),
            Map.entry("ipmitool", "-P"),
            Map.entry("openssl", "-k -K -passin -passout -pass"),
            Map.entry("cadaver", "-p"),
            Map.entry("influx", "-p"),
            Map.entry("clickhouse-client", "--password"),
            Map.entry("rabbitmqadmin", "-p"),
            Map.entry("snmpwalk", "-A -X -c"),
            Map.entry("snmpget", "-A -X -c"),
            Map.entry("kinit", "--password"),
            Map.entry("expect", "-p"),
            Map.entry("ncftp", "-p"),
            Map.entry("lftp", "-u,"),
            Map.entry("wget", "--pass"));

    private final String text;
    private final Spans spans;
    private final Work work;

    private String program = "";
    private boolean setter;
    private String before = "";
    private String beforeThat = "";
    private int wordStart = -1;
    private int wordEnd = -1;
    private int lastEnd = -1;
    private int sameEnd;

    private TextMasker(String text, Spans spans, Work work) {
        this.text = text;
        this.spans = spans;
        this.work = work;
    }

    /** Returns the text with its secrets masked. */
    static String mask(String text, Work work) {
        boolean names = mayName(text, work);
        if (isJson(text) && (names || SecretScanner.mayHoldSecret(text))) {
            try {
                return JsonMasker.mask(text, work);
            } catch (JsonMasker.NoJsonException e) {
                work.add(text.length());
            }
        }
        var spans = new Spans();
        SecretScanner.find(text, spans, work);
        if (names) {
            new TextMasker(text, spans, work).scan();
        }
        return spans.masked(text);
    }

    /** A body of a request, say: its structure says more than its text does. */
    private static boolean isJson(String text) {
        if (text.length() < 8) {
            return false;
        }
        char first = text.charAt(0);
        char last = text.charAt(text.length() - 1);
        return (first == '{' && last == '}') || (first == '[' && last == ']');
    }

    /**
     * Returns the value of something that is named as a secret, masked; what is no literal in it stays.
     *
     * @param name what its name says
     */
    static String maskValue(String value, SecretNames.Name name, Work work) {
        if (value.isEmpty() || isNoSecret(value, name) || isReference(value, 0, value.length())) {
            return mask(value, work);
        }
        int scheme = schemeOf(value, 0, value.length());
        if (scheme > 0 && scheme < value.length()) {
            String credential = value.substring(scheme);
            String masked = schemeOf(credential, 0, credential.length()) > 0
                    ? mask(credential, work)
                    : maskValue(credential, tokenOf(name), work);
            return value.substring(0, scheme) + masked;
        }
        if (isAddress(value) || isStructure(value)) {
            return mask(value, work);
        }
        work.add(value.length());
        int code = codeIn(value, 0, value.length());
        if (code < value.length()) {
            String head = value.substring(0, code);
            return looksSecret(head) && !hasBlank(head)
                    ? Spans.mask(kindOf(name), head.length()) + mask(value.substring(code), work)
                    : mask(value, work);
        }
        if (isCommandLike(value) || (!name.sure() && !looksSecret(value))) {
            return mask(value, work);
        }
        return Spans.mask(kindOf(name), value.length());
    }

    /** Returns what option of a program stands in a word of a list of words, if its value is a secret. */
    static @Nullable String optionOf(String program, String word) {
        String options = OPTIONS.get(program);
        if (options == null) {
            return null;
        }
        for (String option : options.split(" ", -1)) {
            String bare = bare(option);
            if (word.startsWith(bare) && (word.length() == bare.length() || !bare.startsWith("--"))) {
                return option;
            }
        }
        return null;
    }

    /** Masks a word of a list of words that holds an option and its secret. */
    static String maskGlued(String word, String option, Work work) {
        String bare = bare(option);
        return bare + maskCredential(word.substring(bare.length()), option, work);
    }

    /** Masks what follows an option: all of it, or what stands behind the separator that ends the option's entry. */
    static String maskCredential(String value, String option, Work work) {
        char last = option.charAt(option.length() - 1);
        if (last == ':' || last == '%' || last == ',') {
            int at = option.equals("/p:") ? -1 : value.indexOf(last);
            if (at < 0 && !option.equals("/p:")) {
                return mask(value, work);
            }
            return value.substring(0, at + 1) + maskValue(value.substring(at + 1), PASSWORD, work);
        }
        return maskValue(value, PASSWORD, work);
    }

    static boolean standsAlone(String option) {
        return !option.endsWith("!");
    }

    static boolean isProgram(String word) {
        return OPTIONS.containsKey(word);
    }

    static final SecretNames.Name PASSWORD = new SecretNames.Name("password", true, false);

    private static String bare(String option) {
        char last = option.charAt(option.length() - 1);
        return last == '!' || ((last == ':' || last == '%' || last == ',') && !option.equals("/p:"))
                ? option.substring(0, option.length() - 1)
                : option;
    }

    /**
     * The quick look: does a name in the text end like one of a secret, or does a program stand there that takes passwords? In
     * JSON, too, where a letter may be written as its number.
     */
    static boolean mayName(String text, Work work) {
        int length = text.length();
        work.add(length);
        int start = 0;
        for (int i = 0; i <= length; i++) {
            char c = i < length ? text.charAt(i) : ' ';
            if (Chars.isName(c)) {
                continue;
            }
            if (i - start >= 2 && ends(text, startOfName(text, start, i), start, i)) {
                return true;
            }
            if (c == '\\' && i + 1 < length) {
                // JSON in a text of JSON escapes its escapes.
                while (i + 1 < length && text.charAt(i + 1) == '\\') {
                    i++;
                }
                if (i + 1 < length && text.charAt(i + 1) == 'u') {
                    return true;
                }
                i++;
            }
            start = i + 1;
        }
        return false;
    }

    private static final int MAX_PROGRAM = 17;
    /** For each first letter, the lengths of the words that lead to a password behind them, as bits. */
    private static final int[] PROGRAM_LENGTHS = new int[128];

    static {
        OPTIONS.keySet().forEach(TextMasker::addProgram);
        Set.of("login", "identified", "basic").forEach(TextMasker::addProgram);
    }

    private static void addProgram(String word) {
        if (word.length() <= MAX_PROGRAM) {
            PROGRAM_LENGTHS[word.charAt(0) | 0x20] |= 1 << word.length();
        }
    }

    /** {@code api key} is a name of two words. */
    private static int startOfName(String text, int start, int end) {
        boolean isKey = end - start <= 4 && text.regionMatches(true, start, "key", 0, 3);
        if (!isKey || start < 2 || text.charAt(start - 1) != ' ' || !Chars.isLetter(text.charAt(start - 2))) {
            return start;
        }
        int from = start - 2;
        while (from > 0 && start - from < 16 && Chars.isLetter(text.charAt(from - 1))) {
            from--;
        }
        return from;
    }

    private static boolean ends(String text, int from, int start, int end) {
        if (SecretNames.of(text, from, end) != null) {
            return true;
        }
        char first = text.charAt(start);
        int size = end - start;
        if (first >= 128 || size > MAX_PROGRAM || (PROGRAM_LENGTHS[first | 0x20] & 1 << size) == 0) {
            return false;
        }
        return OPTIONS.containsKey(text.substring(start, end)) || isLogin(text, start, end);
    }

    private static boolean isLogin(String text, int start, int end) {
        return word(text, start, end, "login")
                || word(text, start, end, "identified")
                || word(text, start, end, "basic");
    }

    private static boolean word(String text, int start, int end, String word) {
        return end - start == word.length() && text.regionMatches(true, start, word, 0, word.length());
    }

    private void scan() {
        int length = text.length();
        for (int i = 0; i < length; ) {
            char c = text.charAt(i);
            if (Chars.isName(c) && !(c == '-' && !startsOption(i))) {
                int end = i + 1;
                while (end < length && Chars.isName(text.charAt(end))) {
                    end++;
                }
                work.add(end - i);
                i = Math.max(end, identifier(i, end));
            } else {
                work.add(1);
                if (c == ';' || c == '|' || c == '&' || c == '\n' || c == '(' || c == '`') {
                    program = "";
                    setter = false;
                } else if (c == '/' && program.equals("xfreerdp") && text.startsWith("/p:", i)) {
                    i = Math.max(i + 1, value(i + 3, PASSWORD));
                    continue;
                }
                i++;
            }
        }
    }

    private boolean startsOption(int at) {
        return at == 0 || text.charAt(at - 1) <= ' ' || isQuote(text.charAt(at - 1));
    }

    /** Looks at one identifier, and at what stands behind it; returns where to go on. */
    private int identifier(int start, int end) {
        boolean option = text.charAt(start) == '-';
        int after = option && !program.isEmpty() ? programOption(start, end) : -1;
        if (after < 0 && !option) {
            String options = end - start <= 20 ? programOf(start, end) : null;
            if (options != null) {
                program = options;
            }
        }
        if (after < 0) {
            SecretNames.Name name = SecretNames.of(text, startOfName(text, start, end), end);
            if (name != null) {
                after = named(start, end, name, option);
            } else if (word(text, start, end, "by") && before.equalsIgnoreCase("identified")) {
                after = quoted(end, PASSWORD);
            } else if (word(text, start, end, "basic")) {
                after = basic(end);
            }
        }
        if (after < 0 && end - start <= 20) {
            String word = text.substring(start, end);
            if (word.equals("set") || word.equals("setx") || word.equals("config") || word.equals("assign")) {
                setter = true;
            }
            beforeThat = before;
            before = word;
        } else {
            beforeThat = before;
            before = "";
        }
        return after;
    }

    private @Nullable String programOf(int start, int end) {
        String word = text.substring(start, end);
        if (OPTIONS.containsKey(word)) {
            return word;
        }
        if (word.equals("login")) {
            for (String each : new String[] {before, beforeThat}) {
                if (OPTIONS.containsKey(each + " login")) {
                    return each + " login";
                }
            }
        }
        return null;
    }

    private int programOption(int start, int end) {
        String options = OPTIONS.get(program);
        if (options == null || program.equals("xfreerdp") || options.equals("=")) {
            return -1;
        }
        for (String option : options.split(" ", -1)) {
            String bare = bare(option);
            if (!text.startsWith(bare, start)) {
                continue;
            }
            boolean glued = end - start > bare.length();
            int from = start + bare.length();
            if (!glued && (from >= text.length() || text.charAt(from) <= ' ')) {
                if (!standsAlone(option) || (bare.equals("--pass") && program.equals("wget"))) {
                    return -1;
                }
                from = blanks(from);
            } else if (glued && bare.startsWith("--")) {
                continue;
            } else if (!glued && bare.startsWith("--") && text.charAt(from) == '=') {
                from++;
            }
            char last = option.charAt(option.length() - 1);
            if (last == ':' || last == '%' || last == ',') {
                return credential(from, last);
            }
            if (from < text.length() && text.startsWith("pass:", from)) {
                from += 5;
            }
            if (from < text.length() && text.charAt(from) == '-' && !glued) {
                return -1;
            }
            return value(from, PASSWORD);
        }
        return -1;
    }

    /** {@code user:password} behind an option: the name stays. */
    private int credential(int from, char separator) {
        int at = from;
        char quote = at < text.length() && isQuote(text.charAt(at)) ? text.charAt(at) : 0;
        if (quote != 0) {
            at++;
        }
        int limit = Math.min(text.length(), at + 256);
        while (at < limit && text.charAt(at) > ' ' && text.charAt(at) != separator && text.charAt(at) != quote) {
            at++;
        }
        work.add(at - from);
        if (at >= limit || text.charAt(at) != separator) {
            return -1;
        }
        int end = at + 1;
        int stop = Math.min(text.length(), end + MAX_VALUE);
        while (end < stop) {
            char c = text.charAt(end);
            if (quote != 0 ? c == quote || c == '\n' : c <= ' ' || isQuote(c)) {
                break;
            }
            end++;
        }
        work.add(end - at);
        return literal(at + 1, end, PASSWORD, quote != 0);
    }

    private int basic(int end) {
        int from = blanks(end);
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
    private int quoted(int end, SecretNames.Name name) {
        int at = blanks(end);
        return at > end && at < text.length() && (text.charAt(at) == '\'' || text.charAt(at) == '"')
                ? value(at, name)
                : -1;
    }

    private int named(int start, int end, SecretNames.Name name, boolean option) {
        int at = end;
        boolean closed = false;
        while (at < text.length() && at - end < 12) {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length() && (isQuote(text.charAt(at + 1)) || text.charAt(at + 1) == '\\')) {
                at++;
            } else if (isQuote(c)) {
                if (closed) {
                    break;
                }
                closed = true;
                at++;
            } else if ((c == ']' || c == '[') && at + 1 < text.length()) {
                at++;
            } else {
                break;
            }
        }
        int blanks = blanks(at);
        work.add(blanks - end);
        if (blanks >= text.length()) {
            return -1;
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
                int value = blanks(from);
                boolean config = before || closed || value == from || from - blanks > 1;
                yield config ? scheme(value, name) : -1;
            }
            case ':' -> {
                if (next == ':' || (next == '/' && blanks + 2 < text.length() && text.charAt(blanks + 2) == '/')) {
                    yield -1;
                }
                int from = blanks + (next == '=' ? 2 : 1);
                int value = blanks(from);
                if (name.isCookie()) {
                    yield cookies(value);
                }
                yield value > from && !closed && isCommandAt(value) ? -1 : scheme(value, name);
            }
            case ',', '\n', '/', '}' -> {
                int pair = pair(blanks, name);
                if (pair >= 0) {
                    yield pair;
                }
                if (c == ',' && closed) {
                    int value = blanks(blanks + 1);
                    if (value < text.length() && isQuote(text.charAt(value)) && !isName(value + 1)) {
                        yield scheme(value, name);
                    }
                }
                yield -1;
            }
            case '>' -> {
                if (start > 0 && (text.charAt(start - 1) == '<' || text.charAt(start - 1) == ':')) {
                    int close = blanks + 1;
                    int limit = Math.min(text.length(), close + MAX_VALUE);
                    while (close < limit && text.charAt(close) != '<' && text.charAt(close) != '\n') {
                        close++;
                    }
                    work.add(close - blanks);
                    yield close < limit && text.charAt(close) == '<' && close > blanks + 1
                            ? literal(blanks + 1, close, name, true)
                            : -1;
                }
                yield -1;
            }
            case '(' -> {
                int value = blanks(blanks + 1);
                yield value < text.length() && isQuote(text.charAt(value)) ? value(value, name) : -1;
            }
            default -> {
                if (!before) {
                    yield -1;
                }
                if (closed) {
                    yield pair(blanks, name);
                }
                if (option) {
                    yield isNegated(start, end) || c == '-' ? -1 : scheme(blanks, name);
                }
                if (name.kind().equals("token") && word(text, start, end, "bearer")) {
                    yield value(blanks, name);
                }
                if ((setter || beforeThat.equals("login") || beforeThat.equals("user") || beforeThat.equals("machine"))
                        && c != '-') {
                    yield value(blanks, name);
                }
                if (c == '\'' || c == '"') {
                    yield name.kind().equals("password") ? value(blanks, name) : -1;
                }
                if (text.startsWith("is ", blanks) || text.startsWith("was ", blanks)) {
                    int value = blanks(text.indexOf(' ', blanks));
                    yield value(value, new SecretNames.Name(name.kind(), false, name.plural()));
                }
                yield pair(blanks, name);
            }
        };
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
        boolean isValue = word(text, at, end, "value") || word(text, at, end, "content") || word(text, at, end, "val");
        if (!isValue) {
            return -1;
        }
        int close = end;
        while (close < text.length()
                && close - end < 4
                && (isQuote(text.charAt(close)) || text.charAt(close) == '\\')) {
            close++;
        }
        close = blanks(close);
        if (close >= text.length() || (text.charAt(close) != '=' && text.charAt(close) != ':')) {
            return -1;
        }
        return scheme(blanks(close + 1), name);
    }

    /** A value that may begin with the scheme of an authorization. */
    private int scheme(int from, SecretNames.Name name) {
        int at = from;
        while (at < text.length() && text.charAt(at) == '\\') {
            at++;
        }
        if (at < text.length() && isQuote(text.charAt(at))) {
            int scheme = schemeOf(text, at + 1, Math.min(text.length(), at + 24));
            return scheme > 0 ? value(scheme, tokenOf(name)) : value(from, name);
        }
        int scheme = schemeOf(text, from, Math.min(text.length(), from + 24));
        return scheme > 0 ? value(scheme, tokenOf(name)) : value(from, name);
    }

    private static SecretNames.Name tokenOf(SecretNames.Name name) {
        return name.isAuthorization() ? new SecretNames.Name("credential", true, false) : name;
    }

    /** Returns where the value behind a scheme begins; -1 if there is no scheme. */
    private static int schemeOf(String text, int from, int to) {
        int end = from;
        while (end < to && Chars.isName(text.charAt(end))) {
            end++;
        }
        if (end == from || end >= to || text.charAt(end) != ' ' || end - from > 12) {
            return -1;
        }
        return SCHEMES.contains(text.substring(from, end).toLowerCase(Locale.ROOT)) ? end + 1 : -1;
    }

    private int cookies(int from) {
        int at = from;
        boolean first = true;
        int done = -1;
        while (at < text.length()) {
            int end = at;
            int equal = -1;
            int limit = Math.min(text.length(), at + MAX_VALUE);
            while (end < limit) {
                char c = text.charAt(end);
                if (c <= ' '
                        || c == ';'
                        || isQuote(c)
                        || c == '`'
                        || c == '|'
                        || c == '&'
                        || c == '<'
                        || c == '>'
                        || c == '\\'
                        || (c == '$'
                                && end + 1 < limit
                                && (text.charAt(end + 1) == '(' || text.charAt(end + 1) == '{'))) {
                    break;
                }
                if (c == '=' && equal < 0) {
                    equal = end;
                }
                end++;
            }
            work.add(end - at);
            int value = equal < 0 ? at : equal + 1;
            if (end == value || (!first && equal < 0)) {
                break;
            }
            String said = text.substring(value, Math.min(end, value + 256));
            if (Spans.endOfMask(text, value) < 0
                    && !NO_SECRETS.contains(said.toLowerCase(Locale.ROOT))
                    && !isReference(said, 0, said.length())
                    && ((first && end - value >= 3) || looksSecret(said))) {
                spans.add(value, end, "cookie");
            }
            done = end;
            first = false;
            if (end + 1 >= text.length() || text.charAt(end) != ';') {
                break;
            }
            at = blanks(end + 1);
            if (!isName(at)) {
                break;
            }
        }
        return done;
    }

    private boolean isName(int at) {
        int end = at;
        while (end < text.length() && end - at < 64 && (Chars.isName(text.charAt(end)) || text.charAt(end) == '.')) {
            end++;
        }
        return end > at && end < text.length() && text.charAt(end) == '=';
    }

    /**
     * Masks the value that begins there; returns its end, or -1 if there is none.
     */
    private int value(int from, SecretNames.Name name) {
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
            char c = text.charAt(at);
            boolean prefixed = (c == '$' || c == '@' || c == 'b' || c == 'f' || c == 'r' || c == 'u')
                    && at + 1 < length
                    && isQuote(text.charAt(at + 1));
            if (prefixed) {
                at++;
            }
        }
        char quote = text.charAt(at);
        if (isQuote(quote)) {
            int start = at + 1;
            int end = start;
            int limit = Math.min(length, start + MAX_VALUE);
            while (end < limit) {
                char c = text.charAt(end);
                if (c == quote) {
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
            case ',' -> at + 1 >= limit || text.charAt(at + 1) <= ' ' || isQuote(text.charAt(at + 1)) || isName(at + 1);
            case '$' ->
                at + 1 < limit
                        && (text.charAt(at + 1) == '(' || text.charAt(at + 1) == '{' || text.charAt(at + 1) == '\'');
            default -> false;
        };
    }

    /** Masks a literal; what is no literal in it stays. Returns where to go on. */
    private int literal(int start, int end, SecretNames.Name name, boolean quoted) {
        String value = text.substring(start, end);
        int mask = Spans.endOfMask(text, start);
        if (mask > 0) {
            return mask;
        }
        if (isNoSecret(value, name) || isReference(value, 0, value.length()) || isAddress(value)) {
            return start;
        }
        if (quoted && (value.charAt(0) <= ' ' || isStructure(value))) {
            return start;
        }
        int code = quoted ? codeIn(value, 0, value.length()) : value.length();
        boolean whole = code == value.length();
        if (quoted
                && (whole
                        ? isCommandLike(value)
                        : hasBlank(value.substring(0, code)) || !looksSecret(value.substring(0, code)))) {
            return start;
        }
        if (!name.sure() && !looksSecret(value.substring(0, code))) {
            return start;
        }
        if (code == 0) {
            return start;
        }
        spans.add(start, start + code, kindOf(name));
        return start + code;
    }

    private static String kindOf(SecretNames.Name name) {
        return name.isAuthorization() ? "credential" : name.kind();
    }

    /** {@code sudo -p password: rm -rf x}: a word with an option behind it is a command. */
    private boolean isCommandAt(int from) {
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

    private int blanks(int from) {
        int at = from;
        while (at < text.length() && at - from < MAX_BLANKS && Chars.isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isQuote(char c) {
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

    /** Returns where code begins in a value; its length if there is none. */
    static int codeIn(String value, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = value.charAt(i);
            char next = i + 1 < to ? value.charAt(i + 1) : 0;
            switch (c) {
                case '`' -> {
                    return i;
                }
                case '$' -> {
                    if (next == '(' || (next == '{' && !isVariable(value, i, to))) {
                        return i;
                    }
                }
                case '<', '>' -> {
                    if (next == '(' || !isSymbol(next) || hasBlank(value)) {
                        return i;
                    }
                }
                case ';', '|', '&' -> {
                    if ((!isSymbol(next) && next != 0) || hasBlank(value)) {
                        return i;
                    }
                }
                case '\n', '\r' -> {
                    int line = i + 1;
                    while (line < to && value.charAt(line) <= ' ') {
                        line++;
                    }
                    if (line < to) {
                        return i;
                    }
                }
                default -> {}
            }
        }
        return to;
    }

    /** What cannot begin a command's name. */
    private static boolean isSymbol(char c) {
        return Chars.is(c, Chars.DIGIT | Chars.UPPER)
                || "!@#%^*+=:?_-.,~".indexOf(c) >= 0
                || c == ';'
                || c == '|'
                || c == '&';
    }

    private static boolean isVariable(String value, int dollar, int to) {
        int i = dollar + 2;
        while (i < to && Chars.is(value.charAt(i), Chars.WORD)) {
            i++;
        }
        return i > dollar + 2 && i < to && value.charAt(i) == '}';
    }

    private static boolean hasBlank(String value) {
        return value.indexOf(' ') >= 0 || value.indexOf('\t') >= 0;
    }

    /** Tells whether a text of several words is more like a command, or a message, than like a passphrase. */
    private static boolean isCommandLike(String value) {
        if (!hasBlank(value)) {
            return false;
        }
        int words = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean first = i == 0 || value.charAt(i - 1) <= ' ';
            if (first && c > ' ') {
                words++;
                boolean option =
                        c == '-' && i + 1 < value.length() && Chars.is(value.charAt(i + 1), Chars.LETTER | Chars.DASH);
                if (option || c == '/' || c == '~' || c == '$' || c == '*' || c == '.' || value.startsWith("http", i)) {
                    return true;
                }
            }
            if ((c == '=' && !first) || c == '/' || c == '@') {
                return true;
            }
        }
        return words > 24 || value.length() > 200;
    }

    /** A JSON object or list, or a call, is not hidden as a whole: names inside it say what is secret. */
    private static boolean isStructure(String value) {
        char first = value.charAt(0);
        return first == '{'
                || (first == '['
                        && value.length() > 1
                        && (value.charAt(1) == '{' || value.charAt(1) == '"' || value.charAt(1) == '['));
    }

    /** Where something is sent or found: an address is no secret, and an approver has to see it. */
    private static boolean isAddress(String value) {
        int scheme = value.indexOf("://");
        if (scheme > 1 && scheme < 24) {
            return true;
        }
        int at = value.indexOf('@');
        if (at > 0 && value.indexOf('@', at + 1) < 0) {
            int dot = value.lastIndexOf('.');
            if (dot > at + 1 && dot < value.length() - 1 && isHost(value, at + 1) && isUser(value, at)) {
                return true;
            }
        }
        char first = value.charAt(0);
        if (first == '+' && value.length() >= 8 && value.length() <= 20) {
            return value.chars().skip(1).allMatch(c -> (c >= '0' && c <= '9') || c == ' ' || c == '-');
        }
        if (first == '/' || first == '~' || value.startsWith("./") || value.startsWith("../")) {
            int seen = 0;
            int slashes = 0;
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                seen |= Chars.of(c);
                slashes += c == '/' ? 1 : 0;
                if (!Chars.is(c, Chars.NAME | Chars.DOT) && c != '/' && c != '~') {
                    return false;
                }
            }
            boolean mixed = (seen & Chars.UPPER) != 0 && (seen & Chars.LOWER) != 0 && (seen & Chars.DIGIT) != 0;
            return slashes > 0 && (!mixed || value.indexOf('.') > 0);
        }
        return false;
    }

    private static boolean isHost(String value, int from) {
        for (int i = from; i < value.length(); i++) {
            if (!Chars.is(value.charAt(i), Chars.ALNUM | Chars.DASH | Chars.DOT)) {
                return false;
            }
        }
        for (int i = value.lastIndexOf('.') + 1; i < value.length(); i++) {
            if (!Chars.is(value.charAt(i), Chars.LETTER)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isUser(String value, int to) {
        for (int i = 0; i < to; i++) {
            char c = value.charAt(i);
            if (!Chars.is(c, Chars.NAME | Chars.DOT) && c != '+') {
                return false;
            }
        }
        return true;
    }

    /** A variable, a template or a placeholder stands for a secret that is not in the text. */
    static boolean isReference(String value, int from, int to) {
        if (from >= to) {
            return true;
        }
        char first = value.charAt(from);
        char last = value.charAt(to - 1);
        if (first == '$') {
            if (value.startsWith("$env:", from)) {
                return true;
            }
            int at = from + 1;
            if (at < to && value.charAt(at) == '{') {
                return last == '}' && (isVariable(value, from, to) || value.startsWith("${{", from));
            }
            while (at < to && Chars.is(value.charAt(at), Chars.WORD)) {
                at++;
            }
            return at == to
                    && to - from > 1
                    && Chars.is(value.charAt(from + 1), Chars.UPPER | Chars.UNDERSCORE | Chars.LOWER);
        }
        if ((first == '%' && last == '%') || (first == '<' && last == '>') || value.startsWith("{{", from)) {
            return true;
        }
        if (first == '*' || first == '.' || first == 'x' || first == 'X') {
            boolean same = true;
            for (int i = from; i < to; i++) {
                same &= value.charAt(i) == first;
            }
            if (same) {
                return true;
            }
        }
        int dot = value.indexOf('.', from);
        if (dot > from && dot < to - 1) {
            for (int i = from; i < to; i++) {
                if (!Chars.is(value.charAt(i), Chars.WORD | Chars.DOT)) {
                    return false;
                }
            }
            return ENVIRONMENTS.contains(value.substring(from, dot).toLowerCase(Locale.ROOT));
        }
        return false;
    }

    private static boolean isNoSecret(String value, SecretNames.Name name) {
        if (value.length() <= 14) {
            String bare = value.endsWith(".") || value.endsWith("?") || value.endsWith(":")
                    ? value.substring(0, value.length() - 1)
                    : value;
            if (NO_SECRETS.contains(bare.toLowerCase(Locale.ROOT))) {
                return true;
            }
        }
        if (Spans.endOfMask(value, 0) == value.length()) {
            return true;
        }
        return isNumber(value) && (name.plural() || (name.kind().equals("PIN") && value.length() < 4));
    }

    private static boolean isNumber(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!(c >= '0' && c <= '9') && c != '.' && c != ',' && c != '_' && !(i == 0 && c == '-')) {
                return false;
            }
        }
        return !value.isEmpty();
    }

    /** Tells whether a value is more like a secret than like a word: letters and digits or symbols mixed, or a PIN's digits. */
    static boolean looksSecret(String value) {
        int length = value.length();
        if (length < 4) {
            return false;
        }
        int seen = 0;
        boolean symbol = false;
        int changes = 0;
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            int classes = Chars.of(c);
            seen |= classes;
            symbol |= classes == 0 && c > ' ' && "!@#$%^*?~".indexOf(c) >= 0;
            if (i > 0 && (classes & Chars.UPPER) != 0 && Chars.is(value.charAt(i - 1), Chars.LOWER)) {
                changes++;
            }
        }
        boolean letters = (seen & Chars.LETTER) != 0;
        boolean digits = (seen & Chars.DIGIT) != 0;
        if (!letters) {
            return digits && length >= 4 && length <= 12 && (seen & ~(Chars.DIGIT | Chars.HEX)) == 0;
        }
        return ((digits || symbol) && length >= 6) || (changes > 2 && length >= 10);
    }
}
