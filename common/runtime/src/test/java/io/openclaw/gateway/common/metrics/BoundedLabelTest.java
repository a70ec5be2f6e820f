package io.openclaw.gateway.common.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoundedLabelTest {
    private final BoundedLabel label = new BoundedLabel(2);

    @Test
    void tellsSoManyValuesApartAndNoMore() {
        assertThat(label.of("a")).isEqualTo("a");
        assertThat(label.of("b")).isEqualTo("b");
        assertThat(label.of("c")).isEqualTo(BoundedLabel.OTHER);
        assertThat(label.of("a")).isEqualTo("a");
    }

    @Test
    void learnsNothingFromAValueThatIsOnlyLookedUp() {
        assertThat(label.ofKnown("a")).isEqualTo(BoundedLabel.OTHER);
        assertThat(label.of("a")).isEqualTo("a");
        assertThat(label.ofKnown("a")).isEqualTo("a");
    }

    @Test
    void takesNoValueThatIsEmptyOrLong() {
        assertThat(label.of("")).isEqualTo(BoundedLabel.OTHER);
        assertThat(label.of("x".repeat(121))).isEqualTo(BoundedLabel.OTHER);
    }

    @Test
    void keepsItsBoundWhenManyThreadsLearnAtOnce() {
        var known = new BoundedLabel(10);
        assertThat(IntStream.range(0, 1_000)
                        .parallel()
                        .mapToObj(i -> known.of("value-" + i))
                        .distinct()
                        .count())
                .isEqualTo(11);
    }

    @Test
    void hasRoomForOneAtLeast() {
        assertThatThrownBy(() -> new BoundedLabel(0)).hasMessageContaining("0");
    }
}
