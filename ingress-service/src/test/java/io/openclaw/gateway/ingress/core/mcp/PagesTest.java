package io.openclaw.gateway.ingress.core.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PagesTest {
    private static final List<String> ALL =
            IntStream.range(100, 125).mapToObj(n -> "tool" + n).toList();

    @Test
    void togetherThePagesAreTheWhole() {
        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            Pages.Page<String> page = Pages.of(ALL, name -> name, cursor, 10);
            seen.addAll(page.elements());
            cursor = page.next();
        } while (cursor != null);
        assertThat(seen).isEqualTo(ALL);
    }

    @Test
    void whatComesAndGoesInBetweenNeitherHidesNorRepeatsTheOthers() {
        String cursor = Pages.of(ALL, name -> name, null, 10).next();
        List<String> changed = new ArrayList<>(ALL);
        changed.remove("tool109");
        changed.addFirst("added");
        assertThat(Pages.of(changed, name -> name, cursor, 10).elements().getFirst())
                .isEqualTo("tool110");
    }

    @Test
    void aCursorThatWasNotGivenOutIsRefused() {
        for (String cursor : List.of("", "tool110", "!!!", "AAAA")) {
            assertThatThrownBy(() -> Pages.of(ALL, name -> name, cursor, 10))
                    .isInstanceOf(JsonRpcException.class)
                    .hasMessageContaining("cursor");
        }
    }
}
