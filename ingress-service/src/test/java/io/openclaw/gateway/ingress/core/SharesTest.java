package io.openclaw.gateway.ingress.core;

import static io.openclaw.gateway.ingress.core.Shares.Answer.AGENT_EXHAUSTED;
import static io.openclaw.gateway.ingress.core.Shares.Answer.EXHAUSTED;
import static io.openclaw.gateway.ingress.core.Shares.Answer.GRANTED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharesTest {
    private final Shares shares = new Shares(10);

    @Test
    void areGrantedUpToTheLimitOfTheAgent() {
        assertThat(shares.tryTake("a", 4, 4)).isEqualTo(GRANTED);
        assertThat(shares.tryTake("a", 1, 4)).isEqualTo(AGENT_EXHAUSTED);
        assertThat(shares.tryTake("b", 4, 4)).isEqualTo(GRANTED);
        assertThat(shares.used()).isEqualTo(8);
    }

    @Test
    void areGrantedUpToWhatThereIs() {
        assertThat(shares.tryTake("a", 6, 10)).isEqualTo(GRANTED);
        assertThat(shares.tryTake("b", 5, 10)).isEqualTo(EXHAUSTED);
        assertThat(shares.usedBy("b")).isZero();
        assertThat(shares.tryTake("b", 4, 10)).isEqualTo(GRANTED);
    }

    @Test
    void sayFirstThatTheAgentHasEnough() {
        shares.tryTake("a", 10, 10);
        assertThat(shares.tryTake("a", 1, 10)).isEqualTo(AGENT_EXHAUSTED);
    }

    @Test
    void comeBack() {
        shares.tryTake("a", 6, 10);
        shares.giveBack("a", 2);
        assertThat(shares.usedBy("a")).isEqualTo(4);
        shares.giveBack("a", 4);
        assertThat(shares.usedBy("a")).isZero();
        assertThat(shares.used()).isZero();
        assertThat(shares.tryTake("b", 10, 10)).isEqualTo(GRANTED);
    }

    @Test
    void areNeverMoreThanThereAreWhoeverAsksAtOnce() {
        List<Shares.Answer> answers = IntStream.range(0, 1_000)
                .parallel()
                .mapToObj(i -> shares.tryTake("agent " + i % 7, 1, 3))
                .toList();
        assertThat(answers.stream().filter(GRANTED::equals)).hasSize(10);
        assertThat(shares.used()).isEqualTo(10);
    }
}
