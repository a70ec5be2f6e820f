package io.openclaw.gateway.common.redaction;

import io.openclaw.gateway.common.text.FoldedText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Recognises credentials in texts: by the form that their provider gives them, or, for long tokens that no provider marks, by
 * their entropy. The forms are those of the providers' own documentation of secret scanning. One pass; the work is linear in
 * the length of the text.
 */
public final class SecretScanner {
    /** A provider's form: a prefix, then so many characters of some classes. */
    private record Form(String kind, String prefix, int classes, int min, int max, boolean exact) {}

    private static final List<Form> FORMS = new ArrayList<>();

    static {
        for (String prefix : List.of("AKIA", "ASIA", "ABIA", "ACCA")) {
            FORMS.add(new Form("aws", prefix, Chars.UPPER | Chars.DIGIT, 16, 16, true));
        }
        for (String prefix : List.of("ghp_", "gho_", "ghu_", "ghs_", "ghr_")) {
            form("github", prefix, Chars.ALNUM, 30, 255);
        }
        form("github", "github_pat_", Chars.WORD, 22, 255);
        for (String prefix : List.of("glpat-", "gldt-", "glrt-", "glptt-", "glsoat-", "glcbt-")) {
            form("gitlab", prefix, Chars.NAME, 20, 255);
        }
        for (String prefix : List.of("xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-")) {
            form("slack", prefix, Chars.ALNUM | Chars.DASH, 10, 255);
        }
        form("slack", "hooks.slack.com/services/", Chars.ALNUM | Chars.BASE64, 24, 100);
        form("discord", "discord.com/api/webhooks/", Chars.TOKEN, 60, 120);
        form("anthropic", "sk-ant-", Chars.NAME, 20, 255);
        form("openai", "sk-", Chars.NAME, 20, 255);
        for (String prefix : List.of("sk_live_", "sk_test_", "rk_live_", "rk_test_")) {
            form("stripe", prefix, Chars.ALNUM, 16, 255);
        }
        form("stripe", "whsec_", Chars.ALNUM, 20, 255);
        form("google", "AIza", Chars.NAME, 35, 35);
        form("google", "ya29.", Chars.NAME, 20, 255);
        form("google", "GOCSPX-", Chars.NAME, 20, 64);
        form("npm", "npm_", Chars.ALNUM, 36, 64);
        form("pypi", "pypi-AgE", Chars.NAME, 40, 255);
        form("huggingface", "hf_", Chars.ALNUM, 30, 64);
        for (String prefix : List.of("doo_v1_", "dop_v1_", "dor_v1_")) {
            form("digitalocean", prefix, Chars.HEX, 64, 64);
        }
        for (String prefix : List.of("shpat_", "shpca_", "shppa_", "shpss_")) {
            form("shopify", prefix, Chars.HEX, 32, 32);
        }
        form("gateway", "ocg_", Chars.NAME, 20, 255);
        form("age", "AGE-SECRET-KEY-1", Chars.UPPER | Chars.DIGIT, 50, 64);
        for (String prefix : List.of("hvs.", "hvb.", "hvr.")) {
            form("vault", prefix, Chars.NAME, 24, 255);
        }
        form("docker", "dckr_pat_", Chars.NAME, 20, 255);
        form("grafana", "glsa_", Chars.WORD, 32, 255);
        form("grafana", "glc_", Chars.ALNUM | Chars.BASE64, 32, 255);
        form("atlassian", "ATATT3", Chars.NAME, 40, 255);
        form("linear", "lin_api_", Chars.ALNUM, 30, 64);
        form("notion", "ntn_", Chars.ALNUM, 30, 64);
        form("groq", "gsk_", Chars.ALNUM, 30, 64);
        form("xai", "xai-", Chars.ALNUM, 40, 128);
        form("perplexity", "pplx-", Chars.ALNUM, 30, 64);
        form("replicate", "r8_", Chars.ALNUM, 30, 64);
        form("supabase", "sbp_", Chars.HEX, 40, 40);
        form("sentry", "sntrys_", Chars.TOKEN, 40, 255);
        form("databricks", "dapi", Chars.HEX, 32, 32);
        form("doppler", "dp.st.", Chars.NAME, 30, 64);
        form("newrelic", "NRAK-", Chars.UPPER | Chars.DIGIT, 27, 27);
        form("postman", "PMAK-", Chars.HEX | Chars.DASH, 50, 64);
        form("mailgun", "key-", Chars.HEX, 32, 32);
        FORMS.add(new Form("twilio", "SK", Chars.HEX, 32, 32, true));
        form("square", "sq0atp-", Chars.NAME, 22, 22);
        form("square", "sq0csp-", Chars.NAME, 43, 43);
    }

