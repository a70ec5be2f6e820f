package io.openclaw.gateway.common.redaction;

import io.openclaw.gateway.common.text.FoldedText;
import org.jspecify.annotations.Nullable;

/**
 * Finds the secrets in one text: what stands behind a name that says so, in a place that says so, and what {@link SecretScanner}
 * recognises.
 *
 * <p>Only a literal is masked. What a shell would run ({@code $(…)}, backticks, {@code <(…)}, what follows {@code ;}, {@code |},
 * {@code &} or a new line), an operand that would run or be deleted, and what is structure ({@code {…}}, {@code […]}) stays, so
 * that nobody can hide an effect from a person by dressing it as a secret. The work is linear in the length of the text.
 */
final class TextMasker {
    private final String text;
    private final Work work;
    private final Values values;
    private final Markup markup;
    private final Logins logins;
    private final Assignments assignments;
    private final Operands operands;
    private final Cookies cookies;
    private final Inserts inserts;
    private final boolean command;
    private final boolean documents;

    private String program = "";
    private boolean setter;
    private boolean identified;
    private String before = "";
    private String beforeThat = "";

    private TextMasker(String text, boolean command, Spans spans, Work work) {
        this.text = text;
        this.command = command;
        this.work = work;
        values = new Values(text, command, spans, work);
        markup = new Markup(text, values, work);
        logins = new Logins(text, spans, values, work);
        operands = new Operands(text);
        inserts = new Inserts(text, values, work);
        documents = !command || text.contains("<<");
        cookies = new Cookies(text, spans, work, values);
        assignments = new Assignments(text, command, documents, spans, work, values, cookies, markup, logins);
    }

    /**
     * Returns the text with its secrets masked.
     *
     * @param command whether the text is a command: what stands in backticks, and what looks like a document, would run
     */
    static String mask(String text, boolean command, Work work) {
        if (!QuickLook.mayHoldSecret(text, work)) {
            return text;
        }
        if (isJson(text)) {
            try {
                return JsonMasker.mask(text, work);
            } catch (JsonMasker.NoJsonException e) {
                work.add(text.length());
            }
        }
        FoldedText folded = FoldedText.of(text);
        var spans = new Spans();
        SecretScanner.find(folded.text(), spans, work);
        new TextMasker(folded.text(), command, spans, work).scan();
        return spans.masked(folded, work);
    }

    /** Returns the text with what {@link SecretScanner} recognises masked, whatever its names say. */
    static String maskTokens(String text, Work work) {
        if (!QuickLook.mayHoldSecret(text, work)) {
            return text;
        }
        FoldedText folded = FoldedText.of(text);
        var spans = new Spans();
        SecretScanner.find(folded.text(), spans, work);
        return spans.masked(folded, work);
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
        if (value.isEmpty() || Literals.isNoSecret(value, name) || Literals.isReference(value, 0, value.length())) {
            return mask(value, false, work);
        }
        int scheme = Literals.schemeOf(value, 0, value.length());
        if (scheme > 0 && scheme < value.length()) {
            String credential = value.substring(scheme);
            String masked = Literals.schemeOf(credential, 0, credential.length()) > 0
                    ? mask(credential, false, work)
                    : maskValue(credential, Values.tokenOf(name), work);
            return value.substring(0, scheme) + masked;
        }
        if (Literals.isAddress(value) || Literals.isStructure(value)) {
            return mask(value, false, work);
        }
        work.add(value.length());
        int code = Literals.codeIn(value, 0, value.length());
        if (code < value.length()) {
            String head = value.substring(0, code);
            return Literals.looksSecret(head) && !Literals.hasBlank(head)
                    ? masked(head, name, work) + mask(value.substring(code), false, work)
                    : mask(value, false, work);
        }
        if (name.kind().equals("passphrase") && Literals.isSeed(value)) {
            return masked(value, name, work);
        }
        if (Literals.isCommandLike(value) || (!name.sure() && !Literals.looksSecret(value))) {
            return mask(value, false, work);
        }
        return masked(value, name, work);
    }

