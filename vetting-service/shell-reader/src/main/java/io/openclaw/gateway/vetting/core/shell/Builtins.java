package io.openclaw.gateway.vetting.core.shell;

import static io.openclaw.gateway.vetting.core.shell.Commands.SILENT;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a shell does itself: its directory, its variables, its aliases and its input. */
final class Builtins {
    private final Evaluator evaluator;
    private final Programs programs;

    Builtins(Evaluator evaluator, Programs programs) {
        this.evaluator = evaluator;
        this.programs = programs;
    }

    Map<String, Handler> handlers() {
        Map<String, Handler> handlers = new HashMap<>();
        List.of("cd", "pushd", "chdir").forEach(name -> handlers.put(name, this::changeDirectory));
        List.of("export", "declare", "local", "typeset", "readonly", "setenv")
                .forEach(name -> handlers.put(name, (program, arguments, input) -> declare(program, arguments)));
        List.of("read", "mapfile", "readarray", "getopts").forEach(name -> handlers.put(name, this::read));
        handlers.put("alias", (program, arguments, input) -> alias(arguments));
        handlers.put("set", (program, arguments, input) -> set(arguments));
        handlers.put("hash", (program, arguments, input) -> hash(arguments));
        handlers.put("unset", (program, arguments, input) -> {
            arguments.forEach(argument -> evaluator.unset(argument.text()));
            return SILENT;
        });
        handlers.put("trap", (program, arguments, input) -> trap(arguments));
        return handlers;
    }

    private Argument changeDirectory(String program, List<Argument> arguments, @Nullable Argument input) {
        List<Argument> operands =
                CommandLine.of(arguments, programs.syntax(program)).operands();
        Argument to = operands.isEmpty() ? Argument.of("~") : operands.getFirst();
        evaluator.changeDirectory(
                to.text().equals("-") ? "${OLDPWD}" : Paths.resolve(evaluator.directory(), to.text()));
        return SILENT;
    }

    private Argument declare(String program, List<Argument> arguments) throws UnreadableScriptException {
        if (program.equals("setenv") && arguments.size() > 1) {
            evaluator.assign(arguments.get(0).text(), arguments.get(1));
        }
        for (Argument argument : arguments) {
            int equals = argument.text().indexOf('=');
            if (equals > 0 && !argument.text().startsWith("-")) {
                evaluator.assign(
                        argument.text().substring(0, equals),
                        new Argument(argument.text().substring(equals + 1), argument.marks()));
            }
        }
        return SILENT;
    }

    private Argument alias(List<Argument> arguments) {
        for (Argument argument : arguments) {
            int equals = argument.text().indexOf('=');
            if (equals > 0) {
                evaluator.alias(
                        argument.text().substring(0, equals), argument.text().substring(equals + 1));
            }
        }
        return SILENT;
    }

    private Argument set(List<Argument> arguments) {
        int dashes = -1;
        for (int i = 0; i < arguments.size(); i++) {
            dashes = dashes < 0 && arguments.get(i).text().equals("--") ? i : dashes;
        }
        boolean words = !arguments.isEmpty()
                && !arguments.getFirst().text().startsWith("-")
                && !arguments.getFirst().text().startsWith("+");
        if (dashes >= 0 || words) {
            evaluator.positional(arguments.subList(dashes + 1, arguments.size()));
        }
        return SILENT;
    }

    private Argument hash(List<Argument> arguments) {
        if (arguments.size() > 2 && arguments.getFirst().text().equals("-p")) {
            evaluator.alias(arguments.get(2).text(), arguments.get(1).text());
        }
        return SILENT;
    }

    private Argument read(String program, List<Argument> arguments, @Nullable Argument input)
            throws UnreadableScriptException {
        CommandLine commandLine = CommandLine.of(arguments, programs.syntax(program));
        for (CommandLine.Option option : commandLine.options()) {
            if (option.flag().equals("-C")) {
                evaluator.within(program, () -> evaluator.runText(option.value().text(), null));
            }
        }
        int marks = Mark.UNKNOWN.bit() | (input == null ? 0 : input.marks());
        String line = input != null && !input.isUnknown() && program.equals("read")
                ? input.text().strip()
                : null;
        for (Argument name : commandLine.operands()) {
            evaluator.set(
                    name.text(),
                    line != null
                            ? new Argument(line, marks & ~Mark.UNKNOWN.bit())
                            : new Argument("${" + name.text() + "}", marks));
        }
        return SILENT;
    }

    private Argument trap(List<Argument> arguments) throws UnreadableScriptException {
        if (arguments.size() > 1 && !arguments.getFirst().text().startsWith("-")) {
            evaluator.runText(arguments.getFirst().text(), null);
        }
        return SILENT;
    }
}