    private static final Form[][] BY_FIRST = new Form[128][];

    static {
        for (char first = 0; first < BY_FIRST.length; first++) {
            char c = first;
            Form[] forms =
                    FORMS.stream().filter(form -> form.prefix.charAt(0) == c).toArray(Form[]::new);
            BY_FIRST[first] = forms;
        }
    }

    /** The first two characters of each prefix. */
    private static final boolean[] PAIRS = new boolean[128 * 128];

    static {
        FORMS.forEach(form -> PAIRS[form.prefix.charAt(0) * 128 + form.prefix.charAt(1)] = true);
    }

    private static final int MIN_RANDOM = 32;
    private static final int MAX_RANDOM = 128;
    /** Bits a character; random Base64 of 40 characters has about 4.9, words joined by dashes about 4. */
    private static final double LEAST_ENTROPY = 4.5;
    /** What Base64 of public things begins with: pictures, documents, archives, public keys of SSH. */
    private static final List<String> PUBLIC_BEGINNINGS = List.of(
            "iVBORw0KGgo",
            "/9j/",
            "R0lGOD",
            "UklGR",
            "PHN2Zy",
            "JVBERi0",
            "UEsDB",
            "AAAAB3NzaC",
            "AAAAC3NzaC",
            "AAAAE2VjZHNh");

    private static final List<String> HASHES = List.of("sha1-", "sha224-", "sha256-", "sha384-", "sha512-");
    private static final int LEAST_TOKEN = 12;
    private static final int MAX_PEM = 16_384;

    private final String text;
    private final Spans spans;
    private final @Nullable Set<String> kinds;
    private final Work work;
    /** The end of a run of characters that is no JWT's header, wherever in it one would begin. */
    private int noHeader = -1;

    private int runFrom = -1;
    private int runTo = -1;
    private int runClasses;

    private SecretScanner(String text, Spans spans, @Nullable Set<String> kinds, Work work) {
        this.text = text;
        this.spans = spans;
        this.kinds = kinds;
        this.work = work;
    }

    private static void form(String kind, String prefix, int classes, int min, int max) {
        FORMS.add(new Form(kind, prefix, classes, min, max, false));
    }

    /** Returns the kinds of credentials in a text, such as {@code aws}, {@code jwt} or {@code entropy}. */
    public static Set<String> kinds(String text) {
        var work = new Work();
        if (!QuickLook.mayHoldSecret(text, work)) {
            return Set.of();
        }
        Set<String> kinds = new LinkedHashSet<>();
        new SecretScanner(FoldedText.of(text).text(), new Spans(), kinds, work).scan();
        return kinds;
    }

    /** Adds the credentials of a text to the parts of it that are masked. */
    static void find(String text, Spans spans, Work work) {
        new SecretScanner(text, spans, null, work).scan();
    }

    /** Returns what the forms begin with. */
    static List<String> prefixes() {
        return FORMS.stream().map(Form::prefix).toList();
    }

    static boolean startsAForm(String text, int at) {
        char second = at + 1 < text.length() ? text.charAt(at + 1) : 0;
        if (second >= 128 || !PAIRS[text.charAt(at) * 128 + second]) {
            return false;
        }
        for (Form form : BY_FIRST[text.charAt(at)]) {
            if (text.startsWith(form.prefix, at)) {
                return true;
            }
        }
        return false;
    }

