package io.openclaw.gateway.vetting.core.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTextTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            ignoreLeadingAndTrailingWhitespace = true,
            value = {
                "rm -rf x # why            | rm -rf x",
                "~  rm   -rf\t x  ~        | rm -rf x",
                "# only this               | ~~",
                "~a # x\n\n# y\n  b # z\n~ | ~a\nb~",
                "a;# x                     | a;",
                "(a)# x                    | (a)",
                "echo 'a  # b'  #c         | echo 'a  # b'",
                "echo \"a  # \\\" b\"  #c   | echo \"a  # \\\" b\"",
                "echo \\#  a               | echo \\# a",
                "echo a#b                  | echo a#b",
                "echo ''#b                 | echo ''#b"
            })
    void commentsAndBlanksAreLeftOut(String text, String kept) {
        assertThat(CommandText.withoutComments(text)).isEqualTo(kept);
    }

    /** Where a # or a blank may mean something, nothing is left out. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat <<X\n  # a\nX",
                "echo ${#a}  b",
                "echo $( a  # b\n )",
                "echo `a  # b`",
                "echo $'a\\'  # b'",
                "((a  # b))",
                "[[ a =~  # ]]",
                "echo 'open  # a",
                "echo \"open  # a",
                "echo open  \\"
            })
    void whatIsNotPlainStaysAsItIs(String text) {
        assertThat(CommandText.withoutComments(text)).isEqualTo(text);
    }
}
