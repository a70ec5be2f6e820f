package io.openclaw.gateway.policy.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class AddressPatternTest {
    @Provide
    Arbitrary<String> odd() {
        return Arbitraries.of("a", "b", "/", "*", "ü", ".", "\\", "[", "(", "😀", " ")
                .list()
                .ofMinSize(1)
                .ofMaxSize(6)
                .map(parts -> String.join("", parts));
    }

    /** The meaning of a pattern, in other words: the halves are literal but for the star, and the first slash divides them. */
    private static boolean means(String pattern, String upstream, String tool) {
        int slash = pattern.indexOf('/');
        return matches(pattern.substring(0, slash), upstream) && matches(pattern.substring(slash + 1), tool);
    }

    private static boolean matches(String glob, String text) {
        String regex = Stream.of(glob.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return Pattern.compile(regex, Pattern.DOTALL).matcher(text).matches();
    }

    @Property
    void anOddNameMatchesWhatItsCharactersSayAndNothingElse(@ForAll("odd") String glob, @ForAll("odd") String tool) {
        AddressPattern pattern = AddressPattern.of("up/" + glob);
        assertThat(pattern.matches("up", tool)).isEqualTo(means("up/" + glob, "up", tool));
        assertThat(pattern.matches("other", tool)).isFalse();
    }

    @Property
    void aNameOfAToolNeverWidensToAnotherUpstream(@ForAll("odd") String tool) {
        assertThat(AddressPattern.of("up/*").matches("up", tool)).isTrue();
        assertThat(AddressPattern.of("up/*").matches("u", "p/" + tool)).isFalse();
        assertThat(AddressPattern.of("*/a").matches("up", "b/a")).isFalse();
        assertThat(AddressPattern.of("up/a/b").matches("up", "a/b")).isTrue();
        assertThat(AddressPattern.of("up/a/b").matches("up", "b")).isFalse();
    }

    @Test
    void isMadeOfTwoHalves() {
        for (String none : new String[] {"", "/", "a/", "/a", "a"}) {
            assertThatThrownBy(() -> AddressPattern.of(none)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