    private void scan() {
        int length = text.length();
        boolean boundary = true;
        for (int i = 0; i < length; ) {
            work.add(1);
            char c = text.charAt(i);
            int end = -1;
            if (c == '-' && text.startsWith("-----BEGIN ", i)) {
                end = pem(i);
            } else if (c == '$') {
                end = hash(i);
            } else if (c == ':') {
                end = text.startsWith("//", i + 1) ? password(i) : telegram(i);
            } else if (boundary && Chars.is(c, Chars.ALNUM)) {
                end = form(i);
                if (end < 0 && c == 'e' && text.startsWith("yJ", i + 1)) {
                    end = jwt(i);
                }
                if (end < 0 && c == 'S' && text.startsWith("G.", i + 1)) {
                    end = twoParts(i);
                }
            }
            if (end < 0
                    && Chars.is(c, Chars.TOKEN)
                    && (i == 0 || !Chars.is(text.charAt(i - 1), Chars.TOKEN | Chars.DOT))) {
                end = random(i);
            }
            if (end > i) {
                i = end;
                boundary = true;
            } else {
                boundary = !Chars.is(c, Chars.WORD);
                i++;
            }
        }
    }

    private int found(int start, int end, String kind, String shown) {
        if (kinds != null) {
            kinds.add(kind);
        }
        spans.add(start, end, shown);
        return end;
    }

    /** Returns where the characters of these classes end; a run is walked once for each set of classes that follows it. */
    private int runOf(int start, int classes) {
        if (classes == runClasses && start >= runFrom && start < runTo) {
            return runTo;
        }
        int end = start;
        while (end < text.length() && Chars.is(text.charAt(end), classes)) {
            end++;
        }
        work.add(end - start);
        runFrom = start;
        runTo = end;
        runClasses = classes;
        return end;
    }

    private int form(int start) {
        char first = text.charAt(start);
        Form[] forms = BY_FIRST[first];
        for (Form form : forms) {
            if (text.startsWith(form.prefix, start)) {
                int from = start + form.prefix.length();
                int end = from;
                int limit = Math.min(text.length(), from + form.max);
                while (end < limit && Chars.is(text.charAt(end), form.classes)) {
                    end++;
                }
                work.add(end - from);
                boolean cut = form.exact && end < text.length() && Chars.is(text.charAt(end), Chars.WORD);
                if (end - from >= form.min && !cut) {
                    return found(start, end, form.kind, form.kind + " token");
                }
            }
        }
        return -1;
    }

    private int jwt(int start) {
        if (start < noHeader) {
            return -1;
        }
        int header = runOf(start, Chars.NAME);
        if (text.startsWith(".eyJ", header)) {
            int payload = runOf(header + 1, Chars.NAME);
            if (payload - header >= 12 && payload < text.length() && text.charAt(payload) == '.') {
                int end = runOf(payload + 1, Chars.NAME);
                if (end - payload >= 9 && header - start >= 11) {
                    return found(start, end, "jwt", "JWT");
                }
            }
        }
        noHeader = header;
        return -1;
    }

    /** SendGrid's keys: two parts and a dot between them. */
    private int twoParts(int start) {
        int first = runOf(start + 3, Chars.NAME);
        if (first - start < 19 || first >= text.length() || text.charAt(first) != '.') {
            return -1;
        }
        int end = runOf(first + 1, Chars.NAME);
        return end - first < 17 ? -1 : found(start, end, "sendgrid", "sendgrid token");
    }

    private int telegram(int colon) {
        if (!text.startsWith("AA", colon + 1)) {
            return -1;
        }
        int start = colon;
        while (start > 0 && colon - start < 10 && Chars.is(text.charAt(start - 1), Chars.DIGIT)) {
            start--;
        }
        int end = Math.min(runOf(colon + 1, Chars.NAME), colon + 36);
        return colon - start < 8 || end - colon < 36 ? -1 : found(start, end, "telegram", "telegram token");
    }

    /** Hashes of passwords, as crypt(5) writes them. */
    private int hash(int start) {
        int id = start + 1;
        int end = id;
        while (end < text.length() && end - id < 10 && Chars.is(text.charAt(end), Chars.ALNUM)) {
            end++;
        }
        String name = end < text.length() && text.charAt(end) == '$' ? text.substring(id, end) : "";
        boolean known = switch (name) {
            case "1", "5", "6", "2a", "2b", "2y", "y", "7", "apr1", "argon2i", "argon2d", "argon2id" -> true;
            default -> false;
        };
        if (!known) {
            return -1;
        }
        int stop = end + 1;
        while (stop < text.length()
                && stop - start < 512
                && (Chars.is(text.charAt(stop), Chars.ALNUM | Chars.BASE64 | Chars.DOT)
                        || text.charAt(stop) == '$'
                        || text.charAt(stop) == '='
                        || text.charAt(stop) == ',')) {
            stop++;
        }
        work.add(stop - start);
        return stop - end < 22 ? -1 : found(start, stop, "hash", "password hash");
    }

