package io.openclaw.gateway.common.redaction;

import java.util.Locale;
import java.util.Set;

/**
 * Masks what a document says is a secret without a sign between name and value, or on the lines below: {@code with password X},
 * {@code the token was changed to X}, {@code password:} and X on the next line, {@code passwords:} and a list. Only what looks
 * like a secret is masked, since most words behind such a name are none.
 */
final class Prose {
    /** Words that may stand between a name and its value. */
    private static final Set<String> LINKS = Set.of(
            ("is was are were e to as now new been has set changed reset updated be = ist lautet war auf est era es som"
                            + " är er on : to: is: was: as: ist: lautet: est: es: é è é: è:")
                    .split(" ", -1));
    /** Words behind which somebody or something is named that the secret belongs to. */
    private static final Set<String> OWNERS = Set.of("for", "of", "fur", "für", "von", "de", "pour", "para", "di");
    /** What names of algorithms, formats and protocols begin with. */
    private static final String[] TERMS = {
        "sha", "md5", "argon2", "pbkdf2", "base64", "utf", "aes", "rsa", "oauth", "http", "ipv", "pkcs", "hmac", "rfc",
        "iso", "bcrypt", "scrypt", "ed25519", "x509"
    };

    private static final int MAX_LINKS = 4;
    private static final int MAX_WORD = 256;
    private static final int MAX_ITEMS = 100;

    private final String text;
    private final boolean command;
    private final Values values;
    private final Work work;

    /**
     * @param command whether the text is a command, whose next line would run
     */
    Prose(String text, boolean command, Values values, Work work) {
        this.text = text;
        this.command = command;
        this.values = values;
        this.work = work;
    }

    /** Masks the word behind a name and blanks, or behind a few words more; returns its end, or -1 if it is no secret. */
    int standing(int from, SecretNames.Name name) {
        int at = from;
        for (int links = 0; links < MAX_LINKS; links++) {
            int end = at;
            while (end < text.length() && end - at < 9 && text.charAt(end) > ' ') {
                end++;
            }
            work.add(end - at);
            if (links == 0 && OWNERS.contains(text.substring(at, end).toLowerCase(Locale.ROOT))) {
                int owner = behindOwner(values.blanks(end));
                if (owner < 0) {
                    return -1;
                }
                at = owner;
                continue;
            }
            boolean digit = end - at == 1 && Chars.is(text.charAt(at), Chars.DIGIT);
            if (end >= text.length()
                    || !Chars.isBlank(text.charAt(end))
                    || !(digit || LINKS.contains(text.substring(at, end).toLowerCase(Locale.ROOT)))) {
                break;
            }
            at = values.blanks(end);
        }
        return word(at, name);
    }

