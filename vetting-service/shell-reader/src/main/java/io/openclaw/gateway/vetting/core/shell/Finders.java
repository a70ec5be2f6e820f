package io.openclaw.gateway.vetting.core.shell;

import static io.openclaw.gateway.vetting.core.shell.Commands.MOST_ITEMS;
import static io.openclaw.gateway.vetting.core.shell.Commands.SILENT;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Programs that run a command for each of some files or lines: find, xargs and parallel. */
final class Finders {
    private final Evaluator evaluator;
    private final Programs programs;
    private final Commands commands;

    Finders(Evaluator evaluator, Programs programs, Commands commands) {
        this.evaluator = evaluator;
        this.programs = programs;
        this.commands = commands;
    }

    Map<String, Handler> handlers() {
        Map<String, Handler> handlers = new HashMap<>();
        List.of("find", "fd", "fdfind")
                .forEach(name -> handlers.put(name, (program, arguments, input) -> find(arguments)));
        handlers.put("xargs", (program, arguments, input) -> xargs(arguments, input));
        handlers.put("parallel", (program, arguments, input) -> parallel(arguments, input));
        return handlers;
    }

    /** The commands of {@code -exec} are followed on their own; their flags are none of find's. */
    static List<Argument> withoutCommands(List<Argument> arguments) {
        List<Argument> own = new ArrayList<>(arguments.size());
        boolean inCommand = false;
        for (Argument argument : arguments) {
            String text = argument.text();
            if (!inCommand) {
                own.add(argument);
            }
            inCommand = inCommand
                    ? !(text.equals(";") || text.equals("+"))
                    : text.equals("-exec") || text.equals("-execdir") || text.equals("-ok") || text.equals("-okdir");
        }
        return own;
    }

    private Argument find(List<Argument> arguments) throws UnreadableScriptException {
        String root = ".";
        int start = 0;
        while (start < arguments.size() && !arguments.get(start).text().startsWith("-")) {
            root = start == 0 ? arguments.get(start).text() : root;
            start++;
        }
        boolean filtered = false;
        String name = "${found}";
        for (int i = start; i < arguments.size(); i++) {
            String text = arguments.get(i).text();
            if (text.matches("-i?name") && i + 1 < arguments.size()) {
                name = arguments.get(i + 1).text();
            }
            filtered |= text.matches("-i?(name|path|regex|wholename)|-mtime|-mmin|-newer|-size|-empty|-maxdepth|-user");
            if (!text.matches("-exec|-execdir|-ok|-okdir|-x|-X|--exec|--exec-batch")) {
                continue;
            }
            int end = i + 1;
            List<Argument> command = new ArrayList<>();
            while (end < arguments.size() && !arguments.get(end).text().equals(";")) {
                Argument word = arguments.get(end++);
                if (word.text().equals("+") && command.size() > 1) {
                    break;
                }
                String found = filtered ? root + "/" + name : root;
                command.add(
                        word.text().contains("{}")
                                ? new Argument(word.text().replace("{}", found), Mark.UNKNOWN.bit())
                                : word);
            }
            evaluator.within("find " + root, () -> evaluator.aliasFreeRun(command, null));
            i = end;
        }
        return new Argument(root + (filtered ? "/" + name : ""), Mark.UNKNOWN.bit());
    }

    private Argument xargs(List<Argument> arguments, @Nullable Argument input) throws UnreadableScriptException {
        String placeholder = null;
        int i = 0;
        while (i < arguments.size() && arguments.get(i).text().startsWith("-")) {
            String text = arguments.get(i).text();
            if (text.equals("-I") || text.equals("-J")) {
                placeholder = i + 1 < arguments.size() ? arguments.get(i + 1).text() : "{}";
                i += 2;
            } else if (text.startsWith("-I") || text.startsWith("-J")) {
                placeholder = text.substring(2);
                i++;
            } else if (text.equals("-i") || text.equals("--replace") || text.equals("--replace=")) {
                placeholder = "{}";
                i++;
            } else if (text.startsWith("--replace=") || text.startsWith("-i")) {
                placeholder = text.substring(text.startsWith("-i") ? 2 : 10);
                i++;
            } else if (text.equals("--")) {
                i++;
                break;
            } else {
                i += text.matches("-[nPdaELs]|--(max-args|max-procs|delimiter|arg-file|eof|max-lines|max-chars)")
                        ? 2
                        : 1;
            }
        }
        List<Argument> command = arguments.subList(Math.min(i, arguments.size()), arguments.size());
        if (command.isEmpty()) {
            return input == null ? Evaluator.UNKNOWN_OUTPUT : input;
        }
        List<Argument> items = items(input);
        String name = placeholder;
        boolean placed =
                name != null && command.stream().anyMatch(word -> word.text().contains(name));
        return evaluator.within("xargs", () -> {
            if (!placed) {
                List<Argument> whole = new ArrayList<>(command);
                whole.addAll(items);
                return evaluator.aliasFreeRun(whole, null);
            }
            Argument output = SILENT;
            for (Argument item : items) {
                output = evaluator.aliasFreeRun(replaced(command, String.valueOf(name), item), null);
            }
            return output;
        });
    }