    private int password(int colon) {
        int user = colon + 3;
        int at = user;
        int separator = -1;
        int limit = Math.min(text.length(), user + 256);
        while (at < limit) {
            char c = text.charAt(at);
            if (c == '@') {
                break;
            }
            if (c == ':' && separator < 0) {
                separator = at;
            }
            if (c <= ' '
                    || c == '/'
                    || c == '\''
                    || c == '"'
                    || c == '$'
                    || c == '`'
                    || c == '('
                    || c == '<'
                    || c == '>'
                    || c == '|'
                    || c == '\\'
                    || ((c == ';' || c == '&') && (at + 1 == limit || Chars.is(text.charAt(at + 1), Chars.LOWER)))) {
                separator = -1;
                break;
            }
            at++;
        }
        work.add(at - colon);
        if (at >= limit || text.charAt(at) != '@' || colon == 0 || !Chars.is(text.charAt(colon - 1), Chars.ALNUM)) {
            return -1;
        }
        boolean bare = separator < 0 || at - separator == 1 || text.startsWith("x-oauth-basic@", separator + 1);
        if (bare && isTokenAlone(user, separator < 0 ? at : separator)) {
            return found(user, separator < 0 ? at : separator, "urlpassword", "token");
        }
        if (separator < 0 || at - separator < 3) {
            return -1;
        }
        if (Spans.endOfMask(text, separator + 1) > 0) {
            return -1;
        }
        return found(separator + 1, at, "urlpassword", "password");
    }

