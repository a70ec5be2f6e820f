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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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
                        .map(rule -> rule.id().substring(0, Math.max(0, rule.id().indexOf('/'))))
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
        List<String> dangerous = new ArrayList<>();
        for (Invocation command : examination.commands().stream().limit(MAX_LINES).toList()) {
            List<Finding> found = vetting.examine(List.of(command)).findings();
            String severity = found.stream()
                    .map(Finding::severity)
                    .max(Comparator.naturalOrder())
                    .map(Severity::name)
                    .orElse("");
            commands.add(new ReadCommand(redactor.redact(command.line()), found, severity));
            if (!found.isEmpty()) {
                dangerous.add(command.program());
                command.arguments().stream()
                        .map(argument -> argument.text())
                        .filter(argument -> argument.length() > 1)
                        .forEach(dangerous::add);
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

    /** Cuts a text where the words of a dangerous command stand, as whole words. */
    private static List<Piece> pieces(String text, List<String> words) {
        boolean[] marked = new boolean[text.length()];
        for (String word : words) {
            for (int at = text.indexOf(word); at >= 0 && !word.isEmpty(); at = text.indexOf(word, at + 1)) {
                if (isEdge(text, at - 1) && isEdge(text, at + word.length())) {
                    java.util.Arrays.fill(marked, at, at + word.length(), true);
                }
            }
        }
        // One mark over neighbouring words reads better than several.
        for (int i = 1; i + 1 < marked.length; i++) {
            if (!marked[i] && text.charAt(i) == ' ' && marked[i - 1] && marked[i + 1]) {
                marked[i] = true;
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

    private static boolean isEdge(String text, int at) {
        return at < 0 || at >= text.length() || " \t\n\"'`;|&()<>=$,:{}[]".indexOf(text.charAt(at)) >= 0;
    }
}