    private Argument parallel(List<Argument> arguments, @Nullable Argument input) throws UnreadableScriptException {
        List<Argument> command = new ArrayList<>();
        List<Argument> items = new ArrayList<>();
        boolean inItems = false;
        Programs.Syntax syntax = programs.syntax("parallel");
        for (int i = 0; i < arguments.size(); i++) {
            String text = arguments.get(i).text();
            if (text.startsWith(":::")) {
                inItems = true;
            } else if (inItems) {
                items.add(arguments.get(i));
            } else if (command.isEmpty() && text.startsWith("-")) {
                i += syntax.takesValue(text) ? 1 : 0;
            } else {
                command.add(arguments.get(i));
            }
        }
        if (!inItems) {
            items.addAll(items(input));
        }
        return evaluator.within("parallel", () -> {
            Argument output = SILENT;
            for (Argument item : items.subList(0, Math.min(MOST_ITEMS, items.size()))) {
                if (command.isEmpty()) {
                    output = commands.scriptText("parallel", item, List.of());
                    continue;
                }
                boolean placed = command.stream().anyMatch(word -> word.text().matches("(?s).*\\{\\d*[./]*}.*"));
                List<Argument> whole = new ArrayList<>();
                for (Argument word : command) {
                    whole.add(
                            placed
                                    ? new Argument(
                                            word.text()
                                                    .replaceAll(
                                                            "\\{\\d*[./]*}",
                                                            java.util.regex.Matcher.quoteReplacement(item.text())),
                                            word.marks() | item.marks())
                                    : word);
                }
                if (!placed) {
                    whole.add(item);
                }
                output = whole.size() == 1
                        ? commands.scriptText("parallel", whole.getFirst(), List.of())
                        : evaluator.aliasFreeRun(whole, null);
            }
            return output;
        });
    }

    /** What a program such as xargs reads: the words of its input, or something that nobody knows. */
    private static List<Argument> items(@Nullable Argument input) {
        if (input != null && input.isUnknown() && isPath(input.text())) {
            return List.of(new Argument(input.text(), input.marks() | Mark.INPUT.bit()));
        }
        if (input == null || input.isUnknown()) {
            int marks = Mark.UNKNOWN.bit() | Mark.INPUT.bit() | (input == null ? 0 : input.marks());
            return List.of(new Argument("${input}", marks));
        }
        List<Argument> items = new ArrayList<>();
        String text = input.text();
        boolean paths = text.indexOf('\n') < 0 && text.indexOf('/') >= 0 && !text.contains("rm ");
        for (String item : text.split(paths ? " +" : "\n", MOST_ITEMS)) {
            if (!item.isBlank()) {
                items.add(new Argument(item.strip(), input.marks() | Mark.INPUT.bit()));
            }
        }
        return items.isEmpty() ? List.of(new Argument("", input.marks() | Mark.INPUT.bit())) : items;
    }

    private static boolean isPath(String text) {
        return !text.isEmpty()
                && text.length() < 512
                && (text.charAt(0) == '/' || text.charAt(0) == '~' || text.startsWith("../"))
                && text.indexOf('\n') < 0
                && text.indexOf(' ') < 0;
    }

    private static List<Argument> replaced(List<Argument> command, String placeholder, Argument item) {
        if (placeholder.isEmpty()) {
            return command;
        }
        List<Argument> replaced = new ArrayList<>(command.size());
        for (Argument word : command) {
            replaced.add(
                    word.text().contains(placeholder)
                            ? new Argument(word.text().replace(placeholder, item.text()), word.marks() | item.marks())
                            : word);
        }
        return replaced;
    }
}
