package io.openclaw.gateway.common.redaction;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Recognises credentials in texts: by the form that their provider gives them, or, for long tokens that no provider marks, by
 * their entropy. The forms are those of the providers' own documentation of secret scanning.
 */
public final class SecretScanner {
    private static final Pattern PROVIDERS = Pattern.compile(String.join(
            "|",
            "(?<aws>\\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\\b)",
            "(?<github>\\bgh[pousr]_[A-Za-z0-9]{30,255}|\\bgithub_pat_[A-Za-z0-9_]{22,255})",
            "(?<gitlab>\\bglpat-[A-Za-z0-9_-]{20,255})",
            "(?<slack>\\bxox[abeoprs]-[A-Za-z0-9-]{10,255}|https://hooks\\.slack\\.com/services/T[A-Za-z0-9]{5,20}/B[A-Za-z0-9]{5,20}/[A-Za-z0-9]{16,40})",
            "(?<anthropic>\\bsk-ant-[A-Za-z0-9_-]{20,255})",
            "(?<openai>\\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{20,255})",
            "(?<stripe>\\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}|\\bwhsec_[A-Za-z0-9]{20,255})",
            "(?<google>\\bAIza[A-Za-z0-9_-]{35}|\\bya29\\.[A-Za-z0-9_-]{20,255}|\\bGOCSPX-[A-Za-z0-9_-]{20,64})",
            "(?<sendgrid>\\bSG\\.[A-Za-z0-9_-]{16,64}\\.[A-Za-z0-9_-]{16,64})",
            "(?<npm>\\bnpm_[A-Za-z0-9]{36,64})",
            "(?<pypi>\\bpypi-AgE[A-Za-z0-9_-]{40,255})",
            "(?<huggingface>\\bhf_[A-Za-z0-9]{30,64})",
            "(?<digitalocean>\\bdo[opr]_v1_[a-f0-9]{64})",
            "(?<shopify>\\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32})",
            "(?<telegram>\\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33})",
            "(?<gateway>\\bocg_[A-Za-z0-9_-]{20,255})",
            "(?<age>\\bAGE-SECRET-KEY-1[A-Z0-9]{50,64})",
            "(?<vault>\\bhv[sbr]\\.[A-Za-z0-9_-]{24,255})",
            "(?<jwt>\\beyJ[A-Za-z0-9_-]{8,4096}\\.eyJ[A-Za-z0-9_-]{8,4096}\\.[A-Za-z0-9_-]{8,1024})",
            "(?<privatekey>-----BEGIN [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\\\\\\s:,.()-]{16,8192})",
            "(?<urlpassword>\\b[a-z][a-z0-9+.-]{1,20}://[^\\s/:@'\"]{0,64}:(?<urlvalue>[^\\s/@'\"$]{3,128})@)"));
    private static final String[] KINDS = {
        "aws",
        "github",
        "gitlab",
        "slack",
        "anthropic",
        "openai",
        "stripe",
        "google",
        "sendgrid",
        "npm",
        "pypi",
        "huggingface",
        "digitalocean",
        "shopify",
        "telegram",
        "gateway",
        "age",
        "vault",
        "jwt",
        "privatekey",
        "urlpassword"
    };
    private static final Pattern TOKEN =
            Pattern.compile("(?<![A-Za-z0-9+/_=.-])[A-Za-z0-9+/_-]{32,128}={0,2}(?![A-Za-z0-9+/_=.-])");
    /** Bits a character; random Base64 of 40 characters has about 4.9, words joined by dashes about 4. */
    private static final double LEAST_ENTROPY = 4.5;

    private static final int UPPER = 1;
    private static final int LOWER = 2;
    private static final int DIGIT = 4;
    /** What each character of a token is; 0 for what ends one. */
    private static final byte[] KIND = kindsOfCharacters();

    private SecretScanner() {}

    private static byte[] kindsOfCharacters() {
        byte[] kinds = new byte[128];
        Arrays.fill(kinds, 'A', 'Z' + 1, (byte) UPPER);
        Arrays.fill(kinds, 'a', 'z' + 1, (byte) LOWER);
        Arrays.fill(kinds, '0', '9' + 1, (byte) DIGIT);
        for (char other : "_-+/".toCharArray()) {
            kinds[other] = 8;
        }
        return kinds;
    }

