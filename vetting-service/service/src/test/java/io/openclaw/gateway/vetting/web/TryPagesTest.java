package io.openclaw.gateway.vetting.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.vetting.web.TryPages.Piece;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TryPagesTest {
    private static String marked(String text, List<String> command) {
        return TryPages.pieces(text, List.of(command)).stream()
                .map(piece -> piece.isDangerous() ? "[" + piece.text() + "]" : piece.text())
                .collect(Collectors.joining());
    }

    @Test
    void marksTheDangerousCommandAndNotAnotherOfTheSameProgram() {
        assertThat(marked(
                        "npm version patch && npm publish --access public",
                        List.of("npm", "publish", "--access", "public")))
                .isEqualTo("npm version patch && [npm publish --access public]");
        assertThat(marked("rm  -rf '/srv/x y'; ls", List.of("rm", "-rf", "/srv/x y")))
                .isEqualTo("[rm  -rf '/srv/x y]'; ls");
    }

    @Test
    void marksTheWordsOfACommandThatWasWrittenOtherwise() {
        assertThat(marked("sudo /bin/rm -rf $X", List.of("rm", "-rf", "/srv"))).isEqualTo("sudo /bin/rm [-rf] $X");
    }

    @Test
    void loosesNothingOfTheText() {
        String text = "echo a | sh\nrm -rf /";
        assertThat(TryPages.pieces(text, List.of(List.of("rm", "-rf", "/"))).stream()
                        .map(Piece::text)
                        .collect(Collectors.joining()))
                .isEqualTo(text);
        assertThat(TryPages.pieces("", List.of())).isEmpty();
    }
}
