package io.openclaw.gateway.vetting.cli;

import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.text.Ellipsis;
import io.openclaw.gateway.vetting.core.Examination;
import io.openclaw.gateway.vetting.core.Finding;
import io.openclaw.gateway.vetting.core.Vetting;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import io.openclaw.gateway.vetting.file.RuleDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Explains a command, or judges many: {@code vet [--rules DIR] 'command'}, {@code vet [--rules DIR] --jsonl}.
 *
 * <p>With {@code --jsonl} each line of standard input is {@code {"id": …, "command": "…"}} and each line of output {@code
 * {"id": …, "outcome": "ALLOW|ESCALATE|DENY", "rules": […]}}, in the same order; a line that is no such object gets {@code
 * {"line": N, "error": "…"}}, and the exit status is 1. No model is asked.
 */
public final class Vet {
    private static final String USAGE = """
            Usage: deploy/vet [--rules DIR] 'COMMAND'   explains one command
                   deploy/vet [--rules DIR] --jsonl     judges {"id","command"} lines on standard input
                   deploy/vet --help                    prints this""";

    private static final int MAX_PART = 200;

    private static final String BYTE_ORDER_MARK = "\ufeff";

    private Vet() {}

    static void main(String... args) throws IOException {
        System.exit(run(args, System.in, System.out, System.err));
    }

    /** Returns the exit status: 0, 1 if a line could not be read, 2 if the arguments make no sense. */
    static int run(String[] args, InputStream in, PrintStream out, PrintStream err) throws IOException {
        Path rules = null;
        String command = null;
        boolean lines = false;
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--help") || args[i].equals("-h")) {
                out.println(USAGE);
                return 0;
            }
            if (command == null && args[i].equals("--") && i + 2 == args.length) {
                command = args[++i];
            } else if (args[i].equals("--rules")) {
                if (i + 1 == args.length) {
                    err.println("--rules needs the directory of the rules.\n" + USAGE);
                    return 2;
                }
                rules = Path.of(args[++i]);
            } else if (args[i].equals("--jsonl")) {
                lines = true;
            } else if (command == null && isOption(args[i])) {
                err.println("There is no option '" + args[i] + "'; put a command that begins so after --.\n" + USAGE);
                return 2;
            } else if (command == null) {
                command = args[i];
            } else {
                err.println("deploy/vet takes one command; put it in quotes.\n" + USAGE);
                return 2;
            }
        }
        if (lines == (command != null)) {
            err.println(USAGE);
            return 2;
        }
        Vetting vetting;
        try {
            vetting = new Vetting(RuleDirectory.read(rules));
        } catch (IllegalArgumentException | IOException e) {
            err.println("The rules cannot be read: " + e.getMessage());
            return 2;
        }
        if (lines) {
            return judgeLines(vetting, in, out);
        }
        explain(vetting, String.valueOf(command), out);
        return 0;
    }

    /** A command of several words is one argument, so that it is no option even where it begins as one. */
    private static boolean isOption(String argument) {
        return argument.startsWith("-") && argument.chars().noneMatch(Character::isWhitespace);
    }

    private static int judgeLines(Vetting vetting, InputStream in, PrintStream out) throws IOException {
        var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16);
        var buffered = new PrintStream(out, false, StandardCharsets.UTF_8);
        int status = 0;
        int number = 0;
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            number++;
            if (number == 1 && line.startsWith(BYTE_ORDER_MARK)) {
                line = line.substring(BYTE_ORDER_MARK.length());
            }
            if (line.isBlank()) {
                continue;
            }
            Map<String, @Nullable Object> answer = new LinkedHashMap<>();
            try {
                JsonNode request = Json.MAPPER.readTree(line);
                JsonNode command = request.get("command");
                if (command == null || !command.isString()) {
                    throw new IllegalArgumentException("it has no \"command\"");
                }
                Examination examination = vetting.examine(command.asString());
                answer.put("id", request.get("id"));
                answer.put("outcome", examination.outcome());
                answer.put(
                        "rules",
                        examination.findings().stream().map(Finding::rule).toList());
            } catch (JacksonException | IllegalArgumentException e) {
                status = 1;
                answer.put("line", number);
                answer.put(
                        "error",
                        e instanceof JacksonException json
                                ? json.getOriginalMessage()
                                : String.valueOf(e.getMessage()));
            }
            buffered.println(Json.MAPPER.writeValueAsString(answer));
        }
        buffered.flush();
        return status;
    }

    private static void explain(Vetting vetting, String command, PrintStream out) {
        long first = System.nanoTime();
        vetting.examine(command);
        long start = System.nanoTime();
        Examination examination = vetting.examine(command);
        long end = System.nanoTime();
        out.println("outcome    " + examination.outcome()
                + (examination.isUnsure() ? " (unsure: a model is asked, where there is one)" : ""));
        out.println("commands   " + (examination.commands().isEmpty() ? "none" : ""));
        for (Invocation found : examination.commands()) {
            out.println("  " + found.line());
        }
        List<Finding> findings = examination.findings();
        out.println("findings   " + (findings.isEmpty() ? "none" : ""));
        for (Finding finding : findings) {
            out.println("  " + finding.outcome() + "  " + finding.rule() + "  (" + finding.severity() + ")  "
                    + finding.title());
            if (finding.effect() != null) {
                out.println("      It " + finding.effect() + ".");
            }
            if (finding.part() != null) {
                out.println("      In: " + Ellipsis.of(finding.part(), MAX_PART));
            }
            out.println("      " + finding.reason());
            out.println("      Instead: " + finding.alternative());
        }
        out.printf(
                "time       %d µs (the first time %d µs), %d rules, version %s%n",
                (end - start) / 1_000,
                (start - first) / 1_000,
                vetting.pack().rules().size(),
                vetting.pack().version());
    }
}
