package io.openclaw.gateway.common.redaction;

import io.openclaw.gateway.common.text.FoldedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells from a name whether its value is a secret: by the words that it <em>ends</em> with. {@code DB_PASSWORD}, {@code
 * xAuthToken} and {@code tokens} name secrets; {@code password_policy}, {@code tokenizer} and {@code primary_key} do not.
 */
final class SecretNames {
    /**
     * What a name says about its value.
     *
     * @param kind what the mask calls it
     * @param sure whether any literal is masked; else only one that looks like a secret
     * @param plural whether the name is a plural, so that a number is a count
     */
    record Name(String kind, boolean sure, boolean plural) {
        boolean isAuthorization() {
            return kind.equals("authorization");
        }

        boolean isCookie() {
            return kind.equals("cookie");
        }
    }

    /** How far a name is looked at, from its end. */
    static final int MAX_NAME = 128;

    private static final Set<String> KEYS = Set.of(
            "api",
            "access",
            "private",
            "secret",
            "auth",
            "signing",
            "encryption",
            "decryption",
            "master",
            "account",
            "shared",
            "hmac",
            "aes",
            "consumer",
            "subscription",
            "storage",
            "crypto",
            "cipher",
            "webhook",
            "wallet");
    private static final Set<String> MAYBE_KEYS =
            Set.of("app", "client", "service", "deploy", "license", "ssh", "jwt", "admin", "stream", "server", "user");
    /** What a token is when it is no credential: a place in a list, or a unit of a language model. */
    private static final Set<String> TOKENS_OF_LISTS_AND_MODELS = Set.of(
            "next",
            "page",
            "continuation",
            "sync",
            "cursor",
            "start",
            "stop",
            "end",
            "eos",
            "bos",
            "pad",
            "unk",
            "mask",
            "sep",
            "cls",
            "special",
            "max",
            "min",
            "num",
            "total",
            "prompt",
            "completion",
            "input",
            "output",
            "per",
            "first",
            "last",
            "delta",
            "cancellation",
            "image",
            "text",
            "new",
            "n",
            "no",
            "of",
            "reasoning",
            "cached");

    private static final Set<String> OWNERS_OF_PASSES = Set.of(
            "db",
            "user",
            "my",
            "root",
            "admin",
            "smtp",
            "ftp",
            "mysql",
            "pg",
            "postgres",
            "redis",
            "ssh",
            "proxy",
            "login",
            "email",
            "mail",
            "http",
            "svc",
            "service",
            "wifi",
            "router",
            "imap",
            "ldap",
            "sudo",
            "vault",
            "key",
            "store",
            "keystore",
            "truststore",
            "database",
            "mongo",
            "rabbitmq",
            "auth",
            "account",
            "basic",
            "client",
            "require");
    /** What makes a code one that lets somebody in; of others there are many, such as those of errors and countries. */
    private static final Set<String> CODES = Set.of(
            ("mfa otp totp fa factor twofactor recovery backup verification security auth authorization device login sms pairing unlock"
                            + " confirmation")
                    .split(" ", -1));

    private static final Set<String> PHRASES_OF_WALLETS =
            Set.of("seed", "recovery", "backup", "secret", "mnemonic", "wallet", "pass");
    private static final Set<String> WORDS_WITH_PASS = Set.of(
            "bypass", "compass", "encompass", "trespass", "surpass", "overpass", "underpass", "multipass", "subpass");

    /** What can stand behind a word for a secret without making it something else: {@code passwordConfirm}, {@code SecretString}. */
    private static final Set<String> QUALIFIERS = Set.of(
            "value",
            "text",
            "string",
            "plain",
            "plaintext",
            "confirm",
            "confirmation",
            "again",
            "repeat",
            "new",
            "old",
            "current",
            "raw",
            "prod",
            "production");
    /** Of tokens, which are units of texts, too. */
    private static final Set<String> QUALIFIERS_OF_TOKENS = Set.of("value", "raw", "prod", "production");
    /** A password, or what is like one, in other languages; of several words, their last one leads here. */
    private static final String[] OTHER_LANGUAGES = folded(
            "haslo heslo wachtwoord losenord parola salasana sifre motdepasse lozinka slaptazodis parool geslo contrasenya pasahitza"
                    + " mot_de_passe adgangskode passord jelszo katasandi kata_sandi matkhau mat_khau palavra-passe пароль пароля секрет"
                    + " токен κωδικος συνθηματικο 密码 密碼 口令 密钥 密鑰 令牌 暗証番号 パスワード 秘密鍵 비밀번호 암호 סיסמה סיסמא पासवर्ड รหัสผ่าน");

