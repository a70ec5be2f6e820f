package io.openclaw.gateway.vetting.web;

import io.openclaw.gateway.common.call.Severity;
import io.openclaw.gateway.common.console.ConsoleRoom;
import io.openclaw.gateway.common.json.Json;
import io.openclaw.gateway.common.json.RawJson;
import io.openclaw.gateway.common.redaction.Redactor;
import io.openclaw.gateway.vetting.core.Examination;
import io.openclaw.gateway.vetting.core.Finding;
import io.openclaw.gateway.vetting.core.Vetting;
import io.openclaw.gateway.vetting.core.shell.Invocation;
import io.openclaw.gateway.vetting.file.RulesInForce;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** What vetting makes of a command that somebody types, or of a call that waits; nothing runs and nothing is kept. */
@ConsoleRoom
final class TryPages {
    private static final int MAX_LENGTH = 100_000;
    private static final int MAX_LINES = 60;

    private final RulesInForce rules;
    private final Redactor redactor;

    TryPages(RulesInForce rules, Redactor redactor) {
        this.rules = rules;
        this.redactor = redactor;
    }

    /**
     * A command in normal form, and what was found in it alone.
     *
     * @param severity of the worst finding; absent if there is none
     */
    record ReadCommand(String line, List<Finding> findings, String severity) {}

    /**
     * A piece of a text.
     *
     * @param isDangerous whether a finding is about it
     */
    record Piece(String text, boolean isDangerous) {}

    @GetMapping("/console/try")
    String page(@RequestParam(defaultValue = "") String pack, Model model) {
        model.addAttribute("version", rules.vetting().pack().version());
        model.addAttribute("problem", rules.problem());
        model.addAttribute(
                "packs",
                rules.vetting().pack().rules().stream()
                        .map(rule ->
                                rule.id().substring(0, Math.max(0, rule.id().indexOf('/'))))
                        .distinct()
                        .sorted()
                        .toList());
        model.addAttribute("pack", pack);
        model.addAttribute(
                "rules",
                rules.vetting().pack().rules().stream()
                        .filter(rule -> pack.isBlank() || rule.id().startsWith(pack + "/"))
                        .toList());
        return "vetting/try";
    }

    @PostMapping("/console/try")
    String tryIt(@RequestParam String command, Model model) {
        String text = command.length() > MAX_LENGTH ? command.substring(0, MAX_LENGTH) : command;
        examine("exec", RawJson.from(Map.of("command", text)).text(), model);
        model.addAttribute("isTrial", true);
        return "vetting/read :: read";
    }

    /** Reads a call for somebody who has to decide about it. */
    @PostMapping("/console/try/read")
    String read(@RequestParam String tool, @RequestParam String arguments, Model model) {
        examine(tool, arguments.length() > MAX_LENGTH ? "{}" : arguments, model);
        return "vetting/read :: read";
    }

    private void examine(String tool, String arguments, Model model) {
        Vetting vetting = rules.vetting();
        Examination examination = vetting.examine(tool, arguments);
        List<ReadCommand> commands = new ArrayList<>();
        List<List<String>> dangerous = new ArrayList<>();
        for (Invocation command :
                examination.commands().stream().limit(MAX_LINES).toList()) {
            List<Finding> found = vetting.examine(List.of(command)).findings();
            String severity = found.stream()
                    .map(Finding::severity)
                    .max(Comparator.naturalOrder())
                    .map(Severity::name)
                    .orElse("");
            commands.add(new ReadCommand(redactor.redact(command.line()), found, severity));
            if (!found.isEmpty()) {
                dangerous.add(Stream.concat(
                                Stream.of(command.program()),
                                command.arguments().stream().map(argument -> argument.text()))
                        .toList());
            }
        }
        model.addAttribute("written", pieces(written(arguments), dangerous));
        model.addAttribute("commands", commands);
        model.addAttribute("more", Math.max(0, examination.commands().size() - MAX_LINES));
        model.addAttribute("findings", examination.findings());
        model.addAttribute("outcome", examination.outcome());
        model.addAttribute("isUnsure", examination.isUnsure());
    }

    private static String written(String arguments) {
        try {
            JsonNode node = Json.MAPPER.readTree(arguments);
            for (String name : List.of("command", "cmd", "script")) {
                if (node.path(name).isString()) {
                    return node.path(name).asString();
                }
            }
            return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
        } catch (JacksonException e) {
            return arguments;
        }
    }

    /**
     * Cuts a text where dangerous commands stand as they were written; where one was written otherwise, at its words.
     *
     * @param commands each a program and what it is given
     */
    static List<Piece> pieces(String text, List<List<String>> commands) {
        boolean[] marked = new boolean[text.length()];
        for (List<String> words : commands) {
            if (!markWhole(text, words, marked)) {
                words.stream().filter(word -> word.length() > 1).forEach(word -> mark(text, word, marked));
            }
        }
        List<Piece> pieces = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= text.length(); i++) {
            if (i == text.length() || marked[i] != marked[start]) {
                pieces.add(new Piece(text.substring(start, i), marked[start]));
                start = i;
            }
        }
        return List.copyOf(pieces);
    }

    private static boolean markWhole(String text, List<String> words, boolean[] marked) {
        boolean found = false;
        for (int at = text.indexOf(words.getFirst()); at >= 0; at = text.indexOf(words.getFirst(), at + 1)) {
            int end = isEdge(text, at - 1) ? endOf(text, words, at) : -1;
            if (end > 0) {
                Arrays.fill(marked, at, end, true);
                found = true;
            }
        }
        return found;
    }

    /** Returns where words end that follow each other from a place on, quoted or not; -1 if they do not. */
    private static int endOf(String text, List<String> words, int from) {
        int at = from;
        for (String word : words) {
            while (at > from && at < text.length() && " \t\"'".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            if (!text.startsWith(word, at) || !isEdge(text, at + word.length())) {
                return -1;
            }
            at += word.length();
        }
        return at;
    }

    private static void mark(String text, String word, boolean[] marked) {
        for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
            if (isEdge(text, at - 1) && isEdge(text, at + word.length())) {
                Arrays.fill(marked, at, at + word.length(), true);
            }
        }
    }

    private static boolean isEdge(String text, int at) {
        return at < 0 || at >= text.length() || " \t\n\"'`;|&()<>=$,:{}[]".indexOf(text.charAt(at)) >= 0;
    }
}