    /** Returns where to go on behind one word that a colon or a verb follows; -1 if none does. */
    private int behindOwner(int from) {
        int at = from;
        while (at < text.length()
                && at - from < 40
                && text.charAt(at) > ' '
                && "\"'`<>;|&(){}".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        work.add(at - from);
        int next = values.blanks(at);
        if (at == from || next == at || next >= text.length()) {
            return -1;
        }
        boolean verb = text.startsWith("is ", next)
                || text.startsWith("is: ", next)
                || text.startsWith("was ", next)
                || text.startsWith("ist ", next)
                || text.startsWith("lautet ", next)
                || text.startsWith("est ", next)
                || text.startsWith("es ", next);
        return verb || text.charAt(at - 1) == ':' ? next : -1;
    }

    /** Masks one word that looks like a secret, with Markdown's signs or quotes around it or without. */
    int word(int from, SecretNames.Name name) {
        int at = from;
        while (at < text.length() && at - from < 3 && (isSign(text.charAt(at)) || Values.isQuote(text.charAt(at)))) {
            if (command && text.charAt(at) == '`') {
                return -1;
            }
            at++;
        }
        int end = at;
        int limit = Math.min(text.length(), at + MAX_WORD);
        while (end < limit && text.charAt(end) > ' ' && "\"'`<>;|&()[]{},\\".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        boolean calls = end < text.length() && "([".indexOf(text.charAt(end)) >= 0;
        work.add(end - from);
        while (end > at && (".:!?*_".indexOf(text.charAt(end - 1)) >= 0)) {
            end--;
        }
        if (calls || end - at >= MAX_WORD || !isSecret(text.substring(at, end), name)) {
            return -1;
        }
        return Math.max(end, values.literal(at, end, new SecretNames.Name(name.kind(), false, name.plural()), false));
    }

    private static boolean isSign(char c) {
        return c == '*' || c == '_' || c == '`';
    }

    private static boolean isSecret(String word, SecretNames.Name name) {
        boolean password = name.kind().startsWith("pass");
        if (!name.sure() && !name.kind().equals("code")) {
            // "pass" is a verb, too.
            return false;
        }
        if (word.length() < (password ? 8 : 12) || !Literals.looksSecret(word)) {
            return false;
        }
        int seen = 0;
        int dashes = 0;
        for (int i = 0; i < word.length(); i++) {
            seen |= Chars.of(word.charAt(i));
            dashes += word.charAt(i) == '-' ? 1 : 0;
            if (word.charAt(i) == '/'
                    || word.charAt(i) == '='
                    || (!password && (word.charAt(i) == '.' || dashes > 1))) {
                return false;
            }
        }
        boolean identifier = (seen & Chars.UNDERSCORE) != 0 && (seen & Chars.LETTER) != Chars.LETTER;
        if (identifier
                || (seen & Chars.LETTER) == 0
                || (seen & Chars.DIGIT) == 0
                || word.charAt(0) == '-'
                || word.charAt(0) == '$') {
            return false;
        }
        String lower = word.toLowerCase(Locale.ROOT);
        for (String term : TERMS) {
            if (lower.startsWith(term)) {
                return false;
            }
        }
        int dot = word.lastIndexOf('.');
        return dot <= 0
                || word.length() - dot > 5
                || !word.substring(dot + 1).chars().allMatch(Character::isLetter);
    }

    /**
     * Masks what stands on the lines below a name: one word alone on its line, or the items of a list.
     *
     * @param from where the line of the name ends
     * @param word whether a word alone counts, too, and not a list only
     */
    int below(int from, SecretNames.Name name, boolean word) {
        int at = from;
        int lines = 0;
        while (at < text.length() && at - from < 64 && text.charAt(at) <= ' ') {
            lines += text.charAt(at) == '\n' ? 1 : 0;
            at++;
        }
        work.add(at - from);
        if (lines == 0 || lines > 2 || at >= text.length()) {
            return -1;
        }
        if (isItem(at)) {
            return lines > 1 && !word ? -1 : list(at, name);
        }
        if (!word || command) {
            return -1;
        }
        if (text.startsWith("```", at)) {
            int fence = text.indexOf('\n', at, Math.min(text.length(), at + 24));
            if (fence < 0) {
                return -1;
            }
            at = values.blanks(fence + 1);
        }
        int end = at;
        while (end < text.length() && end - at <= MAX_WORD && text.charAt(end) > ' ') {
            end++;
        }
        work.add(end - at);
        int rest = values.blanks(end);
        boolean alone = rest == text.length() || text.charAt(rest) == '\n' || text.charAt(rest) == '\r';
        return alone ? word(at, name) : -1;
    }

    private boolean isItem(int at) {
        return at + 1 < text.length()
                && (text.charAt(at) == '-' || text.charAt(at) == '*')
                && Chars.isBlank(text.charAt(at + 1));
    }

    private int list(int from, SecretNames.Name name) {
        var item = new SecretNames.Name(
                name.kind(), name.sure() && name.plural() && name.kind().startsWith("pass"), name.plural());
        int at = from;
        int done = -1;
        for (int items = 0; items < MAX_ITEMS && isItem(at); items++) {
            int start = values.blanks(at + 1);
            int end = start;
            int limit = Math.min(text.length(), start + MAX_WORD);
            while (end < limit && text.charAt(end) != '\n') {
                end++;
            }
            int stop = end;
            while (stop > start && text.charAt(stop - 1) <= ' ') {
                stop--;
            }
            work.add(end - start);
            if (stop > start + 1 && Values.isQuote(text.charAt(start)) && text.charAt(stop - 1) == text.charAt(start)) {
                values.literal(start + 1, stop - 1, item, true);
                done = stop;
            } else if (stop > start
                    && text.charAt(stop - 1) != ':'
                    && (item.sure() || !isRule(start, stop))
                    && !Literals.hasBlank(text.substring(start, stop))) {
                values.literal(start, stop, item, false);
                done = stop;
            }
            if (end >= text.length()) {
                break;
            }
            at = values.blanks(end + 1);
        }
        return done;
    }

    /** Says what a value must be: {@code min:12}. */
    private boolean isRule(int from, int to) {
        int at = from;
        while (at < to && Chars.is(text.charAt(at), Chars.LETTER | Chars.UNDERSCORE)) {
            at++;
        }
        return at > from && at < to && text.charAt(at) == ':';
    }

    /** Masks the items of a list in brackets: {@code passwords: [X, "Y"]}. */
    int brackets(int open, SecretNames.Name name) {
        var item = new SecretNames.Name(name.kind(), name.sure() && name.kind().startsWith("pass"), name.plural());
        int limit = Math.min(text.length(), open + Values.MAX_VALUE);
        int at = open + 1;
        int done = -1;
        while (at < limit && text.charAt(at) != ']') {
            char c = text.charAt(at);
            if (c <= ' ' || c == ',') {
                at++;
                continue;
            }
            boolean quoted = Values.isQuote(c);
            int start = quoted ? at + 1 : at;
            int end = start;
            while (end < limit
                    && (quoted ? text.charAt(end) != c : text.charAt(end) != ',' && text.charAt(end) != ']')
                    && text.charAt(end) != '\n') {
                end++;
            }
            if (end >= limit || "{[(".indexOf(c) >= 0) {
                break;
            }
            if (end > start && !(Literals.hasBlank(text.substring(start, end)) && !quoted)) {
                values.literal(start, end, item, quoted);
            }
            done = end;
            at = quoted ? end + 1 : end;
            if (text.charAt(Math.min(at, text.length() - 1)) == '\n') {
                at++;
            }
        }
        work.add(at - open);
        return done;
    }
}
