package io.openclaw.gateway.common.redaction;

import java.util.Locale;
import java.util.Set;

/** Tells what a value is: a literal that may be a secret, or code, an address, a reference, a word of a sentence. */
final class Literals {
    /** What stands where a value would, and is none: types, switches, and words of a sentence. */
    private static final Set<String> NO_SECRETS =
            words("true false null none nil yes no on off undefined string str number integer int boolean bool "
                    + "object array bytes any char text varchar uuid required optional empty enabled disabled "
                    + "hidden strict default auto n/a option must should is are was the a an your this that at in "
                    + "for of to and or not may can will with from invalid expired missing incorrect wrong valid "
                    + "unknown type token tokens auth authentication authorization scheme header bearer basic "
                    + "digest secret password key keys value it we you if when by has have as please see via siehe voir ver vedi zie "
                    + "changed reset rotated ok passed failed masked await new yield typeof lambda async");

    private static final Set<String> ENVIRONMENTS =
            words("process os env settings config self this var local secrets data module args params props "
                    + "options request req app system environment vars inputs github each values cfg conf ctx "
                    + "context");
    private static final Set<String> SCHEMES =
            words("bearer basic digest token apikey negotiate ntlm key splunk hawk bot");

    static final SecretNames.Name PASSWORD = new SecretNames.Name("password", true, false);

    private Literals() {}

    private static Set<String> words(String words) {
        return Set.of(words.split(" ", -1));
    }

    /** Tells whether a word, in lower case, stands where a value would and is none: a type, a switch, a word of a sentence. */
    static boolean isWord(String word) {
        return NO_SECRETS.contains(word);
    }

    /** Returns where the value behind a scheme begins; -1 if there is no scheme. */
    static int schemeOf(String text, int from, int to) {
        int end = from;
        while (end < to && Chars.isName(text.charAt(end))) {
            end++;
        }
        if (end == from || end >= to || text.charAt(end) != ' ' || end - from > 12) {
            return -1;
        }
        return SCHEMES.contains(text.substring(from, end).toLowerCase(Locale.ROOT)) ? end + 1 : -1;
    }

    static String kindOf(SecretNames.Name name) {
        return name.isAuthorization() ? "credential" : name.kind();
    }

    /** Returns where code begins in a value; its length if there is none. */
    static int codeIn(String value, int from, int to) {
        boolean words = hasBlank(value);
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
                    if (next == '(' || !isSymbol(next) || words) {
                        return i;
                    }
                }
                case ';', '|', '&' -> {
                    if ((!isSymbol(next) && next != 0) || words) {
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
    static boolean isSymbol(char c) {
        return Chars.is(c, Chars.DIGIT | Chars.UPPER)
                || "!@#%^*+=:?_-.,~".indexOf(c) >= 0
                || c == ';'
                || c == '|'
                || c == '&';
    }

    static boolean isVariable(String value, int dollar, int to) {
        int i = dollar + 2;
        while (i < to && Chars.is(value.charAt(i), Chars.WORD)) {
            i++;
        }
        return i > dollar + 2 && i < to && value.charAt(i) == '}';
    }

    static boolean hasBlank(String value) {
        return value.indexOf(' ') >= 0 || value.indexOf('\t') >= 0;
    }

    /** Tells whether a text of several words is more like a command, or a message, than like a passphrase. */
    static boolean isCommandLike(String value) {
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
    static boolean isStructure(String value) {
        char first = value.charAt(0);
        return first == '{'
                || (first == '['
                        && value.length() > 1
                        && (value.charAt(1) == '{' || value.charAt(1) == '"' || value.charAt(1) == '['));
    }

    /** Where something is sent or found: an address is no secret, and an approver has to see it. */
    static boolean isAddress(String value) {
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
        if ((first == 'e' || first == 'f' || first == 's') && isSource(value, from, to)) {
            return true;
        }
        if (Chars.is(first, Chars.UPPER) && isCmdlet(value, from, to)) {
            return true;
        }
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

    /** Where openssl and others read a secret: {@code env:NAME}, {@code file:/path}, {@code fd:3}. */
    private static boolean isSource(String value, int from, int to) {
        if (to - from == 5 && value.startsWith("stdin", from)) {
            return true;
        }
        int colon = value.indexOf(':', from);
        if (colon < 0 || colon + 1 >= to || colon - from > 4) {
            return false;
        }
        return switch (value.substring(from, colon)) {
            case "env" -> isOf(value, colon + 1, to, Chars.WORD);
            case "fd" -> isOf(value, colon + 1, to, Chars.DIGIT);
            case "file" -> true;
            default -> false;
        };
    }

    /** PowerShell's {@code Read-Host}, {@code Get-Credential} and the like, which make a value. */
    private static boolean isCmdlet(String value, int from, int to) {
        int dash = value.indexOf('-', from);
        if (dash < 0 || dash + 1 >= to || !Chars.is(value.charAt(dash + 1), Chars.UPPER)) {
            return false;
        }
        return switch (value.substring(from, dash)) {
            case "Get", "Read", "New", "Import", "ConvertTo", "ConvertFrom", "Unprotect" ->
                isOf(value, dash + 1, to, Chars.LETTER);
            default -> false;
        };
    }

    private static boolean isOf(String value, int from, int to, int classes) {
        for (int i = from; i < to; i++) {
            if (!Chars.is(value.charAt(i), classes)) {
                return false;
            }
        }
        return from < to;
    }

    static boolean isNoSecret(String value, SecretNames.Name name) {
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

    /** Tells whether a text is the words of a wallet's seed (BIP 39): twelve to twenty-four short words in lower case. */
    static boolean isSeed(String value) {
        int words = 0;
        int letters = 0;
        for (int i = 0; i <= value.length(); i++) {
            char c = i < value.length() ? value.charAt(i) : ' ';
            if (c >= 'a' && c <= 'z') {
                letters++;
            } else if (c == ' ' && letters >= 3 && letters <= 8) {
                words++;
                letters = 0;
            } else {
                return false;
            }
        }
        return words >= 12 && words <= 24;
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