    private static String masked(String literal, SecretNames.Name name, Work work) {
        work.masked().add(literal, Literals.kindOf(name));
        return Spans.mask(Literals.kindOf(name), literal.length());
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
                i = Math.max(i + 1, other(i, c));
            }
        }
        if (documents) {
            Tables.mask(text, command, values, work);
        }
        CommandLines.mask(text, values, work);
    }

    /** Looks at a character of no identifier; returns where to go on. */
    private int other(int at, char c) {
        if (Operands.separates(c)) {
            program = "";
            setter = false;
            assignments.runs(false);
            identified = false;
            operands.separator(at);
            return at;
        }
        switch (c) {
            case ' ', '\t' -> operands.blank(at);
            case '.' -> operands.dot(at);
            case '@' -> logins.before(at);
            case '<', '>' -> markup.forget();
            case '/' -> {
                if (program.contains("freerdp") && text.startsWith("/p:", at)) {
                    return values.mask(at + 3, Literals.PASSWORD);
                }
            }
            case ':' -> {
                if (text.startsWith("5432:", at + 1)) {
                    return logins.passwordFile(at);
                }
            }
            default -> {}
        }
        return at;
    }

    private boolean startsOption(int at) {
        return at == 0 || text.charAt(at - 1) <= ' ' || Values.isQuote(text.charAt(at - 1));
    }

    /** Looks at one identifier, and at what stands behind it; returns where to go on. */
    private int identifier(int start, int end) {
        boolean option = text.charAt(start) == '-';
        operands.identifier(start, end);
        int after = option && !program.isEmpty() ? programOption(start, end) : -1;
        if (after < 0 && !option) {
            String options = end - start <= 20 ? programOf(start, end) : null;
            if (options != null) {
                program = options;
            }
        }
        if (after < 0) {
            after = known(start, end, option);
        }
        beforeThat = before;
        before = "";
        if (after < 0 && end - start <= 20) {
            before = text.substring(start, end);
            if (Operands.runsLater(before)) {
                assignments.runs(true);
            }
            setter |=
                    before.equals("set") || before.equals("setx") || before.equals("config") || before.equals("assign");
        }
        return after;
    }

    private int known(int start, int end, boolean option) {
        char next = end < text.length() ? text.charAt(end) : 0;
        SecretNames.Name name = SecretNames.of(text, SecretNames.startOfPhrase(text, start, end), end);
        if (name != null) {
            boolean introduced = setter
                    || before.equals("ENV")
                    || before.equalsIgnoreCase("setenv")
                    || beforeThat.equals("login")
                    || beforeThat.equals("user")
                    || beforeThat.equals("machine");
            return operands.isOperand(start) ? -1 : assignments.named(start, end, name, option, introduced);
        }
        identified |= SecretNames.isWord(text, start, end, "identified");
        if (identified && SecretNames.isWord(text, start, end, "by")) {
            return assignments.quoted(end, Literals.PASSWORD);
        }
        if (SecretNames.isWord(text, start, end, "into") && before.equalsIgnoreCase("insert")) {
            inserts.rows(end);
        }
        if (isCredentialOfCurl(start, end)) {
            return credentialIfSecret(end);
        }
        if (next == '=' && SecretNames.isWord(text, start, end, "code")) {
            return assignments.redirectCode(start, end);
        }
        if (SecretNames.isWord(text, start, end, "basic")) {
            return assignments.basic(end);
        }
        if (next == '(' && end - start <= 40 && Logins.isCall(text.substring(start, end))) {
            return logins.pair(end);
        }
        if (next == '=' && SecretNames.isWord(text, start, end, "value")) {
            markup.remember(end);
        }
        return -1;
    }

    /** A line of a configuration of curl: {@code user = "bob:X"}. */
    private boolean isCredentialOfCurl(int start, int end) {
        int from = end - 4;
        return documents
                && from >= start
                && SecretNames.isWord(text, from, end, "user")
                && (from == start || text.startsWith("--", start) || text.regionMatches(true, start, "proxy-", 0, 6));
    }

    private int credentialIfSecret(int end) {
        int at = values.blanks(end);
        if (at < text.length() && (text.charAt(at) == '=' || text.charAt(at) == ':')) {
            at = values.blanks(at + 1);
        }
        if (at == end || at >= text.length() || text.charAt(at) != '"') {
            return -1;
        }
        int close = text.indexOf('"', at + 1, Math.min(text.length(), at + 256));
        int colon = close < 0 ? -1 : text.indexOf(':', at + 1, close);
        work.add(256);
        if (colon < 0 || close - colon < 7 || !Literals.looksSecret(text.substring(colon + 1, close))) {
            return -1;
        }
        return values.literal(colon + 1, close, new SecretNames.Name("password", false, false), true);
    }

    private @Nullable String programOf(int start, int end) {
        String word = text.substring(start, end);
        if (ProgramOptions.isProgram(word)) {
            return word;
        }
        if (word.equals("login")) {
            for (String each : new String[] {before, beforeThat}) {
                if (ProgramOptions.isProgram(each + " login")) {
                    return each + " login";
                }
            }
        }
        return null;
    }

    private int programOption(int start, int end) {
        String options = ProgramOptions.of(program);
        if (options == null || program.contains("freerdp")) {
            return -1;
        }
        for (String option : options.split(" ", -1)) {
            String bare = ProgramOptions.bare(option);
            if (!text.startsWith(bare, start)) {
                continue;
            }
            boolean glued = end - start > bare.length();
            int from = start + bare.length();
            if (!glued && (from >= text.length() || text.charAt(from) <= ' ')) {
                if (!ProgramOptions.standsAlone(option) || (bare.equals("--pass") && program.equals("wget"))) {
                    return -1;
                }
                from = values.blanks(from);
            } else if (glued && bare.startsWith("--")) {
                continue;
            } else if (!glued && bare.startsWith("--") && text.charAt(from) == '=') {
                from++;
            }
            char last = option.charAt(option.length() - 1);
            if (last == '=') {
                return cookie(from);
            }
            if (last == ':' || last == '%' || last == ',') {
                return credential(from, last);
            }
            if (from < text.length() && text.startsWith("pass:", from)) {
                from += 5;
            }
            if (from < text.length() && text.charAt(from) == '-' && !glued) {
                return -1;
            }
            return values.mask(from, Literals.PASSWORD);
        }
        return -1;
    }

    /** Cookies behind an option; without an equals sign it is a file of cookies. */
    private int cookie(int from) {
        int at = from < text.length() && Values.isQuote(text.charAt(from)) ? from + 1 : from;
        return values.isAssignment(at) ? cookies.mask(at) : -1;
    }

    /** {@code user:password} behind an option: the name stays. */
    private int credential(int from, char separator) {
        int at = from;
        char quote = at < text.length() && Values.isQuote(text.charAt(at)) ? text.charAt(at) : 0;
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
        int stop = Math.min(text.length(), end + Values.MAX_VALUE);
        while (end < stop) {
            char c = text.charAt(end);
            if (quote != 0 ? c == quote || c == '\n' : c <= ' ' || Values.isQuote(c)) {
                break;
            }
            end++;
        }
        work.add(end - at);
        return values.literal(at + 1, end, Literals.PASSWORD, quote != 0);
    }
}
