package io.openclaw.gateway.common.redaction;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import java.io.StringWriter;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Masks credentials in what is stored or shown: values of fields whose name says that they are secret, authorization
 * headers inside texts, and whatever {@link SecretScanner} recognises. It masks too much rather than too little.
 */
public final class Redactor {
    /** What stands in place of a credential. */
    public static final String MASK = "[masked]";

    private static final Set<String> SECRET_NAMES = Set.of(
            "authorization",
            "proxyauthorization",
            "password",
            "passwd",
            "passphrase",
            "pwd",
            "secret",
            "token",
            "cookie",
            "setcookie",
            "credential",
            "credentials",
            "bearer",
            "privatekey",
            "apikey",
            "accesskey",
            "xapikey");
    private static final Set<String> SECRET_ENDINGS = Set.of(
            "password", "passwd", "secret", "token", "apikey", "accesskey", "privatekey", "secretkey", "credentials");
    private static final Pattern IN_TEXT = Pattern.compile(
            "(?i)(\\b(?:proxy-)?authorization\\s*[:=]\\s*(?:(?:bearer|basic|token|digest)\\s+)?|\\bbearer\\s+"
                    + "|\\b(?:set-)?cookie\\s*:\\s*|\\bx-api-key\\s*[:=]\\s*"
                    + "|\\b(?:password|passwd|secret|token|api[_-]?key|access[_-]?key)\\s*=\\s*)"
                    + "([^\\s'\"\\\\,;&]{3,})");

    /** Masks the credentials in a piece of JSON; JSON without any is returned as it is. */
    public RawJson redact(RawJson json) {
        if (!namesSecret(json.text()) && !SecretScanner.mayHoldSecret(json.text())) {
            return json;
        }
        var masked = new StringWriter(json.text().length());
        try (JsonParser parser = Json.MAPPER.createParser(json.text());
                JsonGenerator generator = Json.MAPPER.createGenerator(masked)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                copy(parser, token, generator);
            }
        } catch (JacksonException e) {
            // Not JSON after all: nothing of it is shown.
            return RawJson.from(MASK);
        }
        return RawJson.of(masked.toString());
    }

    /** Masks the credentials in a text. */
    public String redact(String text) {
        String known = SecretScanner.mask(text, MASK);
        return namesSecret(known) ? IN_TEXT.matcher(known).replaceAll("$1" + MASK.replace("$", "\\$")) : known;
    }

    /**
     * The quick look: a text without any of these words has nothing to mask. Every event is looked at, so it is plain: most
     * letters are passed over by the rarest letter of each word.
     */
    private static boolean namesSecret(String text) {
        for (int i = 1; i < text.length(); i++) {
            boolean found = switch (text.charAt(i) | 0x20) {
                case 'k' ->
                    startsAt(text, i, "key") || startsAt(text, i - 2, "token") || startsAt(text, i - 3, "cookie");
                // A letter may be written as its number.
                case 'u' -> startsAt(text, i - 1, "auth") || startsAt(text, i - 1, "\\u00");
                case 'b' -> startsAt(text, i, "bearer");
                case 'd' -> startsAt(text, i - 3, "credential");
                case 'w' -> startsAt(text, i - 4, "passw") || startsAt(text, i - 1, "pwd");
                case 'h' -> startsAt(text, i - 5, "passphrase");
                case 'c' -> startsAt(text, i - 2, "secret");
                default -> false;
            };
            if (found) {
                return true;
            }
        }
        return text.regionMatches(true, 0, "key", 0, 3) || text.regionMatches(true, 0, "bearer", 0, 6);
    }

    private static boolean startsAt(String text, int index, String word) {
        return text.regionMatches(true, index, word, 0, word.length());
    }

    private void copy(JsonParser parser, JsonToken token, JsonGenerator generator) {
        if (token == JsonToken.PROPERTY_NAME && isSecret(parser.currentName())) {
            generator.writeName(parser.currentName());
            JsonToken value = parser.nextToken();
            if (value == JsonToken.VALUE_NULL || value == JsonToken.VALUE_TRUE || value == JsonToken.VALUE_FALSE) {
                generator.copyCurrentEventExact(parser);
            } else {
                parser.skipChildren();
                generator.writeString(MASK);
            }
        } else if (token == JsonToken.VALUE_STRING) {
            generator.writeString(redact(parser.getString()));
        } else {
            generator.copyCurrentEventExact(parser);
        }
    }

    private static boolean isSecret(String name) {
        String plain = name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
        return SECRET_NAMES.contains(plain) || SECRET_ENDINGS.stream().anyMatch(plain::endsWith);
    }
}
