package io.openclaw.gateway.policy.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openclaw.gateway.policy.core.EcmaPattern.WorkLimitException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EcmaPatternTest {
    @ParameterizedTest
    @CsvSource(
            delimiterString = " | ",
            quoteCharacter = '"',
            value = {
                "^[a-z]+$                     | abc        | true",
                "^[a-z]+$                     | aBc        | false",
                "b                            | abc        | true",
                "^(a|b)\\1$                   | aa         | true",
                "^(a|b)\\1$                   | ab         | false",
                "^(?<q>['x]).*\\k<q>$         | 'hello'    | true",
                "^(?<q>['x]).*\\k<q>$         | 'hellox    | false",
                "^(?:(a)|b)\\1c$              | bc         | true",
                "^(?:(a)|b)\\1c$              | ac         | false",
                "^(?:(a)|b)\\1c$              | aac        | true",
                "^(?!admin)[a-z]+$            | administer | false",
                "^(?!admin)[a-z]+$            | adam       | true",
                "^(?=.*\\d)(?=.*[a-z]).{4,}$  | abc1       | true",
                "^(?=.*\\d)(?=.*[a-z]).{4,}$  | abcd       | false",
                "(?<=\\$)\\d+                 | a $12      | true",
                "(?<!\\$)\\b\\d+              | $12        | false",
                "(?<![ab])(?![a-z])           | a          | false",
                "^.{1,2000}$                  | abc        | true",
                "^(?:ab){1,2000}$             | ababab     | true",
                "^(?:ab){1,2000}$             | ababa      | false",
                "^\\p{Script=Greek}+$         | αβγ        | true",
                "^\\p{Script=Greek}+$         | abc        | false",
                "^\\p{sc=Grek}$               | α          | true",
                "^\\p{Lu}\\p{Lowercase_Letter}+$ | Über    | true",
                "^\\P{L}+$                    | 12-3       | true",
                "^\\p{Emoji_Presentation}$    | 😀         | true",
                "^.$                          | 😀         | true",
                "^\\u{1F600}$                 | 😀         | true",
                "^\\ud83d\\ude00$             | 😀         | true",
                "^\\d+$                       | ١٢         | false",
                "^\\w+$                       | über       | false",
                "^[^]$                        | x          | true",
                "^[]$                         | x          | false",
                "^[\\w.-]+@[\\w-]+$           | a.b@c-d    | true",
                "^[\\d-x]+$                   | 1-x        | true",
                "^a{,2}$                      | a{,2}      | true",
                "^{$                          | {          | true",
                "^]$                          | ]          | true",
                "^\\/x\\-y\\_$                | /x-y_      | true",
                "^[a&&b]+$                    | a&b        | true",
                "^[a[]+$                      | [a         | true",
                "^a+?b*?c??$                  | aab        | true",
                "^(a*)*$                      | aaa        | true",
                "^(?:|a)+$                    | aa         | true",
                "^(?:|a)+(?!b)$               | aa         | true"
            })
    void meansWhatEcma262Says(String pattern, String text, boolean isIn) {
        assertThat(EcmaPattern.of(pattern).isIn(text)).isEqualTo(isIn);
    }

    @Test
    void anchorsAreThoseOfTheText() {
        assertThat(EcmaPattern.of("^a$").isIn("a\n")).isFalse();
        assertThat(EcmaPattern.of("^(?=a)a$").isIn("a\n")).isFalse();
        assertThat(EcmaPattern.of("^b").isIn("a\nb")).isFalse();
        assertThat(EcmaPattern.of("^(?!a)[^]*^b").isIn("c\nb")).isFalse();
        assertThat(EcmaPattern.of("a.b").isIn("a\u2028b")).isFalse();
        assertThat(EcmaPattern.of("^\\s$").isIn("\ufeff")).isTrue();
        assertThat(EcmaPattern.of("^\\cJ\\x41\\0$").isIn("\nA\0")).isTrue();
        assertThat(EcmaPattern.of("^[\\b]$").isIn("\b")).isTrue();
    }

    @Test
    void runsWhatIsRegularInTimeProportionalToTheText() {
        assertThat(EcmaPattern.of("^(a|b)*c{1,1000}$").isBacktracking()).isFalse();
        assertThat(EcmaPattern.of("^(?!a)").isBacktracking()).isTrue();
        assertThat(EcmaPattern.of("^a{1,2000}$").isBacktracking()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                ")",
                "a**",
                "[b-a]",
                "\\",
                "[a",
                "a{2,1}",
                "(?i)a",
                "(?P<x>a)",
                "(?>a)",
                "a*+",
                "\\Z",
                "\\1(a)",
                "(a\\1)",
                "\\k<x>",
                "(?<x>a)(?<x>b)",
                "\\p{Nonsense}",
                "\\p{Script=Klingonese}",
                "\\p",
                "\\ud83d",
                "\\u{110000}",
                "\\x1",
                "\\c1",
                "\\01",
                "(?<=a*)b",
                "(?<=(?:a|b+))c",
                "(?=x)?",
                "(?:(a)|b)*\\1",
                "(?!(a))\\1",
                "/^a$/i",
                "a{100000}",
                "(?:a{1000}){1000}"
            })
    void refusesWhatCannotBeUsedAndSaysWhy(String pattern) {
        assertThatThrownBy(() -> EcmaPattern.of(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "^(?!x)(.*a){25}$",
                "^(?!x)(.*)(.*)(.*)(.*)(.*)(.*)(.*)\\1z$",
                "^(?!x)(?:.*a|.*b){25}$",
                "^(?!x).*.*.*.*.*.*.*.*z$"
            })
    void stopsAfterALimitedNumberOfSteps(String pattern) {
        EcmaPattern compiled = EcmaPattern.of(pattern);
        var work = new EcmaPattern.Work(100_000);
        assertThatThrownBy(() ->
                        ScopedValue.where(EcmaPattern.WORK, work).call(() -> compiled.isIn("a".repeat(40) + "!")))
                .isInstanceOf(WorkLimitException.class)
                .hasMessageContaining("more than 100000 steps");
        assertThat(work.steps()).isLessThan(200_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(x?)(?:|){40}\\1z",
                "(x?)(?:a?|b?){40}\\1z",
                "(x?)(?:(?:|x){20}){20}\\1y",
                "(x?)(?:\\b|\\b){40}\\1y",
                "(x?)(?:^|^){40}\\1y",
                "(x?)(?:$|$){40}\\1y",
                "(x?)(?:|){40}\\1(?!)",
                "^(?!x)(?:a*)*$",
                "^(?!x)(a|a)*$",
                "^(?=(?:a?){30}a{30}b)",
                "(?:|){30}(?=z)",
                "(?:|){40}(?!)",
                "(?:a?|b?){40}(?=z)",
                "(?:(?:|x){20}){20}(?=y)",
                "(?:\\b|\\b){40}(?=y)",
                "(?:^|^){40}(?=y)"
            })
    void endsSoonWhereEachStateNeedsToBeTriedOnce(String pattern) {
        var work = new EcmaPattern.Work(1_000_000);
        assertThat(ScopedValue.where(EcmaPattern.WORK, work)
                        .call(() -> EcmaPattern.of(pattern).isIn("a".repeat(40) + "!")))
                .isFalse();
        assertThat(work.steps()).isBetween(1L, 1_000_000L);
    }

    @Test
    void countsTheWorkOfAllExpressionsOfAValidation() {
        var work = new EcmaPattern.Work(1_000);
        EcmaPattern pattern = EcmaPattern.of("^[a-z]+$");
        assertThatThrownBy(() -> ScopedValue.where(EcmaPattern.WORK, work).call(() -> {
                    for (int i = 0; i < 1_000; i++) {
                        pattern.isIn("abcdefgh");
                    }
                    return true;
                }))
                .isInstanceOf(WorkLimitException.class);
    }

    @Test
    void saysSoWhenTheStackIsTooSmall() {
        assertThatThrownBy(() -> EcmaPattern.of("^(?!x)(?:ab|cd)*$").isIn("ab".repeat(400_000)))
                .isInstanceOf(WorkLimitException.class);
    }
}