    /** Returns the kinds of credentials in a text, such as {@code aws}, {@code jwt} or {@code entropy}. */
    public static Set<String> kinds(String text) {
        if (!mayHoldSecret(text)) {
            return Set.of();
        }
        Set<String> kinds = new LinkedHashSet<>();
        Matcher matcher = PROVIDERS.matcher(text);
        while (matcher.find()) {
            for (String kind : KINDS) {
                if (matcher.group(kind) != null) {
                    kinds.add(kind);
                }
            }
        }
        if (TOKEN.matcher(text).results().anyMatch(token -> isRandom(token.group()))) {
            kinds.add("entropy");
        }
        return kinds;
    }

    /** Replaces the credentials in a text. */
    static String mask(String text, String by) {
        if (!mayHoldSecret(text)) {
            return text;
        }
        String masked = PROVIDERS.matcher(text).replaceAll(found -> {
            String value = found.group("urlvalue");
            return Matcher.quoteReplacement(value == null ? by : found.group().replace(value, by));
        });
        return TOKEN.matcher(masked)
                .replaceAll(token -> Matcher.quoteReplacement(isRandom(token.group()) ? by : token.group()));
    }

    /** The quick look, at every text of every event: is there a prefix of a provider, or a long token? */
    static boolean mayHoldSecret(String text) {
        int run = 0;
        boolean scheme = false;
        int seen = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int kind = c < KIND.length ? KIND[c] : 0;
            if (kind != 0) {
                run++;
                seen |= kind;
                if (run == 4 && isPrefix(text, i - 3)) {
                    return true;
                }
                if (run >= 32 && (seen & UPPER) != 0 && (seen & DIGIT) != 0 && ((seen & LOWER) != 0 || run >= 40)) {
                    return true;
                }
            } else {
                scheme |= c == ':' && text.startsWith("://", i);
                if (c == '@' && scheme) {
                    return true;
                }
                if ((c == '.' && run >= 2 && isPrefix(text, i - run))
                        || (c == ':' && run >= 8 && text.startsWith(":AA", i))) {
                    return true;
                }
                run = 0;
                seen = 0;
            }
        }
        return false;
    }

    private static boolean isPrefix(String text, int at) {
        return switch (text.charAt(at)) {
            case 'A' ->
                text.startsWith("AKIA", at)
                        || text.startsWith("ASIA", at)
                        || text.startsWith("ABIA", at)
                        || text.startsWith("ACCA", at)
                        || text.startsWith("AIza", at)
                        || text.startsWith("AGE-", at);
            case 'g' -> text.startsWith("gh", at) || text.startsWith("gith", at) || text.startsWith("glpa", at);
            case 'x' -> text.startsWith("xox", at);
            case 's' -> text.startsWith("sk-", at) || text.startsWith("sk_", at) || text.startsWith("shp", at);
            case 'r' -> text.startsWith("rk_", at);
            case 'w' -> text.startsWith("whse", at);
            case 'y' -> text.startsWith("ya29", at);
            case 'G' -> text.startsWith("GOCS", at);
            case 'S' -> text.startsWith("SG.", at);
            case 'n' -> text.startsWith("npm_", at);
            case 'p' -> text.startsWith("pypi", at);
            case 'h' ->
                text.startsWith("hf_", at)
                        || text.startsWith("hvs.", at)
                        || text.startsWith("hvb.", at)
                        || text.startsWith("hvr.", at);
            case 'd' -> text.startsWith("doo_", at) || text.startsWith("dop_", at) || text.startsWith("dor_", at);
            case 'o' -> text.startsWith("ocg_", at);
            case 'e' -> text.startsWith("eyJ", at);
            case '-' -> text.startsWith("-----BEGIN", at) || text.startsWith("----", at);
            case 'T' -> text.startsWith("/services/", Math.max(0, at - 10));
            default -> false;
        };
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
