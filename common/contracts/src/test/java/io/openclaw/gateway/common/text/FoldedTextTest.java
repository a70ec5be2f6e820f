package io.openclaw.gateway.common.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FoldedTextTest {

    @ParameterizedTest
    @CsvSource({
        "plain text, plain text",
        "ｐａｓｓｗｏｒｄ：x, password:x",
        "pass\u200Bword, password",
        "pa\u00ADss, pass",
        "contraseña, contrasena",
        "hasło, haslo",
        "раssw\u043Erd, password",
        "\uD835\uDC29\uD835\uDC1A\uD835\uDC2C\uD835\uDC2C, pass",
        "ﬁle, file",
        "密码：x, 密码:x",
        "비밀번호, 비밀번호",
        "a\uDB40\uDC41b, ab"
    })
    void readsWhatAReaderSees(String written, String read) {
        assertThat(FoldedText.of(written).text()).isEqualTo(read);
    }

    @Test
    void knowsTheWayBack() {
        String written = "ｘ é\u200B=\uD835\uDC29ﬁ!";
        FoldedText folded = FoldedText.of(written);

        assertThat(folded.text()).isEqualTo("x e=pfi!");
        for (String part : new String[] {"x", "e", "=", "p", "!"}) {
            int at = folded.text().indexOf(part);
            String original = written.substring(folded.start(at), folded.end(at + 1));
            assertThat(FoldedText.of(original).text()).isEqualTo(part);
        }
        int ligature = folded.text().indexOf("fi");
        assertThat(written.substring(folded.start(ligature), folded.end(ligature + 2)))
                .isEqualTo("ﬁ");
        assertThat(folded.start(folded.text().length())).isEqualTo(written.length());
    }

    @Test
    void leavesAsciiAndLoneSurrogatesAsTheyAre() {
        assertThat(FoldedText.of("a\tb\u0000c").isUnchanged()).isTrue();
        assertThat(FoldedText.of("a\uD835").text()).isEqualTo("a\uD835");
        assertThat(FoldedText.of("\uDC29a\uFFFF").text()).isEqualTo("\uDC29a\uFFFF");
    }
}
