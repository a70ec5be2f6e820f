package io.openclaw.gateway.common.redaction;

import io.openclaw.gateway.common.json.RawJson;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Masks credentials in what is stored or shown: values whose name says that they are secret, and whatever {@link
 * SecretScanner} recognises, wherever else in the same text they stand. A mask says what it hides and how long that is: {@code
 * [masked password, 14 characters]}.
 *
 * <p>Literals alone are masked, never what would be run, so that a person who decides sees every effect (decision 0016). Masking
 * what is masked changes nothing. The work is linear in the length of the text.
 */
public final class Redactor {
    /** How every mask begins. */
    public static final String MASK = "[masked";

    /** What stands in place of what is no JSON. */
    static final String UNREADABLE = MASK + ": no JSON]";

    /** Masks the credentials in a piece of JSON, which stays JSON; JSON without any is returned as it is. */
    public RawJson redact(RawJson json) {
        return redact(json, new Work());
    }

    /** Tells whether something in a piece of JSON would be masked. */
    public boolean holdsSecret(RawJson json) {
        return !redact(json).equals(json);
    }

    /** Masks the credentials in a text. */
    public String redact(String text) {
        return redact(text, false, new Work());
    }

    /** Masks the credentials in a command: what a shell would run of it stays, and what stands in backticks, whatever it is. */
    public String redactCommand(String command) {
        return redact(command, true, new Work());
    }

    /**
     * Masks the credentials in commands, each by itself, and in all of them what was masked in one of them or in the JSON that
     * they come from.
     */
    public List<String> redactCommands(List<String> commands, @Nullable RawJson origin) {
        var work = new Work();
        if (origin != null) {
            redact(origin, work);
        }
        List<String> masked = commands.stream()
                .map(command -> TextMasker.mask(command, true, work))
                .toList();
        return masked.stream()
                .map(command -> work.masked().mask(command, true, work))
                .toList();
    }

    static String redact(String text, boolean command, Work work) {
        String masked = TextMasker.mask(text, command, work);
        return work.masked().mask(masked, command, work);
    }

    RawJson redact(RawJson json, Work work) {
        String text = json.text();
        if (!QuickLook.mayHoldSecret(text, work)) {
            return json;
        }
        try {
            String masked = JsonMasker.mask(text, work);
            if (!work.masked().isEmpty()) {
                masked = JsonMasker.maskRepeats(masked, work);
            }
            return masked.equals(text) ? json : RawJson.of(masked);
        } catch (JsonMasker.NoJsonException e) {
            // Not JSON after all: nothing of it is shown.
            return RawJson.from(UNREADABLE);
        }
    }
}
