package io.openclaw.gateway.common.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.json.RawJson;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Two calls have one digest exactly when they ask for the same thing. */
class DigestPropertyTest {

    private static String digest(String arguments, @Nullable String context) {
        return Digest.of(
                "demo", "openclaw", "pay", RawJson.of(arguments), context == null ? null : RawJson.of(context));
    }

    /** A number, and a number near it or equal to it, each written in one of the ways in which JSON can. */
    record Written(BigDecimal value, String text) {}

    @Provide
    Arbitrary<Written> numbers() {
        Arbitrary<BigInteger> digits = Arbitraries.oneOf(
                Arbitraries.bigIntegers().between(BigInteger.valueOf(-20), BigInteger.valueOf(20)),
                Arbitraries.integers()
                        .between(-3, 3)
                        .map(d -> BigInteger.TWO.pow(53).add(BigInteger.valueOf(d))),
                Arbitraries.integers()
                        .between(-3, 3)
                        .map(d -> BigInteger.TWO.pow(64).add(BigInteger.valueOf(d))),
                Arbitraries.bigIntegers());
        return Combinators.combine(
                        digits,
                        Arbitraries.integers().between(-30, 30),
                        Arbitraries.integers().between(0, 4))
                .as((unscaled, exponent, style) -> {
                    var value = new BigDecimal(unscaled, exponent);
                    String text = switch (style) {
                        case 0 -> value.toPlainString();
                        case 1 -> value.toString();
                        case 2 -> unscaled + "e" + -exponent;
                        case 3 -> unscaled + ".00E" + (exponent > 0 ? "" : "+") + -exponent;
                        default -> value.stripTrailingZeros().toPlainString();
                    };
                    return new Written(value, text);
                });
    }

    @Property(tries = 20_000)
    void numbersShareADigestExactlyWhenTheyAreEqual(@ForAll("numbers") Written a, @ForAll("numbers") Written b) {
        assertThat(digest("{\"n\":" + a.text() + "}", null).equals(digest("{\"n\":" + b.text() + "}", null)))
                .isEqualTo(a.value().compareTo(b.value()) == 0);
    }

    @Property
    void equalNumbersShareADigestHoweverTheyAreWritten(@ForAll("numbers") Written a) {
        String digest = digest("{\"n\":" + a.text() + "}", null);
        assertThat(digest("{\"n\":" + a.value().toPlainString() + "}", null)).isEqualTo(digest);
        assertThat(digest("{ \"n\" : " + a.value().stripTrailingZeros() + " }", null))
                .isEqualTo(digest);
        assertThat(digest("{\"n\":\"" + a.text() + "\"}", null)).isNotEqualTo(digest);
    }

    @Property
    void contextsShareADigestExactlyWhenTheyAreEqual(
            @ForAll("contexts") Map<String, String> a, @ForAll("contexts") Map<String, String> b) {
        String of = digest("{}", RawJson.from(a).text());
        assertThat(of.equals(digest("{}", RawJson.from(b).text()))).isEqualTo(a.equals(b));
    }

    @Provide
    Arbitrary<Map<String, String>> contexts() {
        return Arbitraries.maps(
                        Arbitraries.of("sessionKey", "agentId", "x-openclaw-message-to", "x-openclaw-thread-id"),
                        Arbitraries.of("main", "+1", "", "\"}"))
                .ofMaxSize(3);
    }
}
