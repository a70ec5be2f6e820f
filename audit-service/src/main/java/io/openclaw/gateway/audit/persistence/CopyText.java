package io.openclaw.gateway.audit.persistence;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Rows in the text format of PostgreSQL's {@code COPY} (its manual, "COPY", section "Text Format"). */
final class CopyText {
    private final StringBuilder text = new StringBuilder(64 * 1024);

    /** Adds the next column of the row. */
    CopyText add(@Nullable Object value) {
        if (value == null) {
            text.append("\\N");
        } else {
            escape(value.toString());
        }
        text.append('\t');
        return this;
    }

    /** Ends the row. */
    void endRow() {
        text.setCharAt(text.length() - 1, '\n');
    }

    byte[] utf8() {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void escape(String value) {
        int written = 0;
        for (int i = 0; i < value.length(); i++) {
            String escaped = switch (value.charAt(i)) {
                case '\\' -> "\\\\";
                case '\t' -> "\\t";
                case '\n' -> "\\n";
                case '\r' -> "\\r";
                default -> null;
            };
            if (escaped != null) {
                text.append(value, written, i).append(escaped);
                written = i + 1;
            }
        }
        text.append(value, written, value.length());
    }
}