    private static final String[] PHRASES = {
        "mot de passe",
        "mat khau",
        "kata sandi",
        "palavra passe",
        "ключ доступа",
        "كلمة المرور",
        "كلمة السر",
        "clave secreta"
    };

    private static final String[] FOLDED_PHRASES = new String[PHRASES.length];

    static {
        for (int i = 0; i < PHRASES.length; i++) {
            FOLDED_PHRASES[i] = FoldedText.of(PHRASES[i]).text();
        }
    }

    private static final String ENDINGS =
            "password passwd pwd cred secret passwort kennwort jwt pat token authorization pin assertion key passphrase"
                    + " passcode cookie signature pass sessid auth hash bearer credential otp psk sig senha contrasena mnemonic"
                    + " pw pword jsessionid clave mdp code phrase answer";

    /** The last three letters of each ending: most names are none by these. */
    private static final boolean[] LAST_LETTERS = new boolean[26 * 26 * 26];

    static {
        String endings = ENDINGS
                + " base zpw"
                + " value text string plain plaintext confirm confirmation again repeat new old current raw prod production";
        for (String ending : endings.split(" ", -1)) {
            known(ending);
        }
        for (String other : OTHER_LANGUAGES) {
            known(other);
        }
        for (String phrase : FOLDED_PHRASES) {
            known(phrase);
        }
    }

    private static void known(String ending) {
        int letters = ending.length() < 3 ? -1 : lastLetters(ending, ending.length());
        if (letters >= 0) {
            LAST_LETTERS[letters] = true;
        }
    }

    private static String[] folded(String words) {
        return FoldedText.of(words).text().split(" ", -1);
    }

    /** Returns the words that a name of a secret holds, in lower case. */
    static List<String> endings() {
        List<String> words = new ArrayList<>(List.of(ENDINGS.split(" ", -1)));
        words.addAll(List.of(OTHER_LANGUAGES));
        for (String phrase : FOLDED_PHRASES) {
            words.add(phrase.substring(phrase.lastIndexOf(' ') + 1));
        }
        return words;
    }

    private SecretNames() {}

    private static boolean mayEnd(String text, int start, int end) {
        if (isLast(text, end)) {
            return true;
        }
        return (text.charAt(end - 1) | 0x20) == 's' && end - 1 - start >= 3 && isLast(text, end - 1);
    }

    private static boolean isLast(String text, int end) {
        int letters = lastLetters(text, end);
        // Letters outside ASCII are looked at.
        return letters < 0 || LAST_LETTERS[letters];
    }

    private static int lastLetters(String text, int end) {
        if (end < 3) {
            return -1;
        }
        int letters = 0;
        for (int i = end - 3; i < end; i++) {
            char c = text.charAt(i);
            if (c >= 128) {
                return -1;
            }
            int letter = (c | 0x20) - 'a';
            letters = letters * 26 + (letter >= 0 && letter < 26 ? letter : 25);
        }
        return letters;
    }

    /** Returns what a name says about its value; {@code null} if it says nothing. */
    static @Nullable Name of(String name) {
        String folded = FoldedText.of(name).text();
        return of(folded, 0, folded.length());
    }

    static @Nullable Name of(String text, int from, int to) {
        int start = Math.max(from, to - MAX_NAME);
        int end = to;
        while (end > start && !Chars.isLetter(text.charAt(end - 1))) {
            end--;
        }
        boolean isShort = end > start && (text.charAt(end - 1) >= 128 || text.regionMatches(true, start, "pw", 0, 2));
        int least = isShort ? 2 : 3;
        if (end - start < least || !(end - start == 2 || mayEnd(text, start, end))) {
            return null;
        }
        Name name = ending(text, start, end, false);
        if (name == null && (text.charAt(end - 1) | 0x20) == 's') {
            name = ending(text, start, end - 1, true);
        }
        return name == null ? qualified(text, start, end) : name;
    }

    private static @Nullable Name qualified(String text, int start, int end) {
        String last = wordBefore(text, start, end);
        if (!QUALIFIERS.contains(last)) {
            return null;
        }
        int before = end - last.length();
        while (before > start && !Chars.isLetter(text.charAt(before - 1))) {
            before--;
        }
        Name name = before - start < 3 ? null : ending(text, start, before, false);
        if (name == null || !name.sure()) {
            return null;
        }
        return switch (name.kind()) {
            case "password", "secret", "passphrase", "passcode" -> name;
            case "token" -> QUALIFIERS_OF_TOKENS.contains(last) ? name : null;
            default -> null;
        };
    }