    /** A token without a user, {@code https://X@host}: letters and digits mixed, and not a name with a number at its end. */
    private boolean isTokenAlone(int from, int to) {
        if (to - from < LEAST_TOKEN) {
            return false;
        }
        boolean digit = false;
        boolean mixed = false;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!Chars.is(c, Chars.NAME)) {
                return false;
            }
            mixed |= digit && Chars.is(c, Chars.LETTER);
            digit |= Chars.is(c, Chars.DIGIT);
        }
        return mixed && Spans.endOfMask(text, from) < 0;
    }

    /** A key between its lines: the lines of Base64 alone, so that nothing else can stand there unseen. */
    private int pem(int start) {
        int label = start + 11;
        int close = text.indexOf("-----", label, Math.min(text.length(), label + 48));
        work.add(48);
        if (close < 0) {
            return -1;
        }
        boolean secret = text.startsWith("PRIVATE KEY", Math.max(label, close - 11))
                || text.startsWith("PRIVATE KEY BLOCK", Math.max(label, close - 17));
        int first = -1;
        int last = -1;
        int headers = 0;
        int i = close + 5;
        int limit = Math.min(text.length(), i + MAX_PEM);
        while (i < limit) {
            char c = text.charAt(i);
            if (c == '\n' || c == '\r' || c == ' ' || c == '\t') {
                i++;
            } else if (c == '\\' && i + 1 < limit && (text.charAt(i + 1) == 'n' || text.charAt(i + 1) == 'r')) {
                i += 2;
            } else {
                int end = i;
                while (end < limit
                        && (Chars.is(text.charAt(end), Chars.ALNUM | Chars.BASE64) || text.charAt(end) == '=')) {
                    end++;
                }
                int name = end;
                while (first < 0 && name < limit && name - end < 32 && Chars.is(text.charAt(name), Chars.NAME)) {
                    name++;
                }
                boolean isLast = first >= 0 && end - i <= 76 && endsThere(end);
                if (end > i && (isLast || looksLikeBase64(i, end))) {
                    first = first < 0 ? i : first;
                    last = end;
                    i = end;
                } else if (name > i && first < 0 && name < limit && text.charAt(name) == ':') {
                    // A header of the key, such as "DEK-Info: AES-128-CBC,…", is shown.
                    int line = text.indexOf('\n', end, Math.min(limit, end + 200));
                    if (line < 0 || ++headers > 8) {
                        break;
                    }
                    work.add(line - end);
                    i = line;
                } else {
                    break;
                }
            }
        }
        work.add(i - start);
        if (first < 0) {
            return -1;
        }
        if (!secret) {
            return last;
        }
        return found(first, last, "privatekey", "private key");
    }

    private boolean endsThere(int at) {
        int i = at;
        while (i < text.length() && i - at < 8) {
            char c = text.charAt(i);
            if (c == '\\') {
                i += 2;
            } else if (c <= ' ') {
                i++;
            } else {
                return text.startsWith("-----END", i);
            }
        }
        return i >= text.length();
    }

    private boolean looksLikeBase64(int start, int end) {
        int seen = 0;
        for (int i = start; i < end; i++) {
            seen |= Chars.of(text.charAt(i));
        }
        return end - start >= 16 && (seen & Chars.UPPER) != 0 && (seen & Chars.LOWER) != 0 && (seen & Chars.DIGIT) != 0;
    }

    private int random(int start) {
        int end = runOf(start, Chars.TOKEN);
        int stop = end;
        while (stop < text.length() && stop - end < 2 && text.charAt(stop) == '=') {
            stop++;
        }
        boolean goesOn =
                stop + 1 < text.length() && text.charAt(stop) == '.' && Chars.is(text.charAt(stop + 1), Chars.TOKEN);
        if (end - start < MIN_RANDOM || end - start > MAX_RANDOM || goesOn || isPublic(start)) {
            return -1;
        }
        work.add(2L * (end - start));
        String token = text.substring(start, stop);
        if (!isRandom(token) || isText(token)) {
            return -1;
        }
        return found(start, stop, "entropy", "random token");
    }

    private boolean isPublic(int start) {
        char c = text.charAt(start);
        char before = start == 0 ? ' ' : text.charAt(start - 1);
        if (c == '/'
                && !text.startsWith("/9j/", start)
                && (before <= ' ' || before == '"' || before == '\'' || before == '~')) {
            return true;
        }
        if (text.startsWith("base64,", Math.max(0, start - 7)) && start >= 7) {
            return true;
        }
        if (before == ':'
                && (ends(start, "h1:") || ends(start, "sha256:") || ends(start, "SHA256:") || ends(start, "sha512:"))) {
            return true;
        }
        return PUBLIC_BEGINNINGS.stream().anyMatch(known -> text.startsWith(known, start))
                || HASHES.stream().anyMatch(known -> text.startsWith(known, start));
    }

    private boolean ends(int at, String word) {
        return at >= word.length() && text.startsWith(word, at - word.length());
    }

    /** Tells whether a token is Base64 of a plain text, which says what it says and is no secret by chance. */
    private static boolean isText(String token) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(token);
        } catch (IllegalArgumentException e) {
            return false;
        }
        for (byte each : bytes) {
            if ((each < ' ' || each > '~') && each != '\n' && each != '\t' && each != '\r') {
                return false;
            }
        }
        String decoded = new String(bytes, StandardCharsets.US_ASCII);
        return decoded.indexOf(' ') >= 0 && kinds(decoded).isEmpty();
    }

    private static boolean isRandom(String token) {
        int[] counts = new int[128];
        boolean upper = false;
        boolean lower = false;
        boolean digit = false;
        int separators = 0;
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            counts[c & 127]++;
            upper |= c >= 'A' && c <= 'Z';
            lower |= c >= 'a' && c <= 'z';
            digit |= c >= '0' && c <= '9';
            separators += c == '-' || c == '_' || c == '/' ? 1 : 0;
        }
        if (!(upper && lower && digit) || separators * 6 > token.length()) {
            return false;
        }
        double entropy = 0;
        for (int count : counts) {
            if (count > 0) {
                double share = (double) count / token.length();
                entropy -= share * Math.log(share) / Math.log(2);
            }
        }
        return entropy >= Math.min(LEAST_ENTROPY, Math.log(token.length()) / Math.log(2) - 0.6);
    }
}
