package io.openclaw.gateway.vetting.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.vetting.core.rule.RulePack;
import io.openclaw.gateway.vetting.core.shell.Reading;
import io.openclaw.gateway.vetting.core.shell.ShellReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 64 KiB of anything take a bounded number of steps, and no clock is needed to see it. */
class StepsTest {
    private static final int LENGTH = 64 * 1024;
    private static final int MOST_STEPS = 5_016;
    private static final int MOST_COMMANDS = 2_000;
    private static final ShellReader READER = new ShellReader(RulePack.builtIn());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo a; ",
                "a | ",
                "$(a) ",
                "(a;",
                "{ a;",
                "if a; then b; fi; ",
                "for i in 1 2 3 4 5 6 7 8 9; do ",
                "f() { f; f; }; f; ",
                "eval 'a'; ",
                "sh -c 'a'; ",
                "alias a='b'; a; ",
                "{a,b}{c,d}",
                "ln -s a b; rm -rf b/c; ",
                "Remove-Item (Get-Item x); ",
                "powershell -c '(((((';",
                "cmd /c \"del x & \"; ",
                "python3 -c 'os.system(\"a\")'; ",
                "julia -e 'run(\"a b\")'; ",
                "sed -i 's/a/b/w c' d; ",
                "git -c core.pager=a log; ",
                "a=b; "
            })
    void areBounded(String piece) {
        String text = piece.repeat(LENGTH / piece.length());
        Reading reading = READER.read(text);
        assertThat(reading.steps()).isLessThanOrEqualTo(MOST_STEPS);
        assertThat(reading.commands()).hasSizeLessThanOrEqualTo(MOST_COMMANDS);
    }
}