    private static @Nullable Name ending(String text, int start, int end, boolean plural) {
        if (isInOtherLanguage(text, start, end)) {
            return new Name("password", true, plural);
        }
        return switch (text.charAt(end - 1) | 0x20) {
            case 'w' -> word(text, start, end, "pw") ? new Name("password", true, plural) : null;
            case 'd' -> {
                if (word(text, start, end, "pword")) {
                    yield new Name("password", true, plural);
                }
                if (ends(text, start, end, "jsessionid")) {
                    yield new Name("session", true, plural);
                }
                if (ends(text, start, end, "password")
                        || ends(text, start, end, "passwd")
                        || ends(text, start, end, "pwd")) {
                    yield new Name("password", true, plural);
                }
                yield word(text, start, end, "cred") ? new Name("credential", false, plural) : null;
            }
            case 't' -> {
                if (ends(text, start, end, "secret")) {
                    yield new Name("secret", true, plural);
                }
                if (ends(text, start, end, "passwort") || ends(text, start, end, "kennwort")) {
                    yield new Name("password", true, plural);
                }
                yield word(text, start, end, "jwt") || word(text, start, end, "pat")
                        ? new Name("token", false, plural)
                        : null;
            }
            case 'n' -> {
                if (ends(text, start, end, "token")) {
                    String before = wordBefore(text, start, end - 5);
                    yield TOKENS_OF_LISTS_AND_MODELS.contains(before) ? null : new Name("token", true, plural);
                }
                if (ends(text, start, end, "authorization")) {
                    yield new Name("authorization", true, plural);
                }
                if (word(text, start, end, "pin")) {
                    yield new Name("PIN", false, plural);
                }
                yield word(text, start, end, "assertion") ? new Name("credential", false, plural) : null;
            }
            case 'y' -> key(text, start, end, plural);
            case 'e' -> {
                if (word(text, start, end, "code")) {
                    String before = wordBefore(text, start, end - 4);
                    yield CODES.contains(before)
                            ? new Name("code", before.equals("recovery") || before.equals("backup"), plural)
                            : null;
                }
                if (word(text, start, end, "phrase")) {
                    String before = wordBefore(text, start, end - 6);
                    yield PHRASES_OF_WALLETS.contains(before) ? new Name("passphrase", true, plural) : null;
                }
                if (ends(text, start, end, "passphrase")) {
                    yield new Name("passphrase", true, plural);
                }
                if (ends(text, start, end, "passcode")) {
                    yield new Name("passcode", true, plural);
                }
                if (ends(text, start, end, "secret_key_base")) {
                    yield new Name("key", true, plural);
                }
                if (word(text, start, end, "cookie") || ends(text, start, end, "setcookie")) {
                    yield new Name("cookie", true, plural);
                }
                if (word(text, start, end, "clave")) {
                    yield new Name("password", false, plural);
                }
                // Signatures of the gateway's own evidence stay; those of clouds' URLs let anyone who has them in.
                yield ends(text, start, end, "amz-signature") || ends(text, start, end, "goog-signature")
                        ? new Name("signature", true, plural)
                        : null;
            }
            case 's' -> pass(text, start, end, plural);
            case 'h' -> {
                if (word(text, start, end, "auth")) {
                    yield new Name("credential", false, plural);
                }
                if (ends(text, start, end, "hash")) {
                    String before = wordBefore(text, start, end - 4);
                    yield before.endsWith("password") || before.endsWith("passwd") || before.equals("pwd")
                            ? new Name("password hash", false, plural)
                            : null;
                }
                yield null;
            }
            case 'r' ->
                word(text, start, end, "answer")
                                && wordBefore(text, start, end - 6).equals("security")
                        ? new Name("secret", true, plural)
                        : word(text, start, end, "bearer") ? new Name("token", true, plural) : null;
            case 'l' -> ends(text, start, end, "credential") ? new Name("credential", true, plural) : null;
            case 'p' ->
                word(text, start, end, "otp") || word(text, start, end, "totp")
                        ? new Name("code", false, plural)
                        : word(text, start, end, "mdp") ? new Name("password", false, plural) : null;
            case 'k' -> word(text, start, end, "psk") ? new Name("key", true, plural) : null;
            case 'g' -> word(text, start, end, "sig") ? new Name("signature", false, plural) : null;
            case 'a' ->
                word(text, start, end, "senha") || ends(text, start, end, "contrasena")
                        ? new Name("password", true, plural)
                        : null;
            case 'c' -> word(text, start, end, "mnemonic") ? new Name("passphrase", false, plural) : null;
            default -> null;
        };
    }

