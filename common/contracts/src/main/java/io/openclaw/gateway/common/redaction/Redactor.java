package io.openclaw.gateway.common.redaction;

import io.openclaw.gateway.common.json.RawJson;

/**
 * Masks credentials in what is stored or shown: values whose name says that they are secret, and whatever {@link
 * SecretScanner} recognises. A mask says what it hides and how long that is: {@code [masked password, 14 characters]}.
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

    /** Masks the credentials in a text. */
    public String redact(String text) {
        return TextMasker.mask(text, new Work());
    }

    RawJson redact(RawJson json, Work work) {
        String text = json.text();
        if (!TextMasker.mayName(text, work) && !SecretScanner.mayHoldSecret(text)) {
            return json;
        }
        try {
            String masked = JsonMasker.mask(text, work);
            return masked.equals(text) ? json : RawJson.of(masked);
        } catch (JsonMasker.NoJsonException e) {
            // Not JSON after all: nothing of it is shown.
            return RawJson.from(UNREADABLE);
        }
    }
}
