package io.openclaw.gateway.vetting.core.rule;

import com.fasterxml.jackson.annotation.JacksonAnnotationsInside;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What has to be true of one command; every field that is given must be. Patterns are texts with {@code *}, {@code |}
 * between alternatives, or {@code @class} for a class of the packs; {@code @unknown} is what is not written down.
 *
 * @param program names of programs, {@code @tag}, or {@code *}
 * @param notProgram names of programs that it is not about
 * @param path where the program is called from, such as {@code /tmp/**}
 * @param subcommand the first operands, such as {@code s3 rm}
 * @param words operands that stand anywhere, all of them
 * @param flags flags that are given, all of them
 * @param without flags that are not given, none of them
 * @param operand an operand is one of these
 * @param notOperand no operand is one of these
 * @param source an operand before the last is one of these
 * @param destination the last operand of at least two is one of these
 * @param option a flag's value is one of these
 * @param argument any argument is one of these, values of flags and parts after {@code =} or {@code :} too
 * @param writes output is redirected to one of these
 * @param reads input is redirected from one of these
 * @param input what it reads from standard input has one of these marks: downloaded, secret, decoded, unknown
 * @param marked an argument has one of these marks
 * @param via it is run by one of these wrappers
 * @param directory it is run in one of these
 * @param operands how many operands there are at least
 * @param atMost how many operands there are at most
 * @param secret an argument holds a credential that is recognised by its form
 * @param text a linear-time expression (RE2) found in the command's line
 */
public record Condition(
        @OneOrMore @Nullable List<String> program,

        @JsonProperty("not-program") @OneOrMore @Nullable List<String> notProgram,

        @OneOrMore @Nullable List<String> path,

        @OneOrMore @Nullable List<String> subcommand,

        @OneOrMore @Nullable List<String> words,

        @OneOrMore @Nullable List<String> flags,

        @OneOrMore @Nullable List<String> without,

        @OneOrMore @Nullable List<String> operand,

        @JsonProperty("not-operand") @OneOrMore @Nullable List<String> notOperand,

        @OneOrMore @Nullable List<String> source,

        @OneOrMore @Nullable List<String> destination,

        @Nullable Map<String, String> option,

        @OneOrMore @Nullable List<String> argument,

        @OneOrMore @Nullable List<String> writes,

        @OneOrMore @Nullable List<String> reads,

        @OneOrMore @Nullable List<String> input,

        @OneOrMore @Nullable List<String> marked,

        @OneOrMore @Nullable List<String> via,

        @OneOrMore @Nullable List<String> directory,

        @Nullable Integer operands,
        @JsonProperty("at-most") @Nullable Integer atMost,
        @Nullable Boolean secret,
        @Nullable String text) {

    /** A list that may be written as its only element. */
    @Retention(RetentionPolicy.RUNTIME)
    @JacksonAnnotationsInside
    @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
    @interface OneOrMore {}
}