    private static boolean isInOtherLanguage(String text, int start, int end) {
        char last = text.charAt(end - 1);
        char lower = last < 128 ? (char) (last | 0x20) : last;
        for (String[] words : new String[][] {OTHER_LANGUAGES, FOLDED_PHRASES}) {
            for (String word : words) {
                if (word.charAt(word.length() - 1) == lower && ends(text, start, end, word)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Returns where a name of several words begins, such as {@code api key} or {@code mot de passe}; else where it does. */
    static int startOfPhrase(String text, int start, int end) {
        int size = end - start;
        boolean apart = start >= 2
                && (text.charAt(start - 1) == ' ' || (text.charAt(start - 1) == '.' && size <= 4))
                && Chars.isLetter(text.charAt(start - 2));
        if (!apart) {
            return start;
        }
        boolean phrase = (size <= 4 && text.regionMatches(true, start, "key", 0, 3))
                || (size <= 5 && text.regionMatches(true, start, "code", 0, 4))
                || (size <= 7 && text.regionMatches(true, start, "phrase", 0, 6));
        for (int i = 0; i < FOLDED_PHRASES.length && !phrase; i++) {
            String each = FOLDED_PHRASES[i];
            int last = each.lastIndexOf(' ') + 1;
            phrase = each.length() - last == size && text.regionMatches(true, start, each, last, size);
        }
        if (!phrase) {
            return start;
        }
        int from = start - 1;
        while (from > 0
                && start - from < 16
                && (Chars.isLetter(text.charAt(from - 1))
                        || (text.charAt(from - 1) == ' '
                                && from > 1
                                && Chars.isLetter(text.charAt(from - 2))
                                && size > 4))) {
            from--;
        }
        return from;
    }

    /** Tells whether a part of a text is a word, whatever its case. */
    static boolean isWord(String text, int start, int end, String word) {
        return end - start == word.length() && text.regionMatches(true, start, word, 0, word.length());
    }

    private static @Nullable Name key(String text, int start, int end, boolean plural) {
        if (!ends(text, start, end, "key")) {
            return null;
        }
        if (ends(text, start, end, "passkey")) {
            return new Name("key", false, plural);
        }
        String before = wordBefore(text, start, end - 3);
        if (KEYS.contains(before)
                || ends(before, "api")
                || ends(before, "access")
                || ends(before, "secret")
                || ends(before, "private")) {
            return new Name("key", true, plural);
        }
        return MAYBE_KEYS.contains(before) ? new Name("key", false, plural) : null;
    }

    private static boolean ends(String word, String end) {
        return word.endsWith(end);
    }

    private static @Nullable Name pass(String text, int start, int end, boolean plural) {
        if (!ends(text, start, end, "pass")) {
            return word(text, start, end, "sessid") ? new Name("session", false, plural) : null;
        }
        String word = wordBefore(text, start, end);
        if (word.equals("pass")) {
            String before = wordBefore(text, start, end - 4);
            boolean sure = OWNERS_OF_PASSES.contains(before);
            return new Name("password", sure, plural);
        }
        if (WORDS_WITH_PASS.contains(word)) {
            return null;
        }
        return new Name("password", OWNERS_OF_PASSES.contains(word.substring(0, word.length() - 4)), plural);
    }

    /** Tells whether a name ends with a word, whatever stands before it. */
    private static boolean ends(String text, int start, int end, String word) {
        int at = end - word.length();
        return at >= start && text.regionMatches(true, at, word, 0, word.length());
    }

    /** Tells whether a name ends with a word that is one of its own there. */
    private static boolean word(String text, int start, int end, String word) {
        int at = end - word.length();
        return at >= start && text.regionMatches(true, at, word, 0, word.length()) && isBoundary(text, start, at);
    }

    private static boolean isBoundary(String text, int start, int at) {
        if (at == start) {
            return true;
        }
        char before = text.charAt(at - 1);
        return !Chars.isLetter(before) || (Character.isLowerCase(before) && Character.isUpperCase(text.charAt(at)));
    }

    /** Returns the word of a name that ends there, in lower case; empty if there is none. */
    private static String wordBefore(String text, int start, int end) {
        int to = end;
        while (to > start && !Chars.isLetter(text.charAt(to - 1))) {
            to--;
        }
        int from = to;
        while (from > start
                && Chars.isLetter(text.charAt(from - 1))
                && (from == to || !isBoundary(text, start, from))) {
            from--;
        }
        return text.substring(from, to).toLowerCase(Locale.ROOT);
    }
}
