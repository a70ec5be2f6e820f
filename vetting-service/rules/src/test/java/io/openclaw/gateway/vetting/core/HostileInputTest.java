package io.openclaw.gateway.vetting.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.vetting.core.rule.RulePack;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever somebody sends: nothing throws, and the work is bounded. */
class HostileInputTest {
    private static final Vetting VETTING = new Vetting(RulePack.builtIn());
    private static final int SIZE = 64 * 1024;
    private static final int MIN_TURNS = 3;
    private static final int MAX_TURNS = 60;

    @Property(tries = 3_000)
    void anyTextIsAnswered(@ForAll String text) {
        assertThat(VETTING.examine(text).outcome()).isNotNull();
    }

    @Property(tries = 5_000)
    void anyMixtureOfShellIsAnswered(@ForAll("shell") String text) {
        assertThat(VETTING.examine(text).outcome()).isNotNull();
    }

    @Property(tries = 1_000)
    void anyCodeIsAnswered(@ForAll("code") String text) {
        assertThat(VETTING.examine("python3 -c '" + text.replace("'", "'\\''") + "'")
                        .outcome())
                .isNotNull();
    }

    @Property(tries = 500)
    void whatFollowsAHarmlessCommandIsStillFound(@ForAll("harmless") String before) {
        assertThat(VETTING.examine(before + "\nrm -rf /").outcome()).isEqualTo(Decision.DENY);
    }

