package io.openclaw.gateway.audit.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The text format of PostgreSQL's {@code COPY}, in which a wrong character ends a row or a column early. */
class CopyTextTest {
    private final CopyText rows = new CopyText();

    private String text() {
        return new String(rows.utf8(), StandardCharsets.UTF_8);
    }

    @Test
    void dividesColumnsByTabsAndRowsByNewlines() {
        rows.add("a").add(7).endRow();
        rows.add("b").add(8L).endRow();
        assertThat(text()).isEqualTo("a\t7\nb\t8\n");
    }

    @Test
    void tellsNothingFromAnEmptyTextAndFromTheTextThatStandsForIt() {
        rows.add(null).add("").add("\\N").add("null").endRow();
        assertThat(text()).isEqualTo("\\N\t\t\\\\N\tnull\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~\t~       | \\t",
                "~\n~       | \\n",
                "~\r~       | \\r",
                "\\         | \\\\",
                "~a\tb\nc~  | a\\tb\\nc",
                "~\\.~      | \\\\.",
                "~{\"a\":\"\\n\"}~ | {\"a\":\"\\\\n\"}",
                "ü€😀       | ü€😀"
            })
    void escapesWhatWouldEndAColumnOrARow(String value, String written) {
        rows.add(value).endRow();
        assertThat(text()).isEqualTo(written + "\n");
    }

    @Test
    void escapesEveryCharacterOfALongText() {
        rows.add("\t".repeat(100_000)).endRow();
        assertThat(text()).isEqualTo("\\t".repeat(100_000) + "\n");
    }
}
