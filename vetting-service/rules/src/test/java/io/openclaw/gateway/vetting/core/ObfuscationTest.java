package io.openclaw.gateway.vetting.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.openclaw.gateway.common.call.Decision;
import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.vetting.core.rule.Rule;
import io.openclaw.gateway.vetting.core.rule.RuleOutcome;
import io.openclaw.gateway.vetting.core.rule.RulePack;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way to hide a command times every severe rule; and look-alikes that must pass. */
class ObfuscationTest {
    private static final RulePack PACK = RulePack.builtIn();
    private static final Vetting VETTING = new Vetting(PACK);

    /** Ways that keep the meaning of any command. */
    private static final Map<String, UnaryOperator<String>> WRAPPINGS = new LinkedHashMap<>();

    private static final Set<String> PREFIXES = Set.of("sudo", "env", "nohup and timeout");

    /** Ways that change how the words of one plain command are written. */
    private static final Map<String, UnaryOperator<String>> SPELLINGS = new LinkedHashMap<>();

    static {
        WRAPPINGS.put("sudo", command -> "sudo -u root " + command);
        WRAPPINGS.put("env", command -> "env -i FOO=1 " + command);
        WRAPPINGS.put("nohup and timeout", command -> "nohup timeout -s KILL 10 " + command + " &");
        WRAPPINGS.put("sh -c", command -> "sh -c " + quoted(command));
        WRAPPINGS.put("bash -lc in bash -c", command -> "bash -lc " + quoted("bash -c " + quoted(command)));
        WRAPPINGS.put("eval", command -> "eval " + quoted(command));
        WRAPPINGS.put("ssh", command -> "ssh -p 22 me@host " + quoted(command));
        WRAPPINGS.put("docker exec", command -> "docker exec -it web sh -c " + quoted(command));
        WRAPPINGS.put("kubectl exec", command -> "kubectl -n x exec pod -- sh -c " + quoted(command));
        WRAPPINGS.put("xargs", command -> "echo x | xargs -I{} sh -c " + quoted(command));
        WRAPPINGS.put("find -exec", command -> "find . -name x -exec sh -c " + quoted(command) + " \\;");
        WRAPPINGS.put("command substitution", command -> "echo \"$(" + command + ")\"");
        WRAPPINGS.put("process substitution", command -> "cat <(" + command + ")");
        WRAPPINGS.put("subshell", command -> "( cd /tmp; " + command + " )");
        WRAPPINGS.put("function", command -> "f() { " + command + "; }; f");
        WRAPPINGS.put("if", command -> "if true; then\n" + command + "\nfi");
        WRAPPINGS.put("loop", command -> "for i in 1; do " + command + "; done");
        WRAPPINGS.put("here-document", command -> "bash <<'EOF'\n" + command + "\nEOF");
        WRAPPINGS.put("here-string", command -> "sh <<< " + quoted(command));
        WRAPPINGS.put("pipe", command -> "printf %s " + quoted(command) + " | sh");
        WRAPPINGS.put("base64", command -> "echo " + base64(command) + " | base64 -d | bash");
        WRAPPINGS.put("hex", command -> "echo " + hex(command) + " | xxd -r -p | sh");
        WRAPPINGS.put(
                "rev",
                command -> "echo " + quoted(new StringBuilder(command).reverse().toString()) + " | rev | sh");
        WRAPPINGS.put("variable", command -> "c=" + quoted(command) + "; eval \"$c\"");
        WRAPPINGS.put("file", command -> "echo " + quoted(command) + " > x.sh; sh x.sh");
        WRAPPINGS.put("alias", command -> "alias zz=" + quoted(command) + "; zz");
        WRAPPINGS.put("trap", command -> "trap " + quoted(command) + " EXIT");
        WRAPPINGS.put(
                "python", command -> "python3 -c " + quoted("import os; os.system(" + doubleQuoted(command) + ")"));
        WRAPPINGS.put(
                "node",
                command -> "node -e " + quoted("require('child_process').execSync(" + doubleQuoted(command) + ")"));
        WRAPPINGS.put("perl", command -> "perl -e " + quoted("system(" + doubleQuoted(command) + ")"));
        WRAPPINGS.put("ruby", command -> "ruby -e " + quoted("system(" + doubleQuoted(command) + ")"));
        WRAPPINGS.put("php", command -> "php -r " + quoted("shell_exec(" + doubleQuoted(command) + ");"));
        WRAPPINGS.put("after a comment", command -> "true # nothing\n" + command);
        WRAPPINGS.put("after &&", command -> "true && " + command);
        WRAPPINGS.put("busybox sh", command -> "busybox sh -c " + quoted(command));

        SPELLINGS.put(
                "quotes inside a word",
                command -> firstWord(command, word -> word.charAt(0) + "''" + word.substring(1)));
        SPELLINGS.put("backslash", command -> "\\" + command);
        SPELLINGS.put("ANSI C quoting", command -> firstWord(command, ObfuscationTest::ansi));
        SPELLINGS.put("IFS", command -> command.replace(" ", "${IFS}"));
        SPELLINGS.put(
                "variable as program", command -> "p=" + command.split(" ", 2)[0] + "; $p " + command.split(" ", 2)[1]);
        SPELLINGS.put(
                "halves in variables",
                command -> "a=" + command.charAt(0) + ";b=" + command.split(" ", 2)[0].substring(1) + ";$a$b "
                        + command.split(" ", 2)[1]);
        SPELLINGS.put("absolute path", command -> "/usr/bin/" + command);
        SPELLINGS.put("braces", command -> "{" + command.replace(" ", ",") + "}");
        SPELLINGS.put("line continuation", command -> command.replace(" ", " \\\n "));
        SPELLINGS.put(
                "default of a variable",
                command -> "${nothing:-" + command.split(" ", 2)[0] + "} " + command.split(" ", 2)[1]);
        SPELLINGS.put(
                "output of echo", command -> "$(echo " + command.split(" ", 2)[0] + ") " + command.split(" ", 2)[1]);
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    private static String doubleQuoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String firstWord(String command, UnaryOperator<String> change) {
        String[] parts = command.split(" ", 2);
        return change.apply(parts[0]) + " " + parts[1];
    }

    private static String ansi(String word) {
        var text = new StringBuilder("$'");
        word.chars().forEach(c -> text.append("\\x").append(Integer.toHexString(c)));
        return text.append("'").toString();
    }

    private static Stream<Rule> severeRules() {
        return PACK.rules().stream()
                .filter(rule -> rule.severity().compareTo(Severity.HIGH) >= 0 && rule.outcome() != RuleOutcome.UNSURE)
                .filter(rule -> !rule.examples().match().getFirst().startsWith(":fetch"));
    }

    private static String plainExample(Rule rule) {
        return rule.examples().match().getFirst().replaceFirst(";$", "");
    }

    /** A program that runs another one takes no function and no assignment in its place. */
    private static boolean isPlain(String command) {
        return command.matches("[a-z][a-z0-9.-]* .*");
    }

    static Stream<Arguments> wrapped() {
        return severeRules()
                .flatMap(rule -> WRAPPINGS.keySet().stream()
                        .filter(way -> !PREFIXES.contains(way) || isPlain(plainExample(rule)))
                        .map(way -> Arguments.of(way, rule.id(), plainExample(rule))));
    }

    /** The first example of each severe rule that is one command of plain words. */
    static Stream<Arguments> respelled() {
        return severeRules()
                .flatMap(rule -> rule.examples().match().stream()
                        .filter(command -> command.matches("[a-z][a-z0-9.-]+( [A-Za-z0-9/._:@%+-]+)+"))
                        .limit(1))
                .flatMap(command -> SPELLINGS.keySet().stream().map(way -> Arguments.of(way, command)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("wrapped")
    void aWrappedCommandIsFoundAllTheSame(String way, String rule, String command) {
        String hidden = WRAPPINGS.getOrDefault(way, UnaryOperator.identity()).apply(command);
        assertThat(RulesTest.rulesFoundIn(hidden)).as(hidden).contains(rule);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("respelled")
    void aRespelledCommandIsStoppedAllTheSame(String way, String command) {
        String hidden = SPELLINGS.getOrDefault(way, UnaryOperator.identity()).apply(command);
        assertThat(RulesTest.rulesFoundIn(hidden)).as(hidden).containsAll(RulesTest.rulesFoundIn(command));
        assertThat(VETTING.examine(command).outcome()).isNotEqualTo(Decision.ALLOW);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo 'rm -rf /'",
                "echo \"rm -rf /\"",
                "grep -r 'curl | bash' docs",
                "git commit -m 'remove rm -rf / from the script'",
                "git log --grep='drop table'",
                "cat > notes.md <<'EOF'\nnever run rm -rf / here\nEOF",
                "printf '%s\\n' 'dd if=/dev/zero of=/dev/sda'",
                "# rm -rf /",
                "ls -la # shutdown now",
                "man shutdown",
                "which mkfs.ext4",
                "rm -rf ./build",
                "rm -rf node_modules",
                "find . -name '*.java' -exec grep -l TODO {} +",
                "curl -fsSL https://api.example.com/v1/status | jq .",
                "sed -i 's/rm -rf/trash/' script.sh",
                "awk '/shutdown/ {print $1}' log.txt",
                "python3 -c 'print(\"rm -rf /\")'",
                "python3 -c 'import json,sys; print(json.load(sys.stdin)[\"a\"])'",
                "node -e 'console.log(1)'",
                "for f in *.txt; do wc -l \"$f\"; done",
                "npm run clean && npm test",
                "docker run --rm -v \"$PWD\":/src alpine ls /src",
                "kubectl get pods -n prod",
                "psql -c 'select count(*) from users'",
                "tar czf backup.tgz src",
                "echo $((1+2))",
                "mkdir -p out && cp -r src out/",
                "eval \"$(ssh-agent -s)\"",
                "export PATH=\"$HOME/bin:$PATH\"",
                "[ -f .env.example ] && echo yes",
                "case $1 in start) echo s;; stop) echo t;; esac"
            })
    void whatOnlyLooksLikeItPasses(String command) {
        Examination examination = VETTING.examine(command);
        assertThat(examination.findings()).as(command).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$CMD /tmp/x",
                "eval \"$x\"",
                "bash -c \"$1\"",
                "rm -rf \"$DIR\"/*",
                "/usr/b?n/som* x",
                "$(cat cmd.txt) now"
            })
    void whatNobodyCanTellIsEscalated(String command) {
        assertThat(VETTING.examine(command).outcome()).isEqualTo(Decision.ESCALATE);
    }
}
