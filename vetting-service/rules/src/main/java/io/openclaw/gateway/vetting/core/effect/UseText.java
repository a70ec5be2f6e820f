package io.openclaw.gateway.vetting.core.effect;

import com.fasterxml.jackson.annotation.JacksonAnnotationsInside;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A use of a program, as it stands in a pack: under which arguments the program does what to which of them.
 *
 * @param when the first operands, such as {@code "s3 rm|rb"}; a star is anything
 * @param words an operand anywhere
 * @param flags all of these are given; {@code -r|-R} is either
 * @param unless none of these is given
 * @param with a flag's value, as patterns with stars
 * @param does kinds of effects
 * @param what the kind of thing that it is done to, in words
 * @param to the arguments that it is done to: {@code operands} (behind the words of {@code when}), {@code first}, {@code
 *     last}, {@code sources} (all but the last), {@code second}, {@code rest} (all but the first), the flags whose values they are, or
 *     operands such as {@code of=FILE} by {@code of=}; with commas between
 * @param recursive flags that make it recursive; {@code always} if it is
 */
public record UseText(
        @OneOrMore @Nullable List<String> when,
        @OneOrMore @Nullable List<String> words,
        @JsonProperty("if") @OneOrMore @Nullable List<String> flags,
        @OneOrMore @Nullable List<String> unless,
        @Nullable Map<String, String> with,
        @OneOrMore List<String> does,
        @Nullable String what,
        @Nullable String to,
        @Nullable String recursive) {

    /**
     * Subcommands that are verbs, such as {@code delete} or {@code stop-instances}, and say what is done.
     *
     * @param depth among how many of the first operands the verb may stand
     * @param what what it is done to, in words
     * @param except words that are no verbs of this program
     */
    public record VerbsText(
            @Nullable Integer depth,
            @Nullable String what,
            @Nullable List<String> except) {}

    /** A list that may be written as its only element. */
    @Retention(RetentionPolicy.RUNTIME)
    @JacksonAnnotationsInside
    @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
    @interface OneOrMore {}
}