    @Provide
    Arbitrary<String> shell() {
        return Arbitraries.of(
                        "rm",
                        "-rf",
                        "/",
                        " ",
                        " ",
                        " ",
                        "\n",
                        ";",
                        "|",
                        "&",
                        "&&",
                        "(",
                        ")",
                        "{",
                        "}",
                        "$(",
                        "`",
                        "'",
                        "\"",
                        "${",
                        "$x",
                        "${x:-",
                        "${x//a/",
                        "<",
                        ">",
                        "<<EOF\n",
                        "EOF\n",
                        "<<<",
                        "<(",
                        "$((",
                        "))",
                        "[[",
                        "]]",
                        "if",
                        "then",
                        "fi",
                        "for",
                        "in",
                        "do",
                        "done",
                        "case",
                        "esac",
                        ";;",
                        "while",
                        "function f",
                        "f()",
                        "eval",
                        "sh -c",
                        "base64 -d",
                        "echo",
                        "\\",
                        "#",
                        "{a,b}",
                        "{1..9}",
                        "x=",
                        "x=(",
                        "a[1]=",
                        "$'\\x41'",
                        "*",
                        "?",
                        "~",
                        "!",
                        "xargs",
                        "sudo",
                        "find . -exec",
                        "\\;",
                        "+",
                        "python3 -c",
                        "é",
                        "\u0000",
                        "curl",
                        "ssh h")
                .list()
                .ofMaxSize(40)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<String> code() {
        return Arbitraries.of(
                        "os.system(",
                        "eval(",
                        "exec(",
                        "\"",
                        "\\'",
                        "(",
                        ")",
                        "[",
                        "]",
                        "x=",
                        "x",
                        "+",
                        ".",
                        ",",
                        "\\",
                        "\"\"\"",
                        "subprocess.run([",
                        "b64decode(",
                        "open(",
                        "#",
                        "\n",
                        " ",
                        "`",
                        "%x",
                        "qx{",
                        "import os;",
                        "f\"",
                        "rm -rf /")
                .list()
                .ofMaxSize(30)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<String> harmless() {
        return Arbitraries.of(
                        "ls",
                        "echo 'a b'",
                        "x=1",
                        "true && false",
                        "cat <<E\ntext $y\nE",
                        "f() { echo hi; }",
                        "if true; then ls; fi",
                        "a=(1 2)",
                        "echo \"$(date)\"")
                .list()
                .ofMinSize(1)
                .ofMaxSize(6)
                .map(parts -> String.join("\n", parts));
    }

    static Stream<Arguments> enormous() {
        var random = new Random(7);
        String characters = "abc $(){}[]<>|&;'\"`\\\n#*?~=/-.,:!%^@";
        var noise = new StringBuilder();
        for (int i = 0; i < SIZE; i++) {
            noise.append(characters.charAt(random.nextInt(characters.length())));
        }
        return Stream.of(
                Arguments.of("open parentheses", "(".repeat(SIZE)),
                Arguments.of("substitutions", "$(".repeat(SIZE / 2)),
                Arguments.of("open braces", "{".repeat(SIZE)),
                Arguments.of("brace lists", "{a,".repeat(SIZE / 3)),
                Arguments.of("brace product", "echo " + "{a,b,c,d,e,f,g,h}".repeat(SIZE / 17)),
                Arguments.of("parameters", "${x:-".repeat(SIZE / 5)),
                Arguments.of("quotes", "'\"".repeat(SIZE / 2)),
                Arguments.of("backslashes", "\\".repeat(SIZE)),
                Arguments.of("backquotes", "`".repeat(SIZE)),
                Arguments.of("one word", "a".repeat(SIZE)),
                Arguments.of("words", "a ".repeat(SIZE / 2)),
                Arguments.of("slashes", "cat " + "/..".repeat(SIZE / 3)),
                Arguments.of("commands", "ls\n".repeat(SIZE / 3)),
                Arguments.of("pipes", "cat|".repeat(SIZE / 4)),
                Arguments.of("assignments", "x=$x$x\n".repeat(SIZE / 7)),
                Arguments.of("here-documents", "cat <<E\n".repeat(SIZE / 8)),
                Arguments.of("shells in shells", "sh -c ".repeat(SIZE / 6)),
                Arguments.of("wrappers", "sudo ".repeat(SIZE / 5)),
                Arguments.of("evals", "eval ".repeat(SIZE / 5)),
                Arguments.of("loops", "for i in 1 2 3 4 5 6 7 8; do ".repeat(SIZE / 29)),
                Arguments.of("functions", "f() { f; f; }; ".repeat(SIZE / 15)),
                Arguments.of("stars", "rm " + "*".repeat(SIZE)),
                Arguments.of("mixed stars", "cat /" + "a*/**/b".repeat(SIZE / 7)),
                Arguments.of("python", "python3 -c '" + "f(".repeat(SIZE / 2) + "'"),
                Arguments.of("python strings", "python3 -c '" + "x=\"\"\"".repeat(SIZE / 5) + "'"),
                Arguments.of("sql", "psql -c 'select " + "(".repeat(SIZE) + "'"),
                Arguments.of("sql comments", "psql -c 'select " + "/*".repeat(SIZE / 2) + "'"),
                Arguments.of("tests", "[[ ".repeat(SIZE / 3)),
                Arguments.of("arithmetic", "$((".repeat(SIZE / 3)),
                Arguments.of("base64", "echo " + "QUFB".repeat(SIZE / 4) + " | base64 -d | sh"),
                Arguments.of("xargs", "echo " + "a ".repeat(SIZE / 2) + " | xargs -I{} sh -c 'x {}'"),
                Arguments.of("noise", noise.toString()));
    }

    /**
     * Four times as much of anything takes about four times the work, and never many times that of as much plain text. What is
     * compared is processor time of one thread, measured in turns: another load slows all of it down alike.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("enormous")
    void theWorkGrowsWithTheLengthAndNoFaster(String what, String text) {
        String quarter = text.substring(0, text.length() / 4);
        String plain = "echo word word word\n".repeat(SIZE / 20);
        Work work = new Work();
        // The least of many turns: in the first ones the code is not compiled yet.
        for (int turn = 0; turn < MAX_TURNS; turn++) {
            work.measure(plain, quarter, text);
            if (turn >= MIN_TURNS && work.isWithin()) {
                break;
            }
        }
        assertThat(work.isWithin()).as("%s: %s", what, work).isTrue();
    }

    private static final class Work {
        /** Linear work grows four times, quadratic work sixteen times. */
        private static final int MAX_GROWTH = 8;

        private static final int MAX_TIMES_PLAIN = 10;
        private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

        private long ofPlain = Long.MAX_VALUE;
        private long ofQuarter = Long.MAX_VALUE;
        private long ofWhole = Long.MAX_VALUE;

        void measure(String plain, String quarter, String whole) {
            ofPlain = Math.min(ofPlain, of(plain));
            ofQuarter = Math.min(ofQuarter, of(quarter));
            ofWhole = Math.min(ofWhole, of(whole));
        }

        private static long of(String text) {
            long start = THREADS.getCurrentThreadCpuTime();
            assertThat(VETTING.examine(text).outcome()).isNotNull();
            return THREADS.getCurrentThreadCpuTime() - start;
        }

        /** What takes less than plain text of the whole length is little, however it grows. */
        boolean isWithin() {
            return ofWhole <= Math.max(MAX_GROWTH * ofQuarter, ofPlain) && ofWhole <= MAX_TIMES_PLAIN * ofPlain;
        }

        @Override
        public String toString() {
            return "plain text took %,d ns, a quarter %,d ns, all of it %,d ns".formatted(ofPlain, ofQuarter, ofWhole);
        }
    }

    @ParameterizedTest
    @MethodSource("tooMuch")
    void whatIsTooMuchIsEscalated(String text) {
        assertThat(VETTING.examine(text).outcome()).isEqualTo(Decision.ESCALATE);
    }

    static List<String> tooMuch() {
        return List.of(
                "( ".repeat(200) + "ls" + " )".repeat(200),
                "echo {a,b,c,d,e,f,g,h}{a,b,c,d,e,f,g,h}{a,b,c,d,e,f,g,h}{a,b,c,d,e,f,g,h}{a,b,c,d,e,f,g,h}",
                "x=aaaaaaaa\n" + "x=$x$x$x$x\n".repeat(30),
                "ls\n".repeat(10_000),
                "a ".repeat(200 * 1024));
    }
}
